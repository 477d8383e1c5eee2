/* The host calls: see host.h. Counted in the guest's statistics. */
#include <linux/signal.h>

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/futex.h>

#include "arch.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "syscall.h"

static void count(enum kernel_host_call call)
{
	kernel_statistics()->host_calls[call]++;
}

long host_read(int fd, void *buffer, size_t bytes)
{
	count(KERNEL_HOST_READ);
	return arch_syscall(__NR_read, fd, (long)(uintptr_t)buffer, (long)bytes, 0, 0, 0);
}

long host_write(int fd, const void *buffer, size_t bytes)
{
	count(KERNEL_HOST_WRITE);
	return arch_syscall(__NR_write, fd, (long)(uintptr_t)buffer, (long)bytes, 0, 0, 0);
}

long host_write_waiting(int fd, const void *buffer, size_t bytes)
{
	count(KERNEL_HOST_WRITE);
	return host_blocking_call(__NR_write, fd, (long)(uintptr_t)buffer, (long)bytes, 0, 0, 0);
}

long host_clock_gettime(int clock, struct __kernel_timespec *out)
{
	count(KERNEL_HOST_CLOCK_GETTIME);
	return arch_syscall(__NR_clock_gettime, clock, (long)(uintptr_t)out, 0, 0, 0, 0);
}

void host_exit_group(int status)
{
	count(KERNEL_HOST_EXIT_GROUP);
	for (;;)
		arch_syscall(__NR_exit_group, status, 0, 0, 0, 0, 0);
}

long host_ppoll(struct pollfd *fds, unsigned count_fds, const struct __kernel_timespec *timeout)
{
	/* The host writes back what is left. */
	struct __kernel_timespec left = timeout ? *timeout : (struct __kernel_timespec){0};

	count(KERNEL_HOST_PPOLL);
	return host_blocking_call(__NR_ppoll, (long)(uintptr_t)fds, count_fds, timeout ? (long)(uintptr_t)&left : 0, 0,
				  0, 0);
}

long host_futex_wait(const uint32_t *word, uint32_t expected, const struct __kernel_timespec *timeout)
{
	count(KERNEL_HOST_FUTEX);
	return host_blocking_call(__NR_futex, (long)(uintptr_t)word, FUTEX_WAIT, expected, (long)(uintptr_t)timeout, 0,
				  0);
}

long host_futex_wait_uninterruptible(const uint32_t *word, uint32_t expected)
{
	count(KERNEL_HOST_FUTEX);
	return arch_syscall(__NR_futex, (long)(uintptr_t)word, FUTEX_WAIT, expected, 0, 0, 0);
}

long host_futex_wake(const uint32_t *word, unsigned wanted)
{
	count(KERNEL_HOST_FUTEX);
	return arch_syscall(__NR_futex, (long)(uintptr_t)word, FUTEX_WAKE, wanted, 0, 0, 0);
}

long host_futex_sleep(uint64_t word, int operation, uint32_t value, uint64_t timeout, uint32_t value3)
{
	count(KERNEL_HOST_FUTEX);
	return host_blocking_call(__NR_futex, (long)word, operation, value, (long)timeout, 0, value3);
}

long host_futex(uint64_t word, int operation, uint32_t value, uint64_t timeout_or_value2, uint64_t word2,
		uint32_t value3)
{
	count(KERNEL_HOST_FUTEX);
	return arch_syscall(__NR_futex, (long)word, operation, value, (long)timeout_or_value2, (long)word2, value3);
}

long host_mmap(uint64_t address, size_t bytes, int protection, int flags, int fd, uint64_t offset)
{
	count(KERNEL_HOST_MMAP);
	return arch_syscall(__NR_mmap, (long)address, (long)bytes, protection, flags, fd, (long)offset);
}

long host_mprotect(uint64_t address, size_t bytes, int protection)
{
	count(KERNEL_HOST_MPROTECT);
	return arch_syscall(__NR_mprotect, (long)address, (long)bytes, protection, 0, 0, 0);
}

long host_madvise(uint64_t address, size_t bytes, int advice)
{
	count(KERNEL_HOST_MADVISE);
	return arch_syscall(__NR_madvise, (long)address, (long)bytes, advice, 0, 0, 0);
}

long host_clone(uint64_t flags, struct frame *frame, struct thread *thread, uint32_t *host_alive, uint64_t tls)
{
	count(KERNEL_HOST_CLONE);
	return arch_clone(flags, frame, thread, host_alive, tls);
}

void host_yield(void)
{
	if (kernel_boot()->policy == KERNEL_POLICY_STRICT)
		return;
	count(KERNEL_HOST_SCHED_YIELD);
	arch_syscall(__NR_sched_yield, 0, 0, 0, 0, 0, 0);
}

long host_signal_stack(void *stack, size_t bytes)
{
	stack_t what = {.ss_sp = stack, .ss_size = bytes, .ss_flags = stack ? 0 : SS_DISABLE};

	count(KERNEL_HOST_SIGALTSTACK);
	return arch_syscall(__NR_sigaltstack, (long)(uintptr_t)&what, 0, 0, 0, 0, 0);
}

void host_exit_thread(void)
{
	count(KERNEL_HOST_EXIT);
	for (;;)
		arch_syscall(__NR_exit, 0, 0, 0, 0, 0, 0);
}

long host_kick(int host_process, int host_thread)
{
	count(KERNEL_HOST_TGKILL);
	return arch_syscall(__NR_tgkill, host_process, host_thread, KERNEL_KICK_SIGNAL, 0, 0, 0);
}
