/*
 * Filters of Linux guests on the running kernel: each call is made by a child of its own from a slot (slot.h), for the
 * library kernel, or from ordinary text, for the application. The child must then be killed, trap into its handler or
 * go on, as the evaluator says.
 */
#define _GNU_SOURCE

#include <asm/unistd.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/live.h"
#include "tests/policy/shapes.h"
#include "tests/policy/slot.h"
#include "tests/unit/unit.h"

#ifdef __x86_64__

#define NUMBERS 480
#define X32_BIT 0x40000000

static const struct shape kernel_shape = {
	.has_control = true,
	.has_trace = true,
	.slot = SLOT_BASE >> 32,
	.user = {0x2000, 0x2004}, /* behind what a sanitizer occupies */
	.arena = {0x2010, 0x2012},
};

static struct policy_guest guest;
static struct policy_rule rules[POLICY_RULES_MAX];
static struct sock_filter filter[POLICY_FILTER_MAX];
static struct sock_fprog program = {.filter = filter};
static size_t rule_count;
static unsigned cases_tried;

/* Real descriptors in the place of the shape's: what is allowed does something real. */
static void guest_open(enum hostcall_guest kind)
{
	struct shape shape = kernel_shape;
	int pair[2];
	size_t length;

	shape.kind = kind;
	shape_guest(&shape, &guest);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	close(pair[1]);
	guest.kernel.control_fd = pair[0];
	guest.kernel.image_fd = memfd_create("image", 0);
	guest.kernel.arena_fd = memfd_create("arena", 0);
	guest.kernel.trace_fd = memfd_create("trace", 0);
	guest.kernel.wake_fd = eventfd(0, EFD_NONBLOCK);
	assert_true(guest.kernel.image_fd >= 0 && guest.kernel.arena_fd >= 0 && guest.kernel.trace_fd >= 0 &&
		    guest.kernel.wake_fd >= 0);
	length = guest_assemble(&guest, rules, &rule_count, filter, POLICY_FILTER_MAX);
	assert_in_range(length, 1, POLICY_FILTER_MAX);
	program.len = (unsigned short)length;
}

/* Forked processes are this one's children (CLONE_PARENT). */
static void guest_close(void)
{
	close(guest.kernel.control_fd);
	close(guest.kernel.image_fd);
	close(guest.kernel.arena_fd);
	close(guest.kernel.trace_fd);
	close(guest.kernel.wake_fd);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static pid_t child_start(const char *place, const struct seccomp_data *call)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		slot_child_run(place, &program, call);
	cases_tried++;
	return child;
}

/* The wait status of a child that made the call from the place. */
static int call_try(const char *place, const struct seccomp_data *call)
{
	pid_t child = child_start(place, call);
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/* What exit and exit_group were told: the last byte of their argument. */
#define STATUS_EXITED (CASE_FILLER & 0xff)

static bool status_is(int status, uint32_t action, int number)
{
	bool is_exit = number == __NR_exit_group || number == __NR_exit;

	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	case SECCOMP_RET_TRAP:
		return WIFEXITED(status) && WEXITSTATUS(status) == SLOT_STATUS_TRAPPED;
	case SECCOMP_RET_ERRNO | EINTR:
		return WIFEXITED(status) && WEXITSTATUS(status) == SLOT_STATUS_INTERRUPTED;
	default:
		if (number == __NR_rt_sigreturn)
			return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
		return WIFEXITED(status) && WEXITSTATUS(status) == (is_exit ? (int)STATUS_EXITED : SLOT_STATUS_WENT_ON);
	}
}

static void call_check(const char *place, struct seccomp_data call)
{
	uint32_t expected;
	int status;

	call.instruction_pointer = (uintptr_t)place;
	expected = evaluator_guest_action(&guest, &call);
	status = call_try(place, &call);
	if (!status_is(status, expected, call.nr))
		fail_msg("a %s guest: must be 0x%x, status 0x%x: %s", policy_guest_name(guest.kind), expected, status,
			 case_text(&call));
}

static void kernel_compare(const struct seccomp_data *call, void *context)
{
	(void)context;
	call_check(slot_address(slot_call), *call);
}

