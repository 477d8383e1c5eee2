/* What the helper may still do once it is set up: see sandbox.h. */
#define _GNU_SOURCE /* setresuid */
#include "tender/slirp/sandbox.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

enum test { ANY, EQUAL, WITHOUT, TYPE /* of a socket, whatever its flags are */ };

#define CONDITIONS_MAX 3

struct condition {
	uint8_t test; /* ANY: there is none, nor another behind it */
	uint8_t argument;
	uint32_t value;
};

/*
 * One way to make a call, and what becomes of it; a call may have several, of which the first counts. The tests look at
 * the lower half of arguments: all of them are ints to the kernel, or flags whose upper half means nothing. Hot calls
 * first.
 */
struct rule {
	uint16_t call;
	uint16_t answer; /* 0: it is made; else it fails with this */
	struct condition conditions[CONDITIONS_MAX];
};

/* clang-format off */
#define ALLOW(call) {call, 0, {{ANY, 0, 0}}}
#define REFUSE(call, answer) {call, answer, {{ANY, 0, 0}}}
#define ALLOW_IF(call, test, argument, value) {call, 0, {{test, argument, value}}}
#define SOCKET(family, type, protocol, answer) \
	{__NR_socket, answer, {{EQUAL, 0, family}, {TYPE, 1, type}, {EQUAL, 2, protocol}}}
#define OPTION(level, option) {__NR_setsockopt, 0, {{EQUAL, 1, level}, {EQUAL, 2, option}}}
/* clang-format on */

static const struct rule table[] = {
	/* packets */
	ALLOW(__NR_poll),
	ALLOW(__NR_recvfrom),
	ALLOW(__NR_sendto),
	ALLOW(__NR_recvmsg),
	ALLOW(__NR_sendmsg),
	ALLOW(__NR_readv),
	ALLOW(__NR_writev),
	ALLOW(__NR_read),
	ALLOW(__NR_write),
	/* sockets: TCP, UDP and ping, no other protocols that the host may have, and no new ports to listen on */
	SOCKET(AF_INET, SOCK_STREAM, 0, 0),
	SOCKET(AF_INET, SOCK_DGRAM, 0, 0),
	SOCKET(AF_INET, SOCK_DGRAM, IPPROTO_ICMP, 0),
	SOCKET(AF_INET6, SOCK_STREAM, 0, 0),
	SOCKET(AF_INET6, SOCK_DGRAM, 0, 0),
	SOCKET(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, 0),
	/* What libslirp tries where the user may not ping; it needs a privilege that there is not. */
	SOCKET(AF_INET, SOCK_RAW, IPPROTO_ICMP, EPERM),
	SOCKET(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6, EPERM),
	ALLOW(__NR_connect),
	ALLOW(__NR_accept),
	ALLOW(__NR_accept4),
	ALLOW(__NR_shutdown),
	ALLOW(__NR_getsockname),
	ALLOW(__NR_getpeername),
	ALLOW(__NR_getsockopt),
	OPTION(SOL_SOCKET, SO_REUSEADDR),
	OPTION(SOL_SOCKET, SO_OOBINLINE),
	OPTION(IPPROTO_TCP, TCP_NODELAY),
	OPTION(IPPROTO_IP, IP_TTL),
	OPTION(IPPROTO_IP, IP_RECVERR),
	OPTION(IPPROTO_IPV6, IPV6_V6ONLY),
	OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
	OPTION(IPPROTO_IPV6, IPV6_RECVERR),
	/* Whatever another version would like to set. */
	REFUSE(__NR_setsockopt, ENOPROTOOPT),
	ALLOW(__NR_close),
	ALLOW_IF(__NR_ioctl, EQUAL, 1, FIONREAD),
	ALLOW_IF(__NR_ioctl, EQUAL, 1, FIONBIO),
	ALLOW_IF(__NR_fcntl, EQUAL, 1, F_GETFL),
	ALLOW_IF(__NR_fcntl, EQUAL, 1, F_SETFL),
	ALLOW_IF(__NR_fcntl, EQUAL, 1, F_GETFD),
	ALLOW_IF(__NR_fcntl, EQUAL, 1, F_SETFD),
	/* memory, never executable */
	ALLOW(__NR_brk),
	ALLOW_IF(__NR_mmap, WITHOUT, 2, PROT_EXEC),
	ALLOW_IF(__NR_mprotect, WITHOUT, 2, PROT_EXEC),
	ALLOW(__NR_munmap),
	ALLOW(__NR_mremap),
	ALLOW(__NR_madvise),
	/* the C library and glib */
	ALLOW(__NR_clock_gettime),
	ALLOW(__NR_gettimeofday),
	ALLOW(__NR_getrandom),
	ALLOW(__NR_futex),
	ALLOW(__NR_getpid),
	ALLOW(__NR_rt_sigreturn),
	ALLOW(__NR_restart_syscall),
	ALLOW(__NR_exit),
	ALLOW(__NR_exit_group),
	/* What libslirp tries in order to tell the guest of the host's name servers: it finds none. */
	REFUSE(__NR_openat, ENOENT),
	REFUSE(__NR_newfstatat, ENOENT),
	REFUSE(__NR_stat, ENOENT),
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

/* Architecture (3), the number (1), a rule (the call, its conditions, the answer, the number again), the end (1) */
#define CONDITION_LENGTH 3
#define FILTER_MAX (5 + (3 + CONDITION_LENGTH * CONDITIONS_MAX) * TABLE_COUNT)

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short length;
};

