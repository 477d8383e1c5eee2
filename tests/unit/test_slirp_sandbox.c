/* What the helper of --net user may do once its filter is installed: each call in a process of its own. */
#define _GNU_SOURCE /* CLONE_NEWUSER */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tender/slirp/sandbox.h"
#include "tests/unit/unit.h"

#define PACKET_FAMILY 17 /* AF_PACKET */
#define X32_BIT 0x40000000

struct call {
	const char *name;
	long number;
	long arguments[4];
};

/* What the call fails with under the filter; 0: it does not. Told by one that is allowed: exit_group. */
static int outcome(const struct call *call)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct error error = {0};
		long result;

		if (sandbox_enter(&error) < 0)
			_exit(1);
		result = syscall(call->number, call->arguments[0], call->arguments[1], call->arguments[2],
				 call->arguments[3], 0, 0);
		syscall(SYS_exit_group, result < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* How the process ended that made the call under the filter: 0, or the signal that killed it. */
static int fate(const struct call *call)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct error error = {0};

		if (sandbox_enter(&error) < 0)
			_exit(1);
		syscall(call->number, call->arguments[0], call->arguments[1], call->arguments[2], call->arguments[3], 0,
			0);
		syscall(SYS_exit_group, 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) && WEXITSTATUS(status) != 0)
		fail_msg("%s: exit status %d", call->name, WEXITSTATUS(status));
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_forbidden(void **state)
{
	static const char path[] = "/etc/passwd";
	const struct call calls[] = {
		{"AF_UNIX", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
		{"AF_NETLINK", SYS_socket, {AF_NETLINK, SOCK_RAW, 0}},
		{"AF_PACKET", SYS_socket, {PACKET_FAMILY, SOCK_RAW, 0}},
		{"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, 0}},
		{"bind", SYS_bind, {0, 0, 0}},
		{"listen", SYS_listen, {0, 1}},
		{"open", SYS_open, {(long)path, O_RDONLY}},
		{"openat2", SYS_openat2, {AT_FDCWD, (long)path, 0, 0}},
		{"unlink", SYS_unlink, {(long)path}},
		{"execve", SYS_execve, {(long)path, 0, 0}},
		{"fork", SYS_fork, {0}},
		{"clone", SYS_clone, {SIGCHLD, 0, 0, 0}},
		{"kill", SYS_kill, {0, 0}},
		{"ptrace", SYS_ptrace, {0, 0, 0, 0}},
		{"process_vm_readv", SYS_process_vm_readv, {1, 0, 0, 0}},
		{"setuid", SYS_setuid, {0}},
		{"unshare", SYS_unshare, {CLONE_NEWUSER}},
		{"mount", SYS_mount, {0, 0, 0, 0}},
		{"bpf", SYS_bpf, {0, 0, 0}},
		{"prctl", SYS_prctl, {0, 0, 0, 0}},
		{"pidfd_open", SYS_pidfd_open, {1, 0}},
		{"io_uring_setup", SYS_io_uring_setup, {1, 0}},
		{"sendmmsg", SYS_sendmmsg, {0, 0, 0, 0}},
		{"dup", SYS_dup, {0}},
		{"mmap executable", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}},
		{"mprotect executable", SYS_mprotect, {0, 4096, PROT_EXEC}},
		{"ioctl TIOCSTI", SYS_ioctl, {0, TIOCSTI, 0}},
		{"fcntl F_DUPFD", SYS_fcntl, {0, F_DUPFD, 0}},
		{"fcntl F_SETOWN", SYS_fcntl, {0, F_SETOWN, 1}},
		{"MPTCP", SYS_socket, {AF_INET, SOCK_STREAM, 262}},
		{"SCTP", SYS_socket, {AF_INET6, SOCK_STREAM, IPPROTO_SCTP}},
		{"UDP-Lite", SYS_socket, {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDPLITE}},
		{"SOCK_SEQPACKET", SYS_socket, {AF_INET, SOCK_SEQPACKET, 0}},
		{"SOCK_RAW, all protocols", SYS_socket, {AF_INET, SOCK_RAW, IPPROTO_RAW}},
		{"ICMPv6 over IPv4", SYS_socket, {AF_INET, SOCK_DGRAM, IPPROTO_ICMPV6}},
		{"another flag", SYS_socket, {AF_INET, SOCK_STREAM | 0x100, 0}},
		{"x32", X32_BIT | SYS_read, {0, 0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (fate(&calls[i]) != SIGSYS)
			fail_msg("%s is let through", calls[i].name);
	}
}

/* libslirp looks for name servers, and must not find them, nor any other file. */
static void test_refused(void **state)
{
	static const char path[] = "/";
	const struct call calls[] = {
		{"openat", SYS_openat, {AT_FDCWD, (long)path, O_RDONLY}},
		{"stat", SYS_newfstatat, {AT_FDCWD, (long)path, (long)&(struct stat){0}, 0}},
	};
	const struct call sockets[] = {
		{"SOCK_RAW", SYS_socket, {AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP}},
		{"SOCK_RAW of IPv6", SYS_socket, {AF_INET6, SOCK_RAW, IPPROTO_ICMPV6}},
	};
	const struct call options[] = {
		{"SOL_NETLINK", SYS_setsockopt, {-1, 270, 1, 0}},
		{"SO_MARK", SYS_setsockopt, {-1, SOL_SOCKET, SO_MARK, 0}},
		{"SO_REUSEPORT", SYS_setsockopt, {-1, SOL_SOCKET, SO_REUSEPORT, 0}},
		{"TCP_ULP", SYS_setsockopt, {-1, IPPROTO_TCP, 31, 0}},
		{"IP_OPTIONS", SYS_setsockopt, {-1, IPPROTO_IP, IP_OPTIONS, 0}},
		{"IPV6_HDRINCL", SYS_setsockopt, {-1, IPPROTO_IPV6, 36, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (fate(&calls[i]) != 0)
			fail_msg("%s is fatal", calls[i].name);
		if (outcome(&calls[i]) != ENOENT)
			fail_msg("%s is let through", calls[i].name);
	}
	for (size_t i = 0; i < ARRAY_COUNT(sockets); i++)
		assert_int_equal(outcome(&sockets[i]), EPERM);
	for (size_t i = 0; i < ARRAY_COUNT(options); i++)
		assert_int_equal(outcome(&options[i]), ENOPROTOOPT);
}

static void test_allowed(void **state)
{
	const struct call calls[] = {
		{"AF_INET", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
		{"AF_INET6", SYS_socket, {AF_INET6, SOCK_DGRAM, 0}},
		{"UDP", SYS_socket, {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0}},
		{"TCP over IPv6", SYS_socket, {AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0}},
		{"ping", SYS_socket, {AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP}},
		{"ping of IPv6", SYS_socket, {AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6}},
		{"connect", SYS_connect, {-1, 0, 0}},
		{"accept", SYS_accept, {-1, 0, 0}},
		{"sendto", SYS_sendto, {-1, 0, 0, 0}},
		{"recvfrom", SYS_recvfrom, {-1, 0, 0, 0}},
		{"poll", SYS_poll, {0, 0, 0}},
		{"close", SYS_close, {-1}},
		{"ioctl FIONREAD", SYS_ioctl, {-1, FIONREAD, 0}},
		{"fcntl F_SETFL", SYS_fcntl, {-1, F_SETFL, 0}},
		{"brk", SYS_brk, {0}},
		{"mmap", SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS}},
		{"exit", SYS_exit, {0}},
	};
	const struct call made[] = {
		{"SO_REUSEADDR", SYS_setsockopt, {-1, SOL_SOCKET, SO_REUSEADDR, 0}},
		{"SO_OOBINLINE", SYS_setsockopt, {-1, SOL_SOCKET, SO_OOBINLINE, 0}},
		{"TCP_NODELAY", SYS_setsockopt, {-1, IPPROTO_TCP, 1, 0}},
		{"IP_TTL", SYS_setsockopt, {-1, IPPROTO_IP, IP_TTL, 0}},
		{"IP_RECVERR", SYS_setsockopt, {-1, IPPROTO_IP, IP_RECVERR, 0}},
		{"IPV6_V6ONLY", SYS_setsockopt, {-1, IPPROTO_IPV6, IPV6_V6ONLY, 0}},
		{"IPV6_UNICAST_HOPS", SYS_setsockopt, {-1, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 0}},
		{"IPV6_RECVERR", SYS_setsockopt, {-1, IPPROTO_IPV6, IPV6_RECVERR, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (fate(&calls[i]) != 0)
			fail_msg("%s is refused", calls[i].name);
	}
	/* It gets as far as the descriptor, which there is not. */
	for (size_t i = 0; i < ARRAY_COUNT(made); i++)
		assert_int_equal(outcome(&made[i]), EBADF);
}

/* In a process of its own, which the limits stay with. */
static int limits_check(void)
{
	struct error error = {0};
	struct rlimit data, descriptors, core;

	if (privileges_give_up(&error) < 0 || getrlimit(RLIMIT_DATA, &data) < 0 ||
	    getrlimit(RLIMIT_NOFILE, &descriptors) < 0 || getrlimit(RLIMIT_CORE, &core) < 0)
		return 1;
	if (data.rlim_cur > HELPER_BYTES_MAX || data.rlim_max > HELPER_BYTES_MAX)
		return 2;
	if (descriptors.rlim_max > HELPER_DESCRIPTORS_MAX || descriptors.rlim_cur != descriptors.rlim_max)
		return 3;
	return core.rlim_max == 0 ? 0 : 4;
}

static void test_limits(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(limits_check());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
