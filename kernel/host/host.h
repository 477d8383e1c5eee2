/*
 * The only door to the host: one function per host call of abi/hostcall.def, each counted (struct kernel_statistics).
 * All return what the host kernel returns, a value or -errno.
 */
#ifndef KERNEL_HOST_HOST_H
#define KERNEL_HOST_HOST_H

#include <linux/poll.h>
#include <linux/time_types.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/kernel.h"

long host_read(int fd, void *buffer, size_t bytes);
long host_write(int fd, const void *buffer, size_t bytes);
/* May wait, and a kick ends it: what was written by then, or -EINTR. */
long host_write_waiting(int fd, const void *buffer, size_t bytes);
long host_clock_gettime(int clock, struct __kernel_timespec *out);
_Noreturn void host_exit_group(int status);

/*
 * Waits. Both return -EINTR at once, without going to the host, if a kick is pending for the calling thread: the
 * kick handler and the assembly window in arch/ see to it that no kick falls between the check and the call.
 * Timeouts are relative; NULL waits for ever.
 */
long host_ppoll(struct pollfd *fds, unsigned count, const struct __kernel_timespec *timeout);
/* FUTEX_WAIT on a word of the arena (shared). -EAGAIN if it is not `expected`, -ETIMEDOUT, -EINTR, 0. */
long host_futex_wait(const uint32_t *word, uint32_t expected, const struct __kernel_timespec *timeout);
/* The same for short waits inside the kernel that kicks must not end (locks). Never -EINTR for a kick. */
long host_futex_wait_uninterruptible(const uint32_t *word, uint32_t expected);
long host_futex_wake(const uint32_t *word, unsigned wanted);
/* An application's futex call, after the library checked the operation. The first is for waits, which kicks end. */
long host_futex_sleep(uint64_t word, int operation, uint32_t value, uint64_t timeout, uint32_t value3);
long host_futex(uint64_t word, int operation, uint32_t value, uint64_t timeout_or_value2, uint64_t word2,
		uint32_t value3);

long host_mmap(uint64_t address, size_t bytes, int protection, int flags, int fd, uint64_t offset);
long host_mprotect(uint64_t address, size_t bytes, int protection);
long host_madvise(uint64_t address, size_t bytes, int advice);

/*
 * A host thread or process for `thread` (flags: HOSTCALL_CLONE_* of abi/hostcall.h), which begins with its frame
 * (thread_begin). Of a thread, *host_alive has the host's id until it has ended. Its id there, or -errno.
 */
struct frame;
struct thread;
long host_clone(uint64_t flags, struct frame *frame, struct thread *thread, uint32_t *host_alive, uint64_t tls);

/* The alternate signal stack of the calling thread; NULL: none from here on. */
long host_signal_stack(void *stack, size_t bytes);
/* Ends the calling host thread alone. */
_Noreturn void host_exit_thread(void);

/* Lets others have the CPU. Without effect where the guest is one thread. */
void host_yield(void);

/* Sends the kick to a thread of the guest, by its host process and thread id. */
long host_kick(int host_process, int host_thread);

/* Nanoseconds of CLOCK_MONOTONIC and CLOCK_REALTIME, by the vDSO, without a host call where it can. */
uint64_t host_monotonic_ns(void);
uint64_t host_realtime_ns(void);

#endif