static void emit(struct filter *filter, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	filter->code[filter->length++] = (struct sock_filter){code, jump_true, jump_false, k};
}

static void emit_load(struct filter *filter, size_t offset)
{
	emit(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* So many instructions, the last of which skips `behind` more if it does not hold. */
static unsigned condition_length(const struct condition *condition)
{
	return condition->test == TYPE ? CONDITION_LENGTH : CONDITION_LENGTH - 1;
}

static void emit_condition(struct filter *filter, const struct condition *condition, unsigned behind)
{
	emit_load(filter, offsetof(struct seccomp_data, args[condition->argument]));
	if (condition->test == TYPE)
		emit(filter, BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)(SOCK_NONBLOCK | SOCK_CLOEXEC), 0, 0);
	if (condition->test == WITHOUT)
		emit(filter, BPF_JMP | BPF_JSET | BPF_K, condition->value, (uint8_t)behind, 0);
	else
		emit(filter, BPF_JMP | BPF_JEQ | BPF_K, condition->value, 0, (uint8_t)behind);
}

/* Begins and, where it does not apply, ends with the call's number loaded. */
static void emit_rule(struct filter *filter, const struct rule *rule)
{
	unsigned behind = 1; /* the answer */

	for (size_t i = 0; i < CONDITIONS_MAX && rule->conditions[i].test != ANY; i++)
		behind += condition_length(&rule->conditions[i]);
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, rule->call, 0, (uint8_t)(behind + (behind > 1)));
	for (size_t i = 0; i < CONDITIONS_MAX && rule->conditions[i].test != ANY; i++) {
		behind -= condition_length(&rule->conditions[i]);
		emit_condition(filter, &rule->conditions[i], behind);
	}
	emit(filter, BPF_RET | BPF_K, rule->answer ? SECCOMP_RET_ERRNO | rule->answer : SECCOMP_RET_ALLOW, 0, 0);
	if (rule->conditions[0].test != ANY)
		emit_load(filter, offsetof(struct seccomp_data, nr));
}

static void filter_make(struct filter *filter)
{
	filter->length = 0;
	emit_load(filter, offsetof(struct seccomp_data, arch));
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	emit(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	/* Numbers of x32 have a bit that none in the table has. */
	emit_load(filter, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < TABLE_COUNT; i++)
		emit_rule(filter, &table[i]);
	emit(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
}

int sandbox_enter(struct error *error)
{
	struct filter filter;
	struct sock_fprog program = {.filter = filter.code};

	filter_make(&filter);
	program.len = filter.length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return error_set(error, "--net user: the host does not take a seccomp filter: %s", error_name(errno));
	return 0;
}

/* At most so much, for good; no more than whoever started us may have. */
static int limit_set(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return -1;
	if (limit.rlim_max > most)
		limit.rlim_max = most;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit);
}

int privileges_give_up(struct error *error)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	/* Every connection of the guest is a descriptor here. */
	if (limit_set(RLIMIT_NOFILE, HELPER_DESCRIPTORS_MAX) < 0 || limit_set(RLIMIT_DATA, HELPER_BYTES_MAX) < 0 ||
	    limit_set(RLIMIT_CORE, 0) < 0)
		return error_set(error, "--net user: the helper could not limit itself: %s", error_name(errno));
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0))
		return error_set(error, "--net user: the helper could not give up root: %s", error_name(errno));
	if (syscall(__NR_capset, &header, none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || chdir("/") < 0)
		return error_set(error, "--net user: the helper could not drop its privileges: %s", error_name(errno));
	return 0;
}
