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

enum test { ANY, EQUAL, WITHOUT };

/*
 * One way to make a call; a call may have several. The tests look at the lower half of one argument: all of them are
 * ints to the kernel, or flags whose upper half means nothing. Hot calls first.
 */
struct permission {
	uint16_t call;
	uint8_t test;
	uint8_t argument;
	uint32_t value;
};

static const struct permission table[] = {
	/* packets */
	{__NR_poll, ANY, 0, 0},
	{__NR_recvfrom, ANY, 0, 0},
	{__NR_sendto, ANY, 0, 0},
	{__NR_recvmsg, ANY, 0, 0},
	{__NR_sendmsg, ANY, 0, 0},
	{__NR_readv, ANY, 0, 0},
	{__NR_writev, ANY, 0, 0},
	{__NR_read, ANY, 0, 0},
	{__NR_write, ANY, 0, 0},
	/* sockets: no others than the internet's, and no new ports to listen on */
	{__NR_socket, EQUAL, 0, AF_INET},
	{__NR_socket, EQUAL, 0, AF_INET6},
	{__NR_connect, ANY, 0, 0},
	{__NR_accept, ANY, 0, 0},
	{__NR_accept4, ANY, 0, 0},
	{__NR_shutdown, ANY, 0, 0},
	{__NR_getsockname, ANY, 0, 0},
	{__NR_getpeername, ANY, 0, 0},
	{__NR_getsockopt, ANY, 0, 0},
	{__NR_setsockopt, EQUAL, 1, SOL_SOCKET},
	{__NR_setsockopt, EQUAL, 1, 0 /* IPPROTO_IP */},
	{__NR_setsockopt, EQUAL, 1, 6 /* IPPROTO_TCP */},
	{__NR_setsockopt, EQUAL, 1, 41 /* IPPROTO_IPV6 */},
	{__NR_close, ANY, 0, 0},
	{__NR_ioctl, EQUAL, 1, FIONREAD},
	{__NR_ioctl, EQUAL, 1, FIONBIO},
	{__NR_fcntl, EQUAL, 1, F_GETFL},
	{__NR_fcntl, EQUAL, 1, F_SETFL},
	{__NR_fcntl, EQUAL, 1, F_GETFD},
	{__NR_fcntl, EQUAL, 1, F_SETFD},
	/* memory, never executable */
	{__NR_brk, ANY, 0, 0},
	{__NR_mmap, WITHOUT, 2, PROT_EXEC},
	{__NR_mprotect, WITHOUT, 2, PROT_EXEC},
	{__NR_munmap, ANY, 0, 0},
	{__NR_mremap, ANY, 0, 0},
	{__NR_madvise, ANY, 0, 0},
	/* the C library and glib */
	{__NR_clock_gettime, ANY, 0, 0},
	{__NR_gettimeofday, ANY, 0, 0},
	{__NR_getrandom, ANY, 0, 0},
	{__NR_futex, ANY, 0, 0},
	{__NR_getpid, ANY, 0, 0},
	{__NR_rt_sigreturn, ANY, 0, 0},
	{__NR_restart_syscall, ANY, 0, 0},
	{__NR_exit, ANY, 0, 0},
	{__NR_exit_group, ANY, 0, 0},
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))
/* What libslirp tries in order to tell the guest of the host's name servers: it finds none. */
static const uint16_t refused[] = {__NR_openat, __NR_newfstatat, __NR_stat};
#define REFUSED_COUNT (sizeof(refused) / sizeof(refused[0]))

/* Architecture and x32 (5), a permission (at most 5), a refusal (2), the end (1) */
#define FILTER_MAX (6 + 5 * TABLE_COUNT + 2 * REFUSED_COUNT)

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

/* Begins and, where it does not apply, ends with the call's number loaded. */
static void emit_permission(struct filter *filter, const struct permission *permission)
{
	size_t number = offsetof(struct seccomp_data, nr);

	if (permission->test == ANY) {
		emit(filter, BPF_JMP | BPF_JEQ | BPF_K, permission->call, 0, 1);
		emit(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		return;
	}
	emit(filter, BPF_JMP | BPF_JEQ | BPF_K, permission->call, 0, 4);
	emit_load(filter, offsetof(struct seccomp_data, args[permission->argument]));
	if (permission->test == EQUAL)
		emit(filter, BPF_JMP | BPF_JEQ | BPF_K, permission->value, 0, 1);
	else
		emit(filter, BPF_JMP | BPF_JSET | BPF_K, permission->value, 1, 0);
	emit(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	emit_load(filter, number);
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
		emit_permission(filter, &table[i]);
	for (size_t i = 0; i < REFUSED_COUNT; i++) {
		emit(filter, BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
		emit(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOENT, 0, 0);
	}
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
