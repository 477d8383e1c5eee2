/* Host calls next to the table's rows: see forbidden.h. */
#include "tests/isolation/guests/forbidden.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/isolation/guests/gate.h"

#define ANONYMOUS (MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define RW (PROT_READ | PROT_WRITE)
#define FOUR_GIB (1ull << 32)
#define HUGE_BYTES (2u << 20)
/* tender/tender.lds */
#define TENDER 0x4000000000ull
#define UNKNOWN_FD 100
#define NONE ((uint64_t)-1)
#define CLONE_FORK 0x8011
#define CLONE_USER_NAMESPACE 0x10000000
#define PTRACE_ATTACH_NUMBER 16
/* The clock of the CPU time of process 1: ~pid << 3 | 2 */
/* FD_TO_CLOCKID: descriptor 0 as a device with a clock */
#define CLOCK_OF_DEVICE ((uint64_t)(~0 * 8 + 3))

struct forbidden {
	const char *name;
	long number;
	uint64_t arguments[6];
};

/* Row number `index`, with addresses and descriptors of this guest. False behind the last. */
static bool row(unsigned index, struct forbidden *out)
{
	static const struct kernel_boot unknown;
	const struct kernel_boot *boot = gate_boot ? gate_boot : &unknown;
	const uint64_t user = boot->user_base, end = boot->user_base + boot->user_bytes;
	const uint64_t image_fd = (uint64_t)boot->image_fd, arena_fd = (uint64_t)boot->arena_fd;
	const uint64_t control_fd = (uint64_t)boot->control_fd, service = (uint64_t)boot->service_pid;
	const uint64_t slot = boot->kernel_base, arena = boot->arena_base, image = boot->image_base, vdso = boot->vdso;
	/* clang-format off */
	const struct forbidden rows[] = {
		{"map the kernel's slot", SYS_mmap, {slot, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map the arena", SYS_mmap, {arena, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map the image's place", SYS_mmap, {image, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map the vDSO", SYS_mmap, {vdso, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map the tender's text", SYS_mmap, {TENDER, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map behind user memory", SYS_mmap, {end, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map before user memory", SYS_mmap, {user - 4096, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map the first page above the low window", SYS_mmap, {FOUR_GIB, 4096, RW, ANONYMOUS, NONE, 0}},
		{"map 4 GiB", SYS_mmap, {user, FOUR_GIB, RW, ANONYMOUS, NONE, 0}},
		{"map where the host likes", SYS_mmap, {0, 4096, RW, ANONYMOUS & ~MAP_FIXED, NONE, 0}},
		{"map with MAP_GROWSDOWN", SYS_mmap, {user, 4096, RW, ANONYMOUS | MAP_GROWSDOWN, NONE, 0}},
		{"map with MAP_LOCKED", SYS_mmap, {user, 4096, RW, ANONYMOUS | MAP_LOCKED, NONE, 0}},
		{"map with MAP_HUGETLB", SYS_mmap, {user, HUGE_BYTES, RW, ANONYMOUS | MAP_HUGETLB, NONE, 0}},
		{"map with MAP_POPULATE", SYS_mmap, {user, 4096, RW, ANONYMOUS | MAP_POPULATE, NONE, 0}},
		{"map the image shared", SYS_mmap, {user, 4096, RW, MAP_FIXED | MAP_SHARED, image_fd, 0}},
		{"map standard input", SYS_mmap, {user, 4096, RW, MAP_FIXED | MAP_PRIVATE, 0, 0}},
		{"map the control channel", SYS_mmap, {user, 4096, RW, MAP_FIXED | MAP_SHARED, control_fd, 0}},
		{"map an unknown descriptor", SYS_mmap, {user, 4096, RW, MAP_FIXED | MAP_SHARED, UNKNOWN_FD, 0}},
		{"unmap", SYS_munmap, {user, 4096}},
		{"move the kernel", SYS_mremap, {slot, 4096, 4096, MREMAP_MAYMOVE}},
		{"move the vDSO", SYS_mremap, {vdso, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, user}},
		{"open the kernel's text for writing", SYS_mprotect, {slot, 4096, RW}},
		{"make the arena executable", SYS_mprotect, {arena, 4096, PROT_READ | PROT_EXEC}},
		{"open the image for writing", SYS_mprotect, {image, 4096, RW}},
		{"open the vDSO for writing", SYS_mprotect, {vdso, 4096, RW}},
		{"open the tender's text for writing", SYS_mprotect, {TENDER, 4096, RW}},
		{"mprotect with PROT_GROWSDOWN", SYS_mprotect, {user, 4096, RW | PROT_GROWSDOWN}},
		{"mprotect of 4 GiB", SYS_mprotect, {user, FOUR_GIB, RW}},
		{"forget pages of the image", SYS_madvise, {image, 4096, MADV_DONTNEED}},
		{"forget pages of the kernel", SYS_madvise, {slot, 4096, MADV_REMOVE}},
		{"forget pages behind the arena", SYS_madvise, {arena + boot->arena_bytes, 4096, MADV_REMOVE}},
		{"merge pages with others'", SYS_madvise, {user, 4096, MADV_MERGEABLE}},
		{"poison a page", SYS_madvise, {user, 4096, MADV_HWPOISON}},
		{"page out", SYS_madvise, {user, 4096, MADV_PAGEOUT}},
		{"read the image", SYS_read, {image_fd, user, 1}},
		{"read the arena", SYS_read, {arena_fd, user, 1}},
		{"read standard output", SYS_read, {1, user, 1}},
		{"write to standard input", SYS_write, {0, user, 1}},
		{"write to the image", SYS_write, {image_fd, user, 1}},
		{"write to the arena", SYS_write, {arena_fd, user, 1}},
		{"write to an unknown descriptor", SYS_write, {UNKNOWN_FD, user, 1}},
		{"send a descriptor over the control channel", SYS_sendmsg, {control_fd, user, 0}},
		{"close the control channel", SYS_close, {control_fd}},
		{"truncate the arena", SYS_ftruncate, {arena_fd, 0}},
		{"unseal the arena", SYS_fcntl, {arena_fd, 1033, 0}},
		{"make standard output block", SYS_fcntl, {1, F_SETFL, 0}},
		{"type into the terminal", SYS_ioctl, {0, 0x5412, user}},
		{"poll nine descriptors", SYS_ppoll, {user, 9, user, 0, 0}},
		{"poll with a signal mask", SYS_ppoll, {user, 0, user, user, 8}},
		{"open a file", SYS_openat, {(uint64_t)AT_FDCWD, (uintptr_t)"/proc/self/mem", O_RDWR, 0}},
		{"execute", SYS_execve, {(uintptr_t)"/bin/sh", user, user}},
		{"make a socket", SYS_socket, {1, 1, 0}},
		{"kill everybody", SYS_kill, {NONE, SIGKILL}},
		{"kill the service process", SYS_tgkill, {service, service, SIGKILL}},
		{"stop init", SYS_tgkill, {1, 1, SIGSTOP}},
		{"trace init", SYS_ptrace, {PTRACE_ATTACH_NUMBER, 1, 0, 0}},
		{"read the service process's memory", SYS_process_vm_readv, {service, user, 1, user, 1, 0}},
		{"open the service process", SYS_pidfd_open, {service, 0}},
		{"make a user namespace", SYS_clone, {CLONE_USER_NAMESPACE | SIGCHLD}},
		{"make a process whose end nobody hears of", SYS_clone, {SIGCHLD}},
		{"clone with an upper bit", SYS_clone, {CLONE_FORK | 1ull << 32}},
		{"clone3", SYS_clone3, {user, 88}},
		{"vfork", SYS_vfork, {0}},
		{"inherit priorities", SYS_futex, {user, FUTEX_LOCK_PI, 0, 0, 0, 0}},
		{"read a device's clock", SYS_clock_gettime, {CLOCK_OF_DEVICE, user}},
		{"lift the filter", SYS_seccomp, {1, 0, user}},
		{"unblock signals", SYS_rt_sigprocmask, {SIG_SETMASK, user, 0, 8}},
		{"change a signal's handler", SYS_rt_sigaction, {SIGSYS, user, 0, 8}},
	};
	/* clang-format on */

	if (index >= sizeof(rows) / sizeof(rows[0]))
		return false;
	*out = rows[index];
	return true;
}

const char *forbidden_name(unsigned index)
{
	struct forbidden found;

	return row(index, &found) ? found.name : NULL;
}

bool forbidden_call(const char *name)
{
	struct forbidden found;

	for (unsigned i = 0; row(i, &found); i++) {
		if (strcmp(found.name, name) == 0)
			gate_call((uint64_t)found.number, found.arguments);
	}
	return false;
}
