/* The host of unit tests is the host: host calls about locks, memory and time are made, and counted. */
#define _GNU_SOURCE
#include "fake_host.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel/host/host.h"

struct fake_host_counts fake_host_counts;

static long result(long value)
{
	return value == -1 ? -errno : value;
}

long host_futex_wait(const uint32_t *word, uint32_t expected, const struct __kernel_timespec *timeout)
{
	__atomic_fetch_add(&fake_host_counts.futex, 1, __ATOMIC_RELAXED);
	return result(syscall(SYS_futex, word, FUTEX_WAIT, expected, timeout, NULL, 0));
}

long host_futex_wait_uninterruptible(const uint32_t *word, uint32_t expected)
{
	return host_futex_wait(word, expected, NULL);
}

long host_futex_wake(const uint32_t *word, unsigned count)
{
	__atomic_fetch_add(&fake_host_counts.futex, 1, __ATOMIC_RELAXED);
	return result(syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0));
}

long host_futex(uint64_t word, int operation, uint32_t value, uint64_t timeout_or_value2, uint64_t word2,
		uint32_t value3)
{
	return result(syscall(SYS_futex, word, operation, value, timeout_or_value2, word2, value3));
}

long host_mmap(uint64_t address, size_t bytes, int protection, int flags, int fd, uint64_t offset)
{
	__atomic_fetch_add(&fake_host_counts.mmap, 1, __ATOMIC_RELAXED);
	return result(syscall(SYS_mmap, address, bytes, protection, flags, fd, offset));
}

long host_mprotect(uint64_t address, size_t bytes, int protection)
{
	__atomic_fetch_add(&fake_host_counts.mprotect, 1, __ATOMIC_RELAXED);
	return result(syscall(SYS_mprotect, address, bytes, protection));
}

long host_madvise(uint64_t address, size_t bytes, int advice)
{
	__atomic_fetch_add(&fake_host_counts.madvise, 1, __ATOMIC_RELAXED);
	return result(syscall(SYS_madvise, address, bytes, advice));
}

void host_yield(void)
{
	__atomic_fetch_add(&fake_host_counts.yield, 1, __ATOMIC_RELAXED);
	sched_yield();
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t host_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t host_realtime_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

long host_clock_gettime(int clock, struct __kernel_timespec *out)
{
	return result(syscall(SYS_clock_gettime, clock, out));
}

long host_read(int fd, void *buffer, size_t bytes)
{
	return result(read(fd, buffer, bytes));
}

long host_write(int fd, const void *buffer, size_t bytes)
{
	return result(write(fd, buffer, bytes));
}

long host_write_waiting(int fd, const void *buffer, size_t bytes)
{
	return host_write(fd, buffer, bytes);
}

long host_ppoll(struct pollfd *fds, unsigned count, const struct __kernel_timespec *timeout)
{
	return result(syscall(SYS_ppoll, fds, (unsigned long)count, timeout, NULL, 0ul));
}

/* Threads of tests see a kick when they look. */
long host_kick(int host_process, int host_thread)
{
	(void)host_process, (void)host_thread;
	return 0;
}

void host_exit_group(int status)
{
	_exit(status);
}
