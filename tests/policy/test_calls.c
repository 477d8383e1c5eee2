/*
 * Calls that every unikernel needs and calls that none may make, written down without looking at the table: a condition
 * that gets lost there is noticed here.
 */
#include <asm/unistd.h>
#include <time.h>

#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

#define BOTH HOSTCALL_GUEST_UNIKERNEL
#define SOLO5 HOSTCALL_GUEST_SOLO5
#define TEND HOSTCALL_GUEST_TEND
#define HVT HOSTCALL_GUEST_HVT
#define ALL (BOTH | HVT)
#define NEITHER 0

/*
 * The guest of shapes.h with 2 nets and 2 blocks of 512 and 4096 bytes; epoll and timer are SOLO5's, CPU and kick
 * HVT's, of the same numbers.
 */
#define NET 3
#define NET_2 4
#define BLOCK 5
#define BLOCK_2 6
#define EPOLL 7
#define TIMER 8
#define VCPU 7
#define KICK 8
#define KVM_RUN 0xae80
#define KVM_SET_REGS 0x4090ae82
#define KVM_SET_USER_MEMORY_REGION 0x4020ae46
#define CAPACITY (1 << 20)
#define POINTER 0x200000

struct call_case {
	int number;
	uint64_t args[6];
	unsigned allowed; /* for which guests */
};

static const struct call_case cases[] = {
	{__NR_write, {1, POINTER, 5}, ALL},
	{__NR_write, {0, POINTER, 5}, NEITHER},
	{__NR_write, {2, POINTER, 5}, HVT},
	{__NR_write, {NET_2, POINTER, 1514}, ALL},
	{__NR_write, {BLOCK, POINTER, 512}, NEITHER},
	{__NR_write, {EPOLL, POINTER, 8}, NEITHER},
	{__NR_write, {0x100000001, POINTER, 5}, HVT},
	{__NR_read, {NET, POINTER, 1514}, ALL},
	{__NR_read, {0, POINTER, 1}, NEITHER},
	{__NR_read, {1, POINTER, 1}, NEITHER},
	{__NR_read, {BLOCK, POINTER, 512}, NEITHER},
	{__NR_read, {KICK, POINTER, 8}, HVT},
	{__NR_clock_gettime, {CLOCK_REALTIME, POINTER}, ALL},
	{__NR_clock_gettime, {CLOCK_MONOTONIC, POINTER}, BOTH},
	{__NR_clock_gettime, {CLOCK_PROCESS_CPUTIME_ID, POINTER}, NEITHER},
	{__NR_clock_gettime, {(uint64_t)-1, POINTER}, NEITHER},
	{__NR_epoll_pwait, {EPOLL, POINTER, 3}, SOLO5},
	{__NR_epoll_pwait, {EPOLL, POINTER, 3, (uint64_t)-1, POINTER, 8}, NEITHER}, /* a signal mask */
	{__NR_epoll_pwait, {TIMER, POINTER, 3}, NEITHER},
	{__NR_timerfd_settime, {TIMER, 1, POINTER, 0}, SOLO5},
	{__NR_timerfd_settime, {EPOLL, 1, POINTER, 0}, NEITHER},
	{__NR_ppoll, {POINTER, 0, POINTER, 0}, TEND | HVT},
	{__NR_ppoll, {POINTER, 2, POINTER, 0}, TEND | HVT},
	{__NR_ppoll, {POINTER, 3, POINTER, 0}, NEITHER},       /* more than there are networks */
	{__NR_ppoll, {POINTER, 2, POINTER, POINTER}, NEITHER}, /* a signal mask */
	{__NR_pread64, {BLOCK, POINTER, 512, CAPACITY - 512}, ALL},
	{__NR_pread64, {BLOCK, POINTER, 1024, 0}, TEND | HVT},
	{__NR_pread64, {BLOCK, POINTER, 512, CAPACITY}, NEITHER},
	{__NR_pread64, {BLOCK, POINTER, 256, 0}, NEITHER},
	{__NR_pread64, {BLOCK_2, POINTER, 512, 0}, NEITHER},
	{__NR_pread64, {NET, POINTER, 512, 0}, NEITHER},
	{__NR_pwrite64, {BLOCK_2, POINTER, 4096, CAPACITY}, ALL},
	{__NR_pwrite64, {BLOCK_2, POINTER, 4096, CAPACITY + 4096}, NEITHER},
	{__NR_pwrite64, {BLOCK_2, POINTER, 8192, CAPACITY}, NEITHER},
	{__NR_pwrite64, {BLOCK, POINTER, CAPACITY, 0}, TEND | HVT},
	{__NR_pwrite64, {1, POINTER, 512, 0}, NEITHER},
	{__NR_exit_group, {7}, ALL},
	{__NR_exit, {7}, NEITHER},
	{__NR_close, {NET}, NEITHER},
	{__NR_mmap, {0, 4096, 7, 0x22}, NEITHER},
	{__NR_mprotect, {POINTER, 4096, 7}, NEITHER},
	{__NR_openat, {(uint64_t)-100, POINTER, 0}, NEITHER},
	{__NR_ioctl, {NET, 0, 0}, NEITHER},
	{__NR_ioctl, {VCPU, KVM_RUN, 0}, HVT},
	{__NR_ioctl, {VCPU, KVM_RUN, POINTER}, NEITHER},
	{__NR_ioctl, {NET, KVM_RUN, 0}, NEITHER},
	{__NR_ioctl, {VCPU, KVM_SET_REGS, POINTER}, NEITHER},
	{__NR_ioctl, {VCPU, KVM_SET_USER_MEMORY_REGION, POINTER}, NEITHER},
	{__NR_readv, {NET, POINTER, 1}, NEITHER},
	{__NR_rt_sigreturn, {0}, NEITHER},
	{__NR_execve, {POINTER, 0, 0}, NEITHER},
	{__NR_clone, {0, 0, 0, 0}, NEITHER},
#ifdef __x86_64__
	{__NR_arch_prctl, {0x1002, POINTER}, BOTH},
	{__NR_arch_prctl, {0x1001, POINTER}, NEITHER}, /* ARCH_SET_GS */
	{__NR_arch_prctl, {0x1003, POINTER}, NEITHER}, /* ARCH_GET_FS */
	{__NR_arch_prctl, {0x100001002, POINTER}, NEITHER},
#endif
};

