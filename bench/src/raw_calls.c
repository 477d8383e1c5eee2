/*
 * raw_calls [--no-filter] [TAP FILE]: times the host calls behind solo5.h, made directly by a host program, under the
 * filter the tender would give a unikernel of ours with the same devices. The counterpart of bench/guests/.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/batches.h"
#include "bench/frame.h"
#include "syscall.h"
#include "tender/policy/policy.h"

static int tap = -1;
static int file = -1;
static struct policy_guest guest = {.kind = HOSTCALL_GUEST_TEND, .epoll_fd = -1, .timer_fd = -1};
static uint8_t buffer[65536] __attribute__((aligned(4096)));

static void output(const char *text, size_t length)
{
	if (write(STDOUT_FILENO, text, length) != (ssize_t)length)
		_exit(1);
}

/* Under the filter nothing but write and exit_group is left to complain with. */
static void expect(long result, long wanted)
{
	static const char text[] = "raw_calls: a call did not do what it should\n";

	if (result == wanted)
		return;
	output(text, sizeof(text) - 1);
	_exit(1);
}

static void clock_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
}

static void clock_by_call(void)
{
	struct timespec now;

	expect(arch_syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0, 0), 0);
}

static struct timespec no_time;

static void yield_expired(void)
{
	expect(arch_syscall(SYS_ppoll, 0, 0, (long)&no_time, 0, 0, 0), 0);
}

static void yield_expired_net(void)
{
	static struct pollfd poll_fd;

	poll_fd = (struct pollfd){.fd = tap, .events = POLLIN};
	expect(arch_syscall(SYS_ppoll, (long)&poll_fd, 1, (long)&no_time, 0, 0, 0), 0);
}

static void net_write_64(void)
{
	expect(arch_syscall(SYS_write, tap, (long)bench_frame, 64, 0, 0, 0), 64);
}

static void net_write_1500(void)
{
	expect(arch_syscall(SYS_write, tap, (long)bench_frame, 1500, 0, 0, 0), 1500);
}

static void net_read_empty(void)
{
	expect(arch_syscall(SYS_read, tap, (long)buffer, 1514, 0, 0, 0), -EAGAIN);
}

static void block_read_512(void)
{
	expect(arch_syscall(SYS_pread64, file, (long)buffer, 512, 0, 0, 0), 512);
}

static void block_read_4096(void)
{
	expect(arch_syscall(SYS_pread64, file, (long)buffer, 4096, 0, 0, 0), 4096);
}

static void block_read_65536(void)
{
	expect(arch_syscall(SYS_pread64, file, (long)buffer, 65536, 0, 0, 0), 65536);
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int tap_open(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || strlen(name) >= IFNAMSIZ)
		fail("/dev/net/tun");
	memcpy(request.ifr_name, name, strlen(name));
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		fail(name);
	return fd;
}

static void devices_open(const char *tap_name, const char *path)
{
	struct stat status;

	tap = tap_open(tap_name);
	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) < 0)
		fail(path);
	guest.net_fds[guest.net_count++] = tap;
	guest.blocks[guest.block_count++] = (struct policy_block){
		.fd = file, .block_bytes = 512, .capacity = (uint64_t)status.st_size};
}

static void filter_install(void)
{
	static struct policy_rule rules[POLICY_RULES_MAX];
	static struct sock_filter filter[POLICY_FILTER_MAX];
	struct sock_fprog program = {.filter = filter};

	program.len = (unsigned short)policy_assemble(rules, policy_rules(&guest, rules), filter, POLICY_FILTER_MAX);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		fail("seccomp");
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const struct operation clocks[] = {
	OPERATION(clock_monotonic),
	OPERATION(clock_by_call),
	OPERATION(yield_expired),
};

static const struct operation devices[] = {
	OPERATION(yield_expired_net), OPERATION(net_write_64),   OPERATION(net_write_1500),
	OPERATION(net_read_empty),    OPERATION(block_read_512), OPERATION(block_read_4096),
	OPERATION(block_read_65536),
};

int main(int argc, char **argv)
{
	static const struct batches batches = {now_ns, output};
	bool with_filter = !(argc > 1 && strcmp(argv[1], "--no-filter") == 0);
	char **paths = argv + (with_filter ? 1 : 2);
	int path_count = argc - (with_filter ? 1 : 2);

	if (path_count != 0 && path_count != 2) {
		fprintf(stderr, "usage: raw_calls [--no-filter] [TAP FILE]\n");
		return 1;
	}
	if (path_count)
		devices_open(paths[0], paths[1]);
	if (with_filter)
		filter_install();
	if (path_count)
		batches_run(&batches, devices, sizeof(devices) / sizeof(devices[0]));
	else
		batches_run(&batches, clocks, sizeof(clocks) / sizeof(clocks[0]));
	_exit(0);
}
