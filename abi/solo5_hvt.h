/*
 * The binary interface between an hvt tender and a Solo5 unikernel: a virtual machine of one CPU whose only devices are
 * hypercalls. Guest memory begins at address 0 and is mapped one to one. At entry the first argument register holds
 * HVT_BOOT_INFO and the stack ends with guest memory, as under spt.
 *
 * A hypercall is the write of a 32-bit guest address, where its arguments lie: on x86-64 OUT to the port
 * HVT_PORT_BASE + number, on aarch64 a store to HVT_MMIO_BASE + 8 * number.
 */
#ifndef ABI_SOLO5_HVT_H
#define ABI_SOLO5_HVT_H

#include <stddef.h>
#include <stdint.h>

#define HVT_ABI_VERSION 2

#define HVT_PAGE_BYTES 4096u
#define HVT_MEM_UNIT (2ull << 20) /* memory is a multiple of this, and at least as much */
#define HVT_MEM_MAX (4ull << 30)
#define HVT_LOW_END 0x10000u     /* below: the tender's tables, which the guest's addresses do not reach */
#define HVT_BOOT_INFO 0x10000u   /* boot information, then manifest, then command line */
#define HVT_IMAGE_BASE 0x100000u /* lowest address of an ELF segment; what lies below is read-only for the guest */

/* Where Tend's tender leaves a struct tend_handover for Tend's bindings; other tenders leave zeroes. */
#define HVT_HANDOVER 0xff000u

#define HVT_PORT_BASE 0x500u
#define HVT_PORT_KICK 0x600u
#define HVT_MMIO_BASE 0x100000000ull
#define HVT_MMIO_KICK 0x100000100ull
#define HVT_MMIO_BYTES (1ull << 30)

enum hvt_hypercall {
	HVT_HYPERCALL_WALLTIME = 1,
	HVT_HYPERCALL_PUTS,
	HVT_HYPERCALL_POLL,
	HVT_HYPERCALL_BLOCK_WRITE,
	HVT_HYPERCALL_BLOCK_READ,
	HVT_HYPERCALL_NET_WRITE,
	HVT_HYPERCALL_NET_READ,
	HVT_HYPERCALL_HALT,
	HVT_HYPERCALL_COUNT
};

#define HVT_FEATURE_NET_RING 1u

struct hvt_boot_info {
	uint64_t mem_size;       /* bytes: the stack ends here */
	uint64_t kernel_end;     /* end of the highest loaded segment */
	uint64_t cpu_cycle_freq; /* Hz of the CPU's cycle counter */
	uint64_t cmdline;        /* address of a NUL-terminated string */
	uint64_t manifest;       /* address of a struct mft */
	uint32_t host_features;  /* HVT_FEATURE_* */
	uint32_t guest_features;
	uint64_t net_ring; /* address of a struct hvt_ring */
};

/* Arguments. IN is the guest's, OUT the tender's. Results are solo5_result_t. */
struct hvt_walltime {
	uint64_t nsecs; /* OUT: since 1970 */
};

struct hvt_puts {
	uint64_t data;
	uint64_t len;
};

struct hvt_poll {
	uint64_t timeout_nsecs; /* IN: from now */
	uint64_t ready_set;     /* OUT: by handle */
	int32_t ret;            /* OUT: how many are ready */
	int32_t pad;
};

struct hvt_block {
	uint64_t handle;
	uint64_t offset;
	uint64_t data;
	uint64_t len;
	int32_t ret; /* OUT */
	int32_t pad;
};

struct hvt_net {
	uint64_t handle;
	uint64_t data;
	uint64_t len; /* of a read also OUT */
	int32_t ret;  /* OUT */
	int32_t pad;
};

struct hvt_halt {
	uint64_t cookie; /* address of HVT_COOKIE_BYTES, or 0 */
	int32_t exit_status;
	int32_t pad;
};

#define HVT_COOKIE_BYTES 512u

/* The cookie after a trap, on x86-64. Tend's bindings add the other registers, which `magic` says. */
struct hvt_trap {
	uint64_t cr2;
	uint64_t error_code;
	uint64_t rip;
	uint64_t cs;
	uint64_t rflags;
	uint64_t rsp;
	uint64_t ss;
	uint64_t magic;         /* HVT_TRAP_MAGIC */
	uint64_t registers[15]; /* r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi */
};

#define HVT_TRAP_MAGIC 0x3170617254646e54ull /* "TndTrap1" */

/*
 * The net ring, shared by all network devices: requests go in by `entries`, results of reads come back by `commits`.
 * Indices run freely and are masked. The guest kicks after a request if needs_kick is set.
 */
#define HVT_RING_ENTRIES 1024u
#define HVT_RING_MASK (HVT_RING_ENTRIES - 1)
#define HVT_RING_WRITE 1u
#define HVT_RING_READ 2u

struct hvt_ring_entry {
	uint32_t op; /* HVT_RING_* */
	uint32_t handle;
	uint64_t data; /* guest address */
	uint32_t len;
	uint32_t id;
	uint64_t reserved;
};

struct hvt_ring_commit {
	uint32_t id;
	int32_t ret;
	uint32_t len;
	uint32_t reserved;
};

struct hvt_ring {
	uint32_t ent_tail; /* guest */
	uint32_t com_head; /* guest */
	uint8_t pad0[56];
	uint32_t ent_head;   /* tender */
	uint32_t com_tail;   /* tender */
	uint32_t needs_kick; /* tender */
	uint8_t pad1[52];
	struct hvt_ring_entry entries[HVT_RING_ENTRIES];
	struct hvt_ring_commit commits[HVT_RING_ENTRIES];
};

/* The ring has this much memory to itself; Tend's tender and bindings use the rest of it for frames to be sent. */
#define HVT_RING_BYTES HVT_MEM_UNIT
#define HVT_RING_FRAMES 0xd000u
#define HVT_RING_FRAME_BYTES 2048u
#define HVT_RING_FRAME_COUNT 512u

_Static_assert(sizeof(struct hvt_boot_info) == 56, "size of the boot information");
_Static_assert(offsetof(struct hvt_boot_info, net_ring) == 48, "offset of net_ring");
_Static_assert(sizeof(struct hvt_puts) == 16, "size of PUTS");
_Static_assert(sizeof(struct hvt_poll) == 24 && offsetof(struct hvt_poll, ret) == 16, "layout of POLL");
_Static_assert(sizeof(struct hvt_block) == 40 && offsetof(struct hvt_block, ret) == 32, "layout of BLOCK_*");
_Static_assert(sizeof(struct hvt_net) == 32 && offsetof(struct hvt_net, ret) == 24, "layout of NET_*");
_Static_assert(sizeof(struct hvt_halt) == 16 && offsetof(struct hvt_halt, exit_status) == 8, "layout of HALT");
_Static_assert(sizeof(struct hvt_trap) <= HVT_COOKIE_BYTES, "size of the cookie");
_Static_assert(sizeof(struct hvt_ring_entry) == 32 && sizeof(struct hvt_ring_commit) == 16, "sizes in the ring");
_Static_assert(offsetof(struct hvt_ring, ent_head) == 64 && offsetof(struct hvt_ring, entries) == 128 &&
		       offsetof(struct hvt_ring, commits) == 32896 && sizeof(struct hvt_ring) == 49280,
	       "layout of the ring");
_Static_assert(HVT_RING_FRAMES >= sizeof(struct hvt_ring) &&
		       HVT_RING_FRAMES + HVT_RING_FRAME_COUNT * HVT_RING_FRAME_BYTES <= HVT_RING_BYTES,
	       "room for the frames");

#endif