static void application_compare(const struct seccomp_data *call, void *context)
{
	(void)context;
	call_check(slot_call, *call);
}

static void kernel_is_held_to_its_rules(void **state)
{
	(void)state;
	guest_open(HOSTCALL_GUEST_STANDARD);
	for (size_t i = 0; i < rule_count; i++)
		cases_each(&rules[i], kernel_compare, NULL);
	guest_close();
}

static void application_traps_by_any_rule(void **state)
{
	(void)state;
	guest_open(HOSTCALL_GUEST_STANDARD);
	for (size_t i = 0; i < rule_count; i++) {
		struct seccomp_data call = case_allowed(&rules[i]);

		application_compare(&call, NULL);
		call.nr |= X32_BIT;
		application_compare(&call, NULL);
		kernel_compare(&call, NULL);
	}
	guest_close();
}

/* With arguments that no call could do harm with. */
static void numbers_each(case_visit *visit)
{
	struct seccomp_data call = {.arch = EVALUATOR_ARCH};

	for (size_t i = 0; i < ARRAY_COUNT(call.args); i++)
		call.args[i] = CASE_FILLER;
	for (call.nr = -1; call.nr <= NUMBERS; call.nr++) {
		if (!live_passes_every_filter(call.nr))
			visit(&call, NULL);
	}
}

static void other_calls_kill_or_trap(void **state)
{
	(void)state;
	guest_open(HOSTCALL_GUEST_STRICT);
	numbers_each(kernel_compare);
	numbers_each(application_compare);
	guest_close();
}

/* SIGSEGV where the kernel was built or booted without the 32-bit interface. */
static bool no_32_bit(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static void calls_of_32_bit_kill_or_trap(void **state)
{
	int status;

	(void)state;
	guest_open(HOSTCALL_GUEST_STANDARD);
	status = call_try(slot_address(slot_call_32), NULL);
	if (!no_32_bit(status) && !status_is(status, SECCOMP_RET_KILL_PROCESS, 0))
		fail_msg("int 0x80 from the slot: status 0x%x", status);
	status = call_try(slot_call_32, NULL);
	if (!no_32_bit(status) && !status_is(status, SECCOMP_RET_TRAP, 0))
		fail_msg("int 0x80 from the application: status 0x%x", status);
	guest_close();
}

static void sleep_expect(pid_t child)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	char path[64];
	char state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", child);
	for (unsigned tries = 0; state != 'S'; tries++) {
		FILE *file = fopen(path, "r");

		assert_non_null(file);
		assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
		fclose(file);
		assert_in_range(tries, 0, 10000);
		nanosleep(&moment, NULL);
	}
}

/* Linux resumes a timed wait by restart_syscall; the filter ends it instead, and the process lives. */
static void stopped_wait_ends_with_eintr(void **state)
{
	static uint32_t word;
	static const struct timespec timeout = {.tv_sec = 60};
	struct seccomp_data call = {.nr = __NR_futex,
				    .args = {(uintptr_t)&word, 0 /* FUTEX_WAIT */, 0, (uintptr_t)&timeout}};
	pid_t child;
	int status;

	(void)state;
	guest_open(HOSTCALL_GUEST_STRICT);
	child = child_start(slot_address(slot_call), &call);
	sleep_expect(child);
	assert_int_equal(kill(child, SIGSTOP), 0);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(kill(child, SIGCONT), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(status_is(status, SECCOMP_RET_ERRNO | EINTR, __NR_futex));
	guest_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_is_held_to_its_rules),  cmocka_unit_test(application_traps_by_any_rule),
		cmocka_unit_test(other_calls_kill_or_trap),     cmocka_unit_test(calls_of_32_bit_kill_or_trap),
		cmocka_unit_test(stopped_wait_ends_with_eintr),
	};
	int failed;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* thousands of core dumps help nobody */
	if (!slot_make())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	printf("# %u calls on the running kernel\n", cases_tried);
	return failed;
}

#else

int main(void)
{
	puts("1..0 # SKIP the library kernel is for x86-64");
	return 0;
}

#endif
