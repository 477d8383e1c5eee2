/*
 * The tender's own door to the host kernel: one function per call, no libc, so that starting costs nothing.
 * Every function returns what the kernel returns: a value, or -errno.
 */
#ifndef TENDER_HOST_HOST_H
#define TENDER_HOST_HOST_H

#include <asm/unistd.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "syscall.h"

#define HOST_CALL0(nr) arch_syscall(nr, 0, 0, 0, 0, 0, 0)
#define HOST_CALL1(nr, a) arch_syscall(nr, (long)(a), 0, 0, 0, 0, 0)
#define HOST_CALL2(nr, a, b) arch_syscall(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define HOST_CALL3(nr, a, b, c) arch_syscall(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define HOST_CALL4(nr, a, b, c, d) arch_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define HOST_CALL5(nr, a, b, c, d, e) arch_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define HOST_CALL6(nr, a, b, c, d, e, f)                                                                               \
	arch_syscall(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* struct rlimit64 and struct sigaction as the kernel has them; a signal set is one word. */
struct host_limit {
	uint64_t soft;
	uint64_t hard;
};

struct host_sigaction {
	uint64_t handler; /* an address, SIG_DFL or SIG_IGN */
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

#define HOST_SIGNAL_BIT(signal) (1ull << ((signal)-1))

struct host_stack {
	uint64_t base;
	uint64_t flags; /* an int and its padding */
	uint64_t bytes;
};

/* Makes the file if O_CREAT says so. */
static inline long host_openat_mode(int dir, const char *path, int flags, unsigned mode)
{
	return HOST_CALL4(__NR_openat, dir, path, flags, mode);
}

static inline long host_openat(int dir, const char *path, int flags)
{
	return HOST_CALL4(__NR_openat, dir, path, flags, 0);
}

static inline long host_create(const char *path, int flags, unsigned mode)
{
	return HOST_CALL4(__NR_openat, -100 /* AT_FDCWD */, path, flags, mode);
}

static inline long host_mount(const char *source, const char *target, const char *type, unsigned long flags)
{
	return HOST_CALL5(__NR_mount, source, target, type, flags, 0);
}

static inline long host_umount(const char *target, int flags)
{
	return HOST_CALL2(__NR_umount2, target, flags);
}

static inline long host_pivot_root(const char *new_root, const char *put_old)
{
	return HOST_CALL2(__NR_pivot_root, new_root, put_old);
}

static inline long host_chdir(const char *path)
{
	return HOST_CALL1(__NR_chdir, path);
}

static inline long host_close_range(unsigned first, unsigned last)
{
	return HOST_CALL3(__NR_close_range, first, last, 0);
}

static inline long host_close(int fd)
{
	return HOST_CALL1(__NR_close, fd);
}

static inline long host_pread(int fd, void *buf, size_t size, uint64_t offset)
{
	return HOST_CALL4(__NR_pread64, fd, buf, size, offset);
}

static inline long host_pwrite(int fd, const void *buf, size_t size, uint64_t offset)
{
	return HOST_CALL4(__NR_pwrite64, fd, buf, size, offset);
}

static inline long host_read(int fd, void *buf, size_t size)
{
	return HOST_CALL3(__NR_read, fd, buf, size);
}

static inline long host_write(int fd, const void *buf, size_t size)
{
	return HOST_CALL3(__NR_write, fd, buf, size);
}

static inline long host_lseek(int fd, int64_t offset, int whence)
{
	return HOST_CALL3(__NR_lseek, fd, offset, whence);
}

static inline long host_fcntl(int fd, int command, long arg)
{
	return HOST_CALL3(__NR_fcntl, fd, command, arg);
}

static inline long host_ioctl(int fd, unsigned long request, void *arg)
{
	return HOST_CALL3(__NR_ioctl, fd, request, arg);
}

static inline long host_socket(int family, int type, int protocol)
{
	return HOST_CALL3(__NR_socket, family, type, protocol);
}

/* `address`: struct sockaddr_in or another */
static inline long host_bind(int fd, const void *address, uint32_t size)
{
	return HOST_CALL3(__NR_bind, fd, address, size);
}

static inline long host_listen(int fd, int backlog)
{
	return HOST_CALL2(__NR_listen, fd, backlog);
}

static inline long host_accept(int fd, int flags)
{
	return HOST_CALL4(__NR_accept4, fd, 0, 0, flags);
}

static inline long host_setsockopt(int fd, int level, int name, const void *value, uint32_t size)
{
	return HOST_CALL5(__NR_setsockopt, fd, level, name, value, size);
}

static inline long host_getsockopt(int fd, int level, int name, void *value, uint32_t *size)
{
	return HOST_CALL5(__NR_getsockopt, fd, level, name, value, size);
}

static inline long host_mmap(uint64_t address, size_t size, int prot, int flags, int fd, uint64_t offset)
{
	return HOST_CALL6(__NR_mmap, address, size, prot, flags, fd, offset);
}

static inline long host_munmap(uint64_t address, size_t size)
{
	return HOST_CALL2(__NR_munmap, address, size);
}

static inline long host_mprotect(uint64_t address, size_t size, int prot)
{
	return HOST_CALL3(__NR_mprotect, address, size, prot);
}

static inline long host_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	return HOST_CALL5(__NR_prctl, option, a, b, c, d);
}

static inline long host_prlimit(int resource, const void *new_limit, void *old_limit)
{
	return HOST_CALL4(__NR_prlimit64, 0, resource, new_limit, old_limit);
}

static inline long host_personality(unsigned long persona)
{
	return HOST_CALL1(__NR_personality, persona);
}

static inline long host_capget(void *header, void *data)
{
	return HOST_CALL2(__NR_capget, header, data);
}

static inline long host_capset(void *header, void *data)
{
	return HOST_CALL2(__NR_capset, header, data);
}

static inline long host_getgroups(size_t count, uint32_t *groups)
{
	return HOST_CALL2(__NR_getgroups, count, groups);
}

static inline long host_setgroups(size_t count, const uint32_t *groups)
{
	return HOST_CALL2(__NR_setgroups, count, groups);
}

static inline long host_setresgid(uint32_t real, uint32_t effective, uint32_t saved)
{
	return HOST_CALL3(__NR_setresgid, real, effective, saved);
}

static inline long host_setresuid(uint32_t real, uint32_t effective, uint32_t saved)
{
	return HOST_CALL3(__NR_setresuid, real, effective, saved);
}

/* 0 if the kernel's seccomp knows the action. */
static inline long host_seccomp_action_avail(uint32_t action)
{
	return HOST_CALL3(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/* `program`: struct sock_fprog. Returns 0, -errno, or a thread that could not be given the filter (TSYNC). */
static inline long host_seccomp_filter(unsigned flags, const void *program)
{
	return HOST_CALL3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, program);
}

static inline long host_getrandom(void *buf, size_t size)
{
	return HOST_CALL3(__NR_getrandom, buf, size, 0);
}

static inline long host_epoll_create(void)
{
	return HOST_CALL1(__NR_epoll_create1, 0);
}

static inline long host_epoll_ctl(int epoll_fd, int operation, int fd, void *event)
{
	return HOST_CALL4(__NR_epoll_ctl, epoll_fd, operation, fd, event);
}

/* `out`: struct __kernel_timespec */
static inline long host_clock_gettime(int clock, void *out)
{
	return HOST_CALL2(__NR_clock_gettime, clock, out);
}

static inline long host_timerfd_create(int clock, int flags)
{
	return HOST_CALL2(__NR_timerfd_create, clock, flags);
}

static inline long host_eventfd(unsigned value, int flags)
{
	return HOST_CALL2(__NR_eventfd2, value, flags);
}

static inline long host_memfd_create(const char *name, unsigned flags)
{
	return HOST_CALL2(__NR_memfd_create, name, flags);
}

static inline long host_ftruncate(int fd, uint64_t bytes)
{
	return HOST_CALL2(__NR_ftruncate, fd, bytes);
}

/* `status`: struct stat */
static inline long host_fstat(int fd, void *status)
{
	return HOST_CALL2(__NR_fstat, fd, status);
}

static inline long host_socketpair(int family, int type, int protocol, int fds[2])
{
	return HOST_CALL4(__NR_socketpair, family, type, protocol, fds);
}

static inline long host_send(int fd, const void *buf, size_t size, int flags)
{
	return HOST_CALL6(__NR_sendto, fd, buf, size, flags, 0, 0);
}

static inline long host_receive(int fd, void *buf, size_t size, int flags)
{
	return HOST_CALL6(__NR_recvfrom, fd, buf, size, flags, 0, 0);
}

/* `fds`: struct pollfd[count]; `timeout`: struct __kernel_timespec, NULL: none. No signal mask. */
static inline long host_ppoll(void *fds, unsigned count, const void *timeout)
{
	return HOST_CALL5(__NR_ppoll, fds, count, timeout, 0, 0);
}

static inline long host_signalfd(uint64_t signals, int flags)
{
	return HOST_CALL4(__NR_signalfd4, -1, &signals, sizeof(signals), flags);
}

static inline long host_sigprocmask(int how, uint64_t signals)
{
	return HOST_CALL4(__NR_rt_sigprocmask, how, &signals, 0, sizeof(signals));
}

static inline long host_sigaction(int signal, const struct host_sigaction *action)
{
	return HOST_CALL4(__NR_rt_sigaction, signal, action, 0, sizeof(action->mask));
}

static inline long host_sigaltstack(const struct host_stack *stack)
{
	return HOST_CALL2(__NR_sigaltstack, stack, 0);
}

static inline long host_kill(int process, int signal)
{
	return HOST_CALL2(__NR_kill, process, signal);
}

/* Copies this process; returns 0 in the copy. */
static inline long host_fork(int end_signal)
{
	return HOST_CALL5(__NR_clone, end_signal, 0, 0, 0, 0);
}

static inline long host_wait(int process, int *status, int options)
{
	return HOST_CALL4(__NR_wait4, process, status, options, 0);
}

static inline long host_getpid(void)
{
	return HOST_CALL0(__NR_getpid);
}

static inline long host_getpgid(void)
{
	return HOST_CALL1(__NR_getpgid, 0);
}

static inline long host_geteuid(void)
{
	return HOST_CALL0(__NR_geteuid);
}

static inline long host_mkdirat(int dir, const char *path, unsigned mode)
{
	return HOST_CALL3(__NR_mkdirat, dir, path, mode);
}

static inline long host_unlinkat(int dir, const char *path, int flags)
{
	return HOST_CALL3(__NR_unlinkat, dir, path, flags);
}

/* `entries`: struct linux_dirent64, one behind the other */
static inline long host_getdents(int fd, void *entries, size_t size)
{
	return HOST_CALL3(__NR_getdents64, fd, entries, size);
}

/* `names`: struct new_utsname */
static inline long host_uname(void *names)
{
	return HOST_CALL1(__NR_uname, names);
}

/* Fills the bit set of the CPUs this process may run on; returns the bytes filled. */
static inline long host_sched_getaffinity(uint64_t *cpus, size_t size)
{
	return HOST_CALL3(__NR_sched_getaffinity, 0, size, cpus);
}

/* `time`: struct __kernel_timespec */

static inline long host_nanosleep(uint64_t ns)
{
	uint64_t time[2] = {ns / 1000000000u, ns % 1000000000u};

	return HOST_CALL2(__NR_nanosleep, time, 0);
}

_Noreturn static inline void host_exit(int status)
{
	for (;;)
		HOST_CALL1(__NR_exit_group, status);
}

#endif
