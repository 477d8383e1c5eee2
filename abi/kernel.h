/*
 * How the tender starts the library kernel: the address space of a Linux guest, and what is in its first arena pages.
 *
 *   slot    4 GiB at a random 4 GiB-aligned address, holding nothing but the kernel: its text mapped from the kernel's
 *           file (private, read-execute), its data shared with all guest processes (below). The upper half of an
 *           instruction pointer thus tells kernel from application.
 *   arena   a sealed memfd mapped MAP_SHARED, whole and sparse, at one random 4 GiB-aligned address in every process of
 *           the guest, with 4 GiB of nothing behind it. Its first bytes are struct kernel_boot; then the strings it
 *           points to; then, page-aligned, the kernel's writable segment (initialised data, then zeroes), which is
 *           mapped once more at its place in the slot; from `heap` on everything is the kernel's to give out.
 *   user    application memory: private, PROT_NONE until used, 4 GiB-aligned, 4 GiB of nothing behind it. The low
 *           window [low_start, low_end) below 4 GiB, for executables with fixed addresses, is not mapped at all at
 *           start.
 *   image   the image file, mapped read-only and shared, whole; behind it, at further multiples of 4 GiB, the files of
 *           the volumes likewise.
 *
 * The kernel is a static position-independent ELF file; it applies its own relocations. The tender jumps to its entry
 * point with all registers zero but RDI = struct kernel_boot *, RSI = enum kernel_role and RSP = the top of a stack of
 * KERNEL_BOOT_STACK_BYTES inside the arena (one per role), FS and GS base zero, no handlers set but those below, the
 * seccomp filter installed. All signals are unblocked but KERNEL_KICK_SIGNAL: the kernel unblocks it by a frame for
 * rt_sigreturn, when its handler can run.
 *
 * Signal handlers: the kernel's ELF symbol table is not consulted. The words at the start of the kernel's first page of
 * text (struct kernel_header, at its load address) say where they are.
 */
#ifndef ABI_KERNEL_H
#define ABI_KERNEL_H

#include <stdint.h>

#define KERNEL_HEADER_MAGIC 0x314c4e52454b4454ull /* "TDKERNL1" */
#define KERNEL_BOOT_MAGIC 0x31544f4f424b4454ull   /* "TDKBOOT1" */

/*
 * The one host signal tgkill may send: it interrupts a thread. SIGURG, because signals below 32 do not queue (no limit
 * on pending ones makes tgkill fail), because nobody outside sends it unless asked to, because whoever has no handler
 * for it ignores it, and because debuggers hand it on without stopping.
 */
#define KERNEL_KICK_SIGNAL 23
#define KERNEL_KICK_NAME "SIGURG"
#define KERNEL_BOOT_STACK_BYTES (64u << 10)
#define KERNEL_SIGNAL_STACK_BYTES (32u << 10)

#define KERNEL_SLOT_BYTES (1ull << 32)
#define KERNEL_STDIO_COUNT 3

/* The first bytes of the kernel's first segment. Offsets are from its load address. */
struct kernel_header {
	uint64_t magic;
	uint64_t
		signal_handler; /* SA_SIGINFO handler for SIGSYS, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP and the kick */
	uint64_t signal_return; /* sa_restorer: calls rt_sigreturn */
};

enum kernel_role {
	KERNEL_ROLE_APPLICATION, /* becomes the guest's first process */
	KERNEL_ROLE_SERVICE,     /* timekeeper, poller, control channel; owns no application */
};

enum kernel_policy {
	KERNEL_POLICY_STRICT,   /* one process, one application thread */
	KERNEL_POLICY_STANDARD, /* threads and processes */
};

/* What a standard descriptor is on the host. */
enum kernel_stdio_kind {
	KERNEL_STDIO_CLOSED,
	KERNEL_STDIO_NULL,   /* /dev/null */
	KERNEL_STDIO_STREAM, /* pipe, socket, file: bytes in order, no seeking */
	KERNEL_STDIO_TTY,
};

struct kernel_stdio {
	uint32_t kind;        /* enum kernel_stdio_kind */
	uint32_t flags;       /* F_GETFL of the host's description */
	uint64_t identity[2]; /* st_dev and st_ino: equal ones are one file */
	uint8_t termios[64];  /* TTY: struct termios as TCGETS fills it */
	uint16_t rows;        /* TTY */
	uint16_t columns;
	/* TTY: the guest has it for itself, for input and output: the host leaves both as they are */
	uint32_t raw;
};

/* What is mounted besides the root, in this order; directories on the way to it are made. */
enum kernel_mount_kind {
	KERNEL_MOUNT_TMPFS,  /* empty */
	KERNEL_MOUNT_VOLUME, /* the root directory of a volume, read-only: an image file */
	KERNEL_MOUNT_FILE,   /* the entry KERNEL_MOUNT_FILE_NAME of a volume's root directory, on a file */
};