static void cases_check(enum hostcall_guest kind)
{
	static struct policy_rule rules[POLICY_RULES_MAX];
	static struct sock_filter filter[POLICY_FILTER_MAX];
	struct shape shape = UNIKERNEL_SHAPE("2 nets and 2 blocks", SOLO5, 2, 2, 512, CAPACITY);
	struct policy_guest guest;

	shape.kind = kind;
	shape_guest(&shape, &guest);
	assert_true(policy_assemble(rules, policy_rules(&guest, rules), filter, POLICY_FILTER_MAX));
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct call_case *c = &cases[i];
		struct seccomp_data call = {.nr = c->number, .arch = EVALUATOR_ARCH};
		bool allowed;

		memcpy(call.args, c->args, sizeof(c->args));
		allowed = interpreter_run(filter, &call) == SECCOMP_RET_ALLOW;
		if (allowed != !!(c->allowed & kind))
			fail_msg("a %s guest: %s: %s", policy_guest_name(kind), allowed ? "allowed" : "refused",
				 case_text(&call));
	}
}

static void solo5_guests_may_call(void **state)
{
	(void)state;
	cases_check(HOSTCALL_GUEST_SOLO5);
}

static void tend_guests_may_call(void **state)
{
	(void)state;
	cases_check(HOSTCALL_GUEST_TEND);
}

static void virtual_machines_may_call(void **state)
{
	(void)state;
	cases_check(HOSTCALL_GUEST_HVT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solo5_guests_may_call),
		cmocka_unit_test(tend_guests_may_call),
		cmocka_unit_test(virtual_machines_may_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
