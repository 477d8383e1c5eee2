/*
 * Filters of unikernels on the running kernel: each call is made by a child of its own under the filter. It must die of
 * SIGSYS exactly when the evaluator says so; what the call itself answers does not matter.
 */
#define _GNU_SOURCE

#include <asm/unistd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscall.h"
#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/live.h"
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

#define GIB (1ull << 30)
#define NUMBERS 480
#define X32_BIT 0x40000000

/* What a child ends with after a call that was allowed; exit_group itself ends with the filler's last byte. */
#define STATUS_SURVIVED 42
#define STATUS_NO_FILTER 43
#define STATUS_EXITED (CASE_FILLER & 0xff)

static const struct shape kernel_shapes[] = {
	UNIKERNEL_SHAPE("no devices (SOLO5)", SOLO5, 0, 0, 0, 0),
	UNIKERNEL_SHAPE("no devices (TEND)", TEND, 0, 0, 0, 0),
	UNIKERNEL_SHAPE("2 nets and 2 blocks (SOLO5)", SOLO5, 2, 2, 512, 1 << 20),
	UNIKERNEL_SHAPE("2 nets and 2 blocks (TEND)", TEND, 2, 2, 512, 1 << 20),
	UNIKERNEL_SHAPE("1 block above 4 GiB (SOLO5)", SOLO5, 0, 1, 4096, 4 * GIB + 4096),
	UNIKERNEL_SHAPE("1 block above 4 GiB (TEND)", TEND, 0, 1, 4096, 4 * GIB + 4096),
	UNIKERNEL_SHAPE("2 nets and 2 blocks (HVT)", HVT, 2, 2, 512, 1 << 20),
};

static struct policy_guest guest;
static struct policy_rule rules[POLICY_RULES_MAX];
static struct sock_filter filter[POLICY_FILTER_MAX];
static struct sock_fprog program = {.filter = filter};
static size_t rule_count;
static const char *guest_name;
static unsigned cases_tried;

/* Real descriptors in the place of the shape's: what is allowed does something real. */
static void descriptors_open(void)
{
	for (unsigned i = 0; i < guest.net_count; i++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
		guest.net_fds[i] = pair[0];
		close(pair[1]);
	}
	for (unsigned i = 0; i < guest.block_count; i++) {
		guest.blocks[i].fd = memfd_create("block", 0);
		assert_true(guest.blocks[i].fd >= 0);
		assert_int_equal(ftruncate(guest.blocks[i].fd, (off_t)guest.blocks[i].capacity), 0);
	}
	if (guest.kind == HOSTCALL_GUEST_SOLO5) {
		guest.epoll_fd = epoll_create1(0);
		guest.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
		assert_true(guest.epoll_fd >= 0 && guest.timer_fd >= 0);
	}
	if (guest.kind == HOSTCALL_GUEST_HVT) {
		/* Not a CPU: the filter lets the requests through, and that is what is tried. */
		guest.vcpu_fd = memfd_create("vcpu", 0);
		guest.kick_fd = eventfd(0, EFD_NONBLOCK);
		assert_true(guest.vcpu_fd >= 0 && guest.kick_fd >= 0);
	}
}

static void descriptors_close(void)
{
	for (unsigned i = 0; i < guest.net_count; i++)
		close(guest.net_fds[i]);
	for (unsigned i = 0; i < guest.block_count; i++)
		close(guest.blocks[i].fd);
	if (guest.kind == HOSTCALL_GUEST_SOLO5) {
		close(guest.epoll_fd);
		close(guest.timer_fd);
	}
	if (guest.kind == HOSTCALL_GUEST_HVT) {
		close(guest.vcpu_fd);
		close(guest.kick_fd);
	}
}

static void guest_open(const struct shape *shape)
{
	size_t length;

	guest_name = shape->name;
	shape_guest(shape, &guest);
	descriptors_open();
	rule_count = policy_rules(&guest, rules);
	length = policy_assemble(rules, rule_count, filter, POLICY_FILTER_MAX);
	assert_in_range(length, 1, POLICY_FILTER_MAX);
	program.len = (unsigned short)length;
}