#define KERNEL_MOUNTS_MAX 16
#define KERNEL_MOUNT_FILE_NAME "file"

struct kernel_mount {
	uint64_t path;  /* char *: absolute */
	uint64_t base;  /* of a volume: where its file is mapped */
	uint64_t bytes; /* of a volume: of its file; of a tmpfs: what its files may have together, 0: no limit */
	int32_t fd;     /* of a volume */
	uint32_t kind;  /* enum kernel_mount_kind */
	uint32_t mode;  /* of a tmpfs: permissions of its root directory */
	uint32_t reserved;
};

/*
 * The network device: what `tend run` was told, or found out, about the link behind net.fd. The descriptor never
 * blocks. A read takes one packet and a write sends one, whole: [struct virtio_net_hdr of 10 bytes, with
 * KERNEL_NET_VNET_HEADER only] Ethernet frame. EAGAIN: none there, or no room. A read of 0 bytes, and any error but
 * EAGAIN, EINTR and ENOBUFS: the other end is gone for good, the link is down (ENETDOWN).
 */
enum kernel_net_flag {
	KERNEL_NET_VNET_HEADER = 1, /* every packet has one; checksums may be left to the other side (NEEDS_CSUM) */
	KERNEL_NET_SEGMENTS = 2,    /* with that: TCP segments of up to 64 KiB over IPv4 and IPv6, both ways */
	KERNEL_NET_DHCP = 4,  /* no IPv4 address was given: ask for one, and for name servers if none were given */
	KERNEL_NET_SLAAC = 8, /* no IPv6 address was given: believe router advertisements */
};

#define KERNEL_NET_NAME_SERVERS_MAX 3 /* as the C library */

struct kernel_net_address {
	uint32_t family;   /* AF_INET, AF_INET6; 0: none */
	uint32_t prefix;   /* bits of the network; of a single address all */
	uint8_t bytes[16]; /* network order; IPv4 in the first four */
};

struct kernel_net {
	int32_t fd;     /* -1: no network but loopback; all else is zero then */
	uint32_t flags; /* enum kernel_net_flag */
	uint32_t mtu;   /* of the frames' payload, 576 to 65521 */
	uint8_t mac[6]; /* the guest's */
	uint16_t reserved;
	struct kernel_net_address ip4;
	struct kernel_net_address gateway4; /* 0: no default route */
	struct kernel_net_address ip6;      /* besides the link-local one, which follows from the MAC */
	struct kernel_net_address gateway6;
	struct kernel_net_address name_servers[KERNEL_NET_NAME_SERVERS_MAX]; /* up to the first without family */
};

struct kernel_boot {
	uint64_t magic;
	uint64_t bytes; /* sizeof(struct kernel_boot) */

	uint64_t kernel_base; /* where the kernel's first segment is */
	uint64_t arena_base;
	uint64_t arena_bytes;
	uint64_t heap; /* first address of the arena that is free, page-aligned */
	uint64_t user_base;
	uint64_t user_bytes;
	uint64_t low_start;
	uint64_t low_end;
	uint64_t image_base;
	uint64_t image_bytes;
	uint64_t vdso;       /* address of the vDSO's ELF header; 0: none */
	uint64_t vdso_bytes; /* from there to its end; vvar pages lie in front */
	uint64_t mem_bytes;  /* --mem: what /proc/meminfo shows */

	int32_t image_fd;
	int32_t arena_fd;
	int32_t wake_fd;    /* an eventfd, non-blocking: ends the poller's ppoll */
	int32_t control_fd; /* SOCK_SEQPACKET to the supervisor (struct kernel_control), -1: none */
	int32_t trace_fd;   /* where to write system call traces, -1: off */
	uint32_t policy;    /* enum kernel_policy */

	uint32_t cpu_count;
	uint32_t user_id; /* of the first process, inside the guest */
	uint32_t group_id;
	uint32_t argument_count; /* of the program */
	uint32_t environment_count;
	uint32_t takes_cores; /* the supervisor takes core dumps */
	uint32_t mount_count;
	uint32_t root_is_read_only;
	struct kernel_mount mounts[KERNEL_MOUNTS_MAX];

	uint64_t arguments;    /* char *[argument_count]: pointers into the arena; [0] is the program's path as given */
	uint64_t environment;  /* char *[environment_count] */
	uint64_t directory;    /* char *: working directory */
	uint64_t hostname;     /* char * */
	uint64_t host_release; /* char *: uname -r of the host */

	uint8_t random[64]; /* from getrandom: seeds the guest's generator, AT_RANDOM, address choices */
	int32_t host_pid;   /* thread id of the application process inside the private pid namespace; 0: the kernel asks
			       nobody, the tender knows it only in the application itself */
	int32_t service_pid;

