/*
 * Calls that Linux guests need and calls they may not make, written down without looking at the table: a condition that
 * gets lost there is noticed here. The counterpart of test_calls.c.
 */
#include <asm/unistd.h>

#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/policy/shapes.h"
#include "tests/unit/unit.h"

#define STANDARD HOSTCALL_GUEST_STANDARD
#define BOTH HOSTCALL_GUEST_LINUX
#define NEITHER 0

/* The descriptors of shapes.h follow each other. */
#define IMAGE 3
#define ARENA 4
#define WAKE 5
#define CONTROL 6
#define TRACE 7

#define KERNEL 0x5a3c00000000
#define USER 0x100000000000
#define USER_END 0x200000000000
#define HEAP 0x300000000000
#define HEAP_END 0x300100000000
#define POINTER 0x100000002000
#define GIB4 0x100000000
#define MINUS_1 (uint64_t) - 1

#define ANON 0x4032
#define PRIVATE 0x12
#define SHARED 0x11

struct call_case {
	int number;
	uint64_t args[6];
	unsigned allowed; /* for which guests */
};

static const struct call_case cases[] = {
	{__NR_read, {0, POINTER, 5}, BOTH},
	{__NR_read, {WAKE, POINTER, 8}, BOTH},
	{__NR_read, {CONTROL, POINTER, 72}, BOTH},
	{__NR_read, {1, POINTER, 5}, NEITHER},
	{__NR_read, {2, POINTER, 5}, NEITHER},
	{__NR_read, {IMAGE, POINTER, 5}, NEITHER},
	{__NR_read, {ARENA, POINTER, 5}, NEITHER},
	{__NR_read, {TRACE, POINTER, 5}, NEITHER},
	{__NR_write, {0, POINTER, 5}, NEITHER},
	{__NR_write, {1, POINTER, 5}, BOTH},
	{__NR_write, {GIB4 + 1, POINTER, 5}, BOTH}, /* the kernel's fd is an int */
	{__NR_write, {2, POINTER, 5}, BOTH},
	{__NR_write, {WAKE, POINTER, 8}, BOTH},
	{__NR_write, {CONTROL, POINTER, 72}, BOTH},
	{__NR_write, {TRACE, POINTER, 80}, BOTH},
	{__NR_write, {IMAGE, POINTER, 5}, NEITHER},
	{__NR_write, {ARENA, POINTER, 5}, NEITHER},
	{__NR_write, {TRACE + 1, POINTER, 5}, NEITHER},
	{__NR_write, {MINUS_1, POINTER, 5}, NEITHER},
	{__NR_ppoll, {POINTER, 0, POINTER, 0}, BOTH},
	{__NR_ppoll, {POINTER, 8, POINTER, 0}, BOTH},
	{__NR_ppoll, {POINTER, 9, POINTER, 0}, NEITHER},
	{__NR_ppoll, {POINTER, MINUS_1, POINTER, 0}, NEITHER},
	{__NR_ppoll, {POINTER, 8, POINTER, POINTER, 8}, NEITHER}, /* a signal mask */
	{__NR_clock_gettime, {0, POINTER}, BOTH},
	{__NR_clock_gettime, {1, POINTER}, BOTH},
	{__NR_clock_gettime, {2, POINTER}, BOTH},
	{__NR_clock_gettime, {3, POINTER}, NEITHER},
	{__NR_clock_gettime, {7, POINTER}, NEITHER},
	{__NR_clock_gettime, {(uint64_t)-6, POINTER}, BOTH},             /* CPU time */
	{__NR_clock_gettime, {(uint64_t)-99 * 8 + 6, POINTER}, BOTH},    /* of another thread */
	{__NR_clock_gettime, {(uint64_t)-99 * 8 + 3, POINTER}, NEITHER}, /* a clock that is a descriptor */
	{__NR_clock_gettime, {(uint64_t)-1, POINTER}, NEITHER},
	{__NR_tgkill, {7, 7, 23}, BOTH},
	{__NR_tgkill, {7, 7, 9}, NEITHER},
	{__NR_tgkill, {7, 7, 0}, NEITHER},
	{__NR_tgkill, {7, 23, 63}, NEITHER},
	{__NR_tkill, {7, 23, 23}, NEITHER},
	{__NR_kill, {7, 23}, NEITHER},
	{__NR_rt_sigreturn, {0}, BOTH},
	{__NR_exit_group, {7}, BOTH},
	{__NR_exit, {7}, STANDARD},
	{__NR_sigaltstack, {POINTER, 0}, STANDARD},
	{__NR_clone, {0x3d0f00, POINTER, POINTER, POINTER, POINTER}, STANDARD},
	{__NR_clone, {0x8011, POINTER, 0, 0, 0}, STANDARD},
	{__NR_clone, {0x11, POINTER, 0, 0, 0}, NEITHER},
	{__NR_clone, {0x3d0f00 | 0x10000000, POINTER}, NEITHER}, /* CLONE_NEWUSER */
	{__NR_clone, {0x8011 | 0x10000000, POINTER}, NEITHER},
	{__NR_clone, {0x3d0f00 | GIB4, POINTER}, NEITHER},
	{__NR_clone3, {POINTER, 88}, NEITHER},
	{__NR_mmap, {USER, 4096, 3, ANON, MINUS_1}, BOTH},
	{__NR_mmap, {USER, 4096, 3, ANON, 0xffffffff}, BOTH},
	{__NR_mmap, {USER, 4096, 3, ANON, IMAGE}, NEITHER},
	{__NR_mmap, {USER_END - 4096, GIB4 - 4096, 0, ANON, MINUS_1}, BOTH}, /* into the guard, no further */
	{__NR_mmap, {USER, GIB4, 0, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {USER_END, 4096, 0, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {USER - 4096, 4096, 0, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {0x400000, 4096, 7, ANON, MINUS_1}, BOTH},
	{__NR_mmap, {GIB4 - 4096, 4096, 7, ANON, MINUS_1}, BOTH},
	{__NR_mmap, {GIB4, 4096, 7, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {HEAP, 4096, 3, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {KERNEL, 4096, 3, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {USER, 4096, 8, ANON, MINUS_1}, NEITHER},
	{__NR_mmap, {USER, 4096, 0x01000003, ANON, MINUS_1}, NEITHER}, /* PROT_GROWSDOWN */
	{__NR_mmap, {USER, 4096, 3, ANON & ~0x10, MINUS_1}, NEITHER},  /* not fixed */
	{__NR_mmap, {USER, 4096, 3, ANON & ~0x4000, MINUS_1}, NEITHER},
	{__NR_mmap, {USER, 4096, 3, ANON ^ 3, MINUS_1}, NEITHER},
	{__NR_mmap, {USER, 4096, 3, ANON | 0x40000, MINUS_1}, NEITHER}, /* MAP_HUGETLB */
	{__NR_mmap, {USER, 4096, 3, ANON | GIB4, MINUS_1}, NEITHER},
	{__NR_mmap, {USER, 4096, 5, PRIVATE, IMAGE, 1 << 20}, BOTH},
	{__NR_mmap, {USER, 4096, 1, SHARED, IMAGE}, NEITHER},
	{__NR_mmap, {USER, 4096, 3, SHARED, ARENA}, BOTH},
	{__NR_mmap, {USER, 4096, 3, PRIVATE, ARENA}, BOTH},
	{__NR_mmap, {USER, 4096, 3, PRIVATE, GIB4 + ARENA}, BOTH},
	{__NR_mmap, {USER, 4096, 3, SHARED | 2, ARENA}, NEITHER}, /* MAP_SHARED_VALIDATE */
	{__NR_mmap, {USER, 4096, 3, PRIVATE, MINUS_1}, NEITHER},
	{__NR_mmap, {USER, 4096, 3, PRIVATE, WAKE}, NEITHER},
	{__NR_mmap, {USER, 4096, 3, SHARED, 0}, NEITHER},
	{__NR_mprotect, {USER, 4096, 5}, BOTH},
	{__NR_mprotect, {0x400000, 4096, 0}, BOTH},
	{__NR_mprotect, {USER, GIB4 - 1, 7}, BOTH},
	{__NR_mprotect, {USER, GIB4, 7}, NEITHER},
	{__NR_mprotect, {USER, 4096, 0x02000001}, NEITHER},
	{__NR_mprotect, {USER_END, 4096, 5}, NEITHER},
	{__NR_mprotect, {HEAP, 4096, 5}, NEITHER},
	{__NR_mprotect, {KERNEL, 4096, 7}, NEITHER},
	{__NR_madvise, {USER, 4096, 4}, BOTH},
	{__NR_madvise, {0x400000, 4096, 4}, BOTH},
	{__NR_madvise, {HEAP, 4096, 9}, BOTH},
	{__NR_madvise, {HEAP_END - 4096, GIB4 - 1, 9}, BOTH},
	{__NR_madvise, {HEAP_END, 4096, 9}, NEITHER},
	{__NR_madvise, {HEAP, GIB4, 9}, NEITHER},
	{__NR_madvise, {KERNEL, 4096, 4}, NEITHER},
	{__NR_madvise, {USER_END, 4096, 4}, NEITHER},
	{__NR_madvise, {USER, 4096, 100}, NEITHER}, /* MADV_HWPOISON */
	{__NR_munmap, {USER, 4096}, NEITHER},
	{__NR_mremap, {USER, 4096, 8192, 1}, NEITHER},
	{__NR_openat, {(uint64_t)-100, POINTER, 0}, NEITHER},
	{__NR_close, {WAKE}, NEITHER},
	{__NR_dup, {1}, NEITHER},
	{__NR_ioctl, {0, 0x5413, POINTER}, NEITHER},
	{__NR_fcntl, {0, 3}, NEITHER},
	{__NR_pread64, {IMAGE, POINTER, 512, 0}, NEITHER},
	{__NR_pwrite64, {ARENA, POINTER, 512, 0}, NEITHER},
	{__NR_preadv2, {IMAGE, POINTER, 1, 0}, NEITHER},
	{__NR_sendmsg, {CONTROL, POINTER, 0}, NEITHER},
	{__NR_recvmsg, {CONTROL, POINTER, 0}, NEITHER},
	{__NR_socket, {1, 1, 0}, NEITHER},
	{__NR_execve, {POINTER, 0, 0}, NEITHER},
	{__NR_ptrace, {0}, NEITHER},
	{__NR_prctl, {4, 1}, NEITHER},
	{__NR_getpid, {0}, NEITHER},
	{__NR_epoll_pwait, {5, POINTER, 3}, NEITHER},
#ifdef __x86_64__
	{__NR_arch_prctl, {0x1002, POINTER}, NEITHER},
#endif
};

static struct policy_guest guest;
static struct policy_rule rules[POLICY_RULES_MAX];
static struct sock_filter filter[POLICY_FILTER_MAX];

static void guest_make(enum hostcall_guest kind)
{
	const struct shape shape = {
		.kind = kind,
		.has_control = true,
		.has_trace = true,
		.slot = KERNEL >> 32,
		.user = {USER >> 32, USER_END >> 32},
		.arena = {HEAP >> 32, HEAP_END >> 32},
	};
	size_t count;

	shape_guest(&shape, &guest);
	assert_true(guest_assemble(&guest, rules, &count, filter, POLICY_FILTER_MAX));
}

static void action_expect(const struct seccomp_data *call, uint32_t expected)
{
	uint32_t action = interpreter_run(filter, call);

	if (action != expected)
		fail_msg("a %s guest: 0x%x instead of 0x%x: %s", policy_guest_name(guest.kind), action, expected,
			 case_text(call));
}

/* From the kernel's text as said; from the application every call traps. */
static void call_check(const struct call_case *c, bool allowed)
{
	struct seccomp_data call = {.nr = c->number, .arch = EVALUATOR_ARCH, .instruction_pointer = KERNEL + 0x1234};

	memcpy(call.args, c->args, sizeof(call.args));
	action_expect(&call, allowed ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
	call.instruction_pointer = POINTER;
	action_expect(&call, SECCOMP_RET_TRAP);
}

static void cases_check(enum hostcall_guest kind)
{
	guest_make(kind);
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
		call_check(&cases[i], cases[i].allowed & kind);
}

static void strict_guests_may_call(void **state)
{
	(void)state;
	cases_check(HOSTCALL_GUEST_STRICT);
}

static void standard_guests_may_call(void **state)
{
	(void)state;
	cases_check(STANDARD);
}

static bool is_one_of(unsigned value, const unsigned *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == value)
			return true;
	}
	return false;
}

static void futex_operations_are_those(void **state)
{
	static const unsigned operations[] = {0, 1, 3, 4, 5, 9, 10};
	static const uint64_t flags[] = {0, 128, 256, 128 | 256};
	static const uint64_t others[] = {32, 64, 512, 1 << 16, 1u << 31};

	(void)state;
	guest_make(HOSTCALL_GUEST_STRICT);
	for (unsigned operation = 0; operation < 32; operation++) {
		bool known = is_one_of(operation, operations, ARRAY_COUNT(operations));

		for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
			struct call_case c = {__NR_futex, {POINTER, operation | flags[i], 1}, BOTH};

			call_check(&c, known);
			c.args[1] |= 0xffffffff00000000; /* beyond the int */
			call_check(&c, known);
			for (size_t k = 0; k < ARRAY_COUNT(others); k++) {
				c.args[1] = operation | flags[i] | others[k];
				call_check(&c, false);
			}
		}
	}
}

static void advices_are_those(void **state)
{
	static const unsigned advices[] = {4, 8, 9, 10, 11, 14, 15};
	static const uint64_t places[] = {0, USER, HEAP};

	(void)state;
	guest_make(HOSTCALL_GUEST_STRICT);
	for (unsigned advice = 0; advice < 200; advice++) {
		for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
			struct call_case c = {__NR_madvise, {places[i], 4096, advice}, BOTH};

			call_check(&c, is_one_of(advice, advices, ARRAY_COUNT(advices)));
			c.args[2] |= 1u << 31;
			call_check(&c, false);
		}
	}
}

/* Not made, and not worth dying for: see the row. */
static void interrupted_waits_end(void **state)
{
	struct seccomp_data call = {.nr = __NR_restart_syscall, .arch = EVALUATOR_ARCH, .instruction_pointer = KERNEL};

	(void)state;
	guest_make(STANDARD);
	action_expect(&call, SECCOMP_RET_ERRNO | 4);
	call.instruction_pointer = KERNEL - 1;
	action_expect(&call, SECCOMP_RET_TRAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_guests_may_call),     cmocka_unit_test(standard_guests_may_call),
		cmocka_unit_test(futex_operations_are_those), cmocka_unit_test(advices_are_those),
		cmocka_unit_test(interrupted_waits_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
