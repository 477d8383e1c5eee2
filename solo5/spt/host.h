/* The host calls of the spt target: the only place where the bindings leave the guest. Values or -errno. */
#ifndef SOLO5_SPT_HOST_H
#define SOLO5_SPT_HOST_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

#include "host_arch.h"
#include "syscall.h"

#define HOST_CLOCK_REALTIME 0
#define HOST_CLOCK_MONOTONIC 1
#define HOST_TIMER_ABSTIME 1
#define HOST_POLLIN 1
#define HOST_POLLHUP 16

#define HOST_EINTR 4
#define HOST_EAGAIN 11
#define HOST_ENOBUFS 105

struct host_timespec {
	int64_t sec;
	int64_t nsec;
};

struct host_itimerspec {
	struct host_timespec interval;
	struct host_timespec value;
};

struct host_pollfd {
	int32_t fd;
	int16_t events;
	int16_t revents;
};

struct host_epoll_event {
	uint32_t events;
	uint64_t data;
} HOST_EPOLL_EVENT_LAYOUT;

static inline long host_write(int fd, const void *buf, size_t size)
{
	return arch_syscall(__NR_write, fd, (long)buf, (long)size, 0, 0, 0);
}

static inline long host_read(int fd, void *buf, size_t size)
{
	return arch_syscall(__NR_read, fd, (long)buf, (long)size, 0, 0, 0);
}

static inline long host_pread(int fd, void *buf, size_t size, uint64_t offset)
{
	return arch_syscall(__NR_pread64, fd, (long)buf, (long)size, (long)offset, 0, 0);
}

static inline long host_pwrite(int fd, const void *buf, size_t size, uint64_t offset)
{
	return arch_syscall(__NR_pwrite64, fd, (long)buf, (long)size, (long)offset, 0, 0);
}

static inline long host_clock_gettime(int clock, struct host_timespec *time)
{
	return arch_syscall(__NR_clock_gettime, clock, (long)time, 0, 0, 0, 0);
}

static inline long host_ppoll(struct host_pollfd *fds, unsigned count, struct host_timespec *timeout)
{
	return arch_syscall(__NR_ppoll, (long)fds, count, (long)timeout, 0, 0, 0);
}

static inline long host_epoll_wait(int epoll_fd, struct host_epoll_event *events, int count, int timeout_ms)
{
	return arch_syscall(__NR_epoll_pwait, epoll_fd, (long)events, count, timeout_ms, 0, 0);
}

static inline long host_timer_set(int timer_fd, const struct host_itimerspec *deadline)
{
	return arch_syscall(__NR_timerfd_settime, timer_fd, HOST_TIMER_ABSTIME, (long)deadline, 0, 0, 0);
}

_Noreturn static inline void host_exit(int status)
{
	for (;;)
		arch_syscall(__NR_exit_group, status, 0, 0, 0, 0, 0);
}

#endif