	uint64_t signal_stacks[2]; /* by role: alternate signal stack in the arena, KERNEL_SIGNAL_STACK_BYTES */
	uint64_t stack_tops[2];    /* by role */
	struct kernel_stdio stdio[KERNEL_STDIO_COUNT];
	uint64_t statistics; /* struct kernel_statistics *, zeroed */
	struct kernel_net net;
};

/*
 * Counters, in the arena. The kernel counts; whoever holds the arena outside reads them as hostile data.
 */
#define KERNEL_CALLS_MAX 512
/* Threads share out so many tables of calls, page by page: two that count in one pass its lines to and fro. */
#define KERNEL_CALL_TABLES 16

struct kernel_net_statistics {
	uint64_t receive_packets; /* read from the descriptor, segments of 64 KiB counting once */
	uint64_t receive_bytes;   /* frames, without the virtio header */
	uint64_t receive_errors;  /* malformed */
	uint64_t receive_drops;   /* no memory, no one to take it */
	uint64_t transmit_packets;
	uint64_t transmit_bytes;
	uint64_t transmit_errors;
	uint64_t transmit_drops; /* no room in the descriptor, or the link is down */
	uint64_t tcp_segments_in;
	uint64_t tcp_segments_out;
	uint64_t tcp_retransmits;
	uint64_t polls; /* ppoll calls that waited for packets, by whoever was the poller */
	uint64_t calls; /* reads of the descriptor, those that found nothing, too, and writes */
};

struct kernel_statistics {
	/* System calls served by the library, by Linux number, unknown ones too. Page-aligned, like the whole. */
	uint64_t calls[KERNEL_CALL_TABLES][KERNEL_CALLS_MAX];
	uint64_t traps;                     /* of these, by SIGSYS */
	uint64_t faults;                    /* fault signals taken */
	uint64_t host_calls[16];            /* by enum kernel_host_call */
	uint64_t unknown[KERNEL_CALLS_MAX]; /* by Linux number: answered with ENOSYS */
	uint64_t unknown_other;             /* numbers from KERNEL_CALLS_MAX on */
	uint64_t arena_bytes;               /* in use when the guest ended */
	struct kernel_net_statistics net;
};

/* In the order of the kernel's host/ folder. */
/* clang-format off */
#define KERNEL_HOST_CALLS(X) \
	X(READ, "read") \
	X(WRITE, "write") \
	X(PPOLL, "ppoll") \
	X(CLOCK_GETTIME, "clock_gettime") \
	X(EXIT_GROUP, "exit_group") \
	X(RT_SIGRETURN, "rt_sigreturn") \
	X(MMAP, "mmap") \
	X(MPROTECT, "mprotect") \
	X(MADVISE, "madvise") \
	X(FUTEX, "futex") \
	X(SCHED_YIELD, "sched_yield") \
	X(TGKILL, "tgkill") \
	X(CLONE, "clone") \
	X(EXIT, "exit") \
	X(SIGALTSTACK, "sigaltstack")
/* clang-format on */

#define KERNEL_HOST_CALL_ENUM(name, text) KERNEL_HOST_##name,
enum kernel_host_call { KERNEL_HOST_CALLS(KERNEL_HOST_CALL_ENUM) KERNEL_HOST_CALL_COUNT };

/* Messages on the control channel, one per packet. */
enum kernel_control_kind {
	KERNEL_CONTROL_SIGNAL = 1, /* supervisor to guest: value is a signal for guest process 1 */
	KERNEL_CONTROL_WINDOW,     /* supervisor to guest: value is rows << 16 | columns */
	/*
	 * Guest to supervisor: read the terminal from now on, and set its attributes (64 bytes), unless it is raw.
	 */
	KERNEL_CONTROL_TERMIOS,
	KERNEL_CONTROL_INPUT, /* supervisor to guest: value bytes were typed; none: the terminal is gone */
	/*
	 * Guest to supervisor: a struct kernel_core; value: bytes of a piece. Supervisor to guest: value is 0 or an
	 * errno.
	 */
	KERNEL_CONTROL_CORE,
};

struct kernel_control {
	uint32_t kind; /* enum kernel_control_kind */
	uint32_t value;
	uint8_t bytes[64];
};

/* Core dumps of guest processes, one at a time, each message answered before the next one (--core). */
enum { KERNEL_CORE_BEGIN, KERNEL_CORE_PIECE, KERNEL_CORE_END };

#define KERNEL_CORE_PIECE_BYTES (1u << 16)

struct kernel_core {
	uint32_t step;         /* KERNEL_CORE_* */
	int32_t pid;           /* inside the guest */
	uint64_t file_offset;  /* of the piece; at the end: the file's size */
	uint64_t arena_offset; /* of the piece */
};

/*
 * How the guest ended, for the supervisor: the host status of the application process. The kernel ends with
 * exit_group(code) for a guest process 1 that exited, and with exit_group(128 + signal) for one killed by a signal.
 */

#endif