static long raw_call(const struct seccomp_data *call)
{
	return arch_syscall(call->nr, (long)call->args[0], (long)call->args[1], (long)call->args[2],
			    (long)call->args[3], (long)call->args[4], (long)call->args[5]);
}

/* In the child, which has no other way out than exit_group. Nothing of libc from the filter on. */
_Noreturn static void child_run(const struct seccomp_data *call)
{
	long end_status = STATUS_SURVIVED;

	live_signals_reset();
	if (!live_filter_install(&program))
		end_status = STATUS_NO_FILTER;
	else
		raw_call(call);
	for (;;)
		arch_syscall(__NR_exit_group, end_status, 0, 0, 0, 0, 0);
}

/* Makes the call under the filter; returns the wait status. */
static int call_try(const struct seccomp_data *call)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		child_run(call);
	assert_int_equal(waitpid(child, &status, 0), child);
	cases_tried++;
	return status;
}

static void status_check(int status, const struct seccomp_data *call, bool allowed)
{
	int end_status = call->nr == __NR_exit_group ? (int)STATUS_EXITED : STATUS_SURVIVED;

	if (allowed && !(WIFEXITED(status) && WEXITSTATUS(status) == end_status))
		fail_msg("%s: must be allowed, status 0x%x: %s", guest_name, status, case_text(call));
	if (!allowed && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS))
		fail_msg("%s: must be refused, status 0x%x: %s", guest_name, status, case_text(call));
}

static void call_compare(const struct seccomp_data *call, void *context)
{
	(void)context;
	status_check(call_try(call), call, evaluator_guest_action(&guest, call) == SECCOMP_RET_ALLOW);
}

static void rules_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(kernel_shapes); i++) {
		guest_open(&kernel_shapes[i]);
		for (size_t k = 0; k < rule_count; k++)
			cases_each(&rules[k], call_compare, NULL);
		descriptors_close();
	}
}

/* Calls that the table does not have, with arguments that no call could do harm with. */
static void other_calls_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct seccomp_data call = {.arch = EVALUATOR_ARCH};

		for (size_t k = 0; k < ARRAY_COUNT(call.args); k++)
			call.args[k] = CASE_FILLER;
		guest_open(&kernel_shapes[i]);
		for (call.nr = -1; call.nr <= NUMBERS; call.nr++) {
			if (!live_passes_every_filter(call.nr))
				call_compare(&call, NULL);
		}
		descriptors_close();
	}
}

static void x32_calls_are_refused(void **state)
{
	(void)state;
	guest_open(&kernel_shapes[3]);
	for (size_t i = 0; i < rule_count; i++) {
		struct seccomp_data call = case_allowed(&rules[i]);

		call.nr |= X32_BIT;
		status_check(call_try(&call), &call, false);
	}
	descriptors_close();
}

#ifdef __x86_64__
/* Call 1 of the 32-bit interface is exit; its number and argument are those of an allowed write to the console. */
_Noreturn static void child_run_32bit(void)
{
	live_signals_reset();
	if (live_filter_install(&program))
		__asm__ volatile("int $0x80" : : "a"(1), "b"(1) : "memory");
	for (;;)
		arch_syscall(__NR_exit_group, STATUS_NO_FILTER, 0, 0, 0, 0, 0);
}

static void calls_of_32_bit_are_refused(void **state)
{
	pid_t child;
	int status;

	(void)state;
	guest_open(&kernel_shapes[0]);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		child_run_32bit();
	assert_int_equal(waitpid(child, &status, 0), child);
	descriptors_close();
	/* SIGSEGV where the kernel was built or booted without the 32-bit interface. */
	if (!WIFSIGNALED(status) || (WTERMSIG(status) != SIGSYS && WTERMSIG(status) != SIGSEGV))
		fail_msg("int 0x80: status 0x%x", status);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_hold),
		cmocka_unit_test(other_calls_are_refused),
		cmocka_unit_test(x32_calls_are_refused),
#ifdef __x86_64__
		cmocka_unit_test(calls_of_32_bit_are_refused),
#endif
	};
	int failed;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* thousands of core dumps help nobody */
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	printf("# %u calls on the running kernel\n", cases_tried);
	return failed;
}
