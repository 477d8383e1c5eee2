/*
 * The second opinion on a guest's host calls: see evaluator.h.
 * The switches have no default: a new kind of value or test in abi/hostcall.h does not compile until it is known here.
 */
#include "tests/policy/evaluator.h"

#include <stdlib.h>

#define FOUR_GIB (1ull << 32)

/* The table's constants once more, from the manual pages and the system call ABI. */
#define NUMBER_ZERO 0
#define NUMBER_INPUT_FD 0
#define NUMBER_CONSOLE_FD 1
#define NUMBER_ERROR_FD 2
#define NUMBER_NO_FD 0xffffffff
#define NUMBER_POLL_MAX 8
#define NUMBER_FOUR_GIB FOUR_GIB
#define NUMBER_PROT_ALL (1 | 2 | 4)
#define NUMBER_MAP_ANON (0x10 | 0x02 | 0x20 | 0x4000)
#define NUMBER_MAP_PRIVATE (0x10 | 0x02)
#define NUMBER_MAP_SHARED (0x10 | 0x01)
#define NUMBER_ADVICES 0xcf10          /* 4, 8 to 11, 14, 15 */
#define NUMBER_FUTEX_OPS 0x1800000063b /* 0, 1, 3 to 5, 9, 10; 128 and 256 do not count */
#define NUMBER_KICK_SIGNAL 23
#define NUMBER_CLONE_THREAD 0x3d0f00
#define NUMBER_CLONE_FORK 0x8011
#define NUMBER_CLOCK_MONOTONIC 1
#define NUMBER_CLOCK_REALTIME 0
#define NUMBER_CPU_CLOCKS 0xfffffff800000077 /* 0 to 2, 4 to 6; only the lowest three bits count */
#define NUMBER_ARCH_SET_FS 0x1002
#define NUMBER_KVM_RUN 0xae80 /* _IO(0xAE, 0x80) */
#ifdef __aarch64__
#define NUMBER_KVM_PLACE 0x4010aeab /* _IOW(0xAE, 0xab, 16 bytes) */
#else
#define NUMBER_KVM_PLACE 0x8090ae81 /* _IOR(0xAE, 0x81, 144 bytes) */
#endif

#define CONSTANT_CASE(name, number, text)                                                                              \
	case HOSTCALL_VALUE_##name:                                                                                    \
		return NUMBER_##name;

static uint64_t descriptor(int fd)
{
	return (uint64_t)(int64_t)fd;
}

/* What the table's word for a value means for this guest and its device of that number; of a range, the start. */
static uint64_t value_of(enum hostcall_value value, const struct policy_guest *guest, unsigned device)
{
	const struct policy_block *block = &guest->blocks[device];

	switch (value) {
		HOSTCALL_CONSTANTS(CONSTANT_CASE)
	case HOSTCALL_VALUE_NET_FD:
		return descriptor(guest->net_fds[device]);
	case HOSTCALL_VALUE_NET_COUNT:
		return guest->net_count;
	case HOSTCALL_VALUE_BLOCK_FD:
		return descriptor(block->fd);
	case HOSTCALL_VALUE_BLOCK_SIZE:
	case HOSTCALL_VALUE_BLOCK_DEVICE:
		return block->block_bytes;
	case HOSTCALL_VALUE_BLOCK_LAST:
		return (block->capacity / block->block_bytes - 1) * block->block_bytes;
	case HOSTCALL_VALUE_EPOLL_FD:
		return descriptor(guest->epoll_fd);
	case HOSTCALL_VALUE_TIMER_FD:
		return descriptor(guest->timer_fd);
	case HOSTCALL_VALUE_VCPU_FD:
		return descriptor(guest->vcpu_fd);
	case HOSTCALL_VALUE_KICK_FD:
		return descriptor(guest->kick_fd);
	case HOSTCALL_VALUE_WAKE_FD:
		return descriptor(guest->kernel.wake_fd);
	case HOSTCALL_VALUE_CONTROL_FD:
		return descriptor(guest->kernel.control_fd);
	case HOSTCALL_VALUE_TRACE_FD:
		return descriptor(guest->kernel.trace_fd);
	case HOSTCALL_VALUE_IMAGE_FD:
		return descriptor(guest->kernel.image_fd);
	case HOSTCALL_VALUE_VOLUME_FD:
		return descriptor(guest->kernel.volume_fds[device]);
	case HOSTCALL_VALUE_ARENA_FD:
		return descriptor(guest->kernel.arena_fd);
	case HOSTCALL_VALUE_USER:
		return guest->kernel.user_start;
	case HOSTCALL_VALUE_ARENA:
		return guest->kernel.arena_start;
	case HOSTCALL_VALUE_COUNT:
		break;
	}
	abort(); /* no value of the table */
}

static uint64_t end_of(enum hostcall_value range, const struct policy_guest *guest, unsigned device)
{
	if (range == HOSTCALL_VALUE_USER)
		return guest->kernel.user_end;
	return range == HOSTCALL_VALUE_ARENA ? guest->kernel.arena_end : guest->blocks[device].capacity;
}

static bool set_has(uint64_t set, uint32_t argument)
{
	uint32_t counted = argument & ~(uint32_t)(set >> 32);

	for (uint32_t member = 0; member < 32; member++) {
		if (set >> member & 1 && counted == member)
			return true;
	}
	return false;
}

/* For WITHIN the value is the block size and the end the capacity. */
static bool condition_holds(enum hostcall_test test, uint64_t argument, uint64_t length, uint64_t value, uint64_t end)
{
	switch (test) {
	case HOSTCALL_TEST_EQ:
		return argument == value;
	case HOSTCALL_TEST_INT:
		return argument % FOUR_GIB == value % FOUR_GIB;
	case HOSTCALL_TEST_LE:
		return argument <= value;
	case HOSTCALL_TEST_BELOW:
		return argument < value;
	case HOSTCALL_TEST_SET:
		return set_has(value, (uint32_t)argument);
	case HOSTCALL_TEST_INSIDE:
		return argument >= value && argument < end;
	case HOSTCALL_TEST_LOW_OR_INSIDE:
		return argument < FOUR_GIB || (argument >= value && argument < end);
	case HOSTCALL_TEST_WHOLE:
		return argument < FOUR_GIB && argument % value == 0;
	case HOSTCALL_TEST_WITHIN:
		return argument % value == 0 && argument <= end && length <= end - argument;
	case HOSTCALL_TEST_COUNT:
		break;
	}
	abort(); /* no test of the table */
}

static bool row_applies(const struct hostcall *row, const struct policy_guest *guest, unsigned device,
			const struct seccomp_data *call)
{
	if (call->nr != row->number)
		return false;
	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct hostcall_arg *arg = &row->args[i];

		if (!condition_holds(arg->test, call->args[arg->index], call->args[2],
				     value_of(arg->value, guest, device), end_of(arg->value, guest, device)))
			return false;
	}
	return true;
}

static unsigned devices_of(const struct hostcall *row, const struct policy_guest *guest)
{
	switch ((enum hostcall_feature)row->feature) {
	case HOSTCALL_FEATURE_CORE:
	case HOSTCALL_FEATURE_CONSOLE:
		return 1;
	case HOSTCALL_FEATURE_NET:
		return guest->net_count;
	case HOSTCALL_FEATURE_BLOCK:
		return guest->block_count;
	case HOSTCALL_FEATURE_RING:
		return guest->kick_fd != -1;
	case HOSTCALL_FEATURE_CONTROL:
		return guest->kernel.control_fd != -1;
	case HOSTCALL_FEATURE_TRACE:
		return guest->kernel.trace_fd != -1;
	case HOSTCALL_FEATURE_VOLUME:
		return guest->kernel.volume_count;
	case HOSTCALL_FEATURE_COUNT:
		break;
	}
	abort(); /* no feature of the table */
}

static bool comes_from_slot(const struct policy_guest *guest, const struct seccomp_data *call)
{
	return call->instruction_pointer >= guest->kernel.slot &&
	       call->instruction_pointer - guest->kernel.slot < FOUR_GIB;
}

uint32_t evaluator_guest_action(const struct policy_guest *guest, const struct seccomp_data *call)
{
	bool is_linux = guest->kind == HOSTCALL_GUEST_STRICT || guest->kind == HOSTCALL_GUEST_STANDARD;

	if (is_linux && !comes_from_slot(guest, call))
		return SECCOMP_RET_TRAP;
	if (call->arch != EVALUATOR_ARCH)
		return SECCOMP_RET_KILL_PROCESS;
	for (size_t i = 0; i < policy_table_count; i++) {
		const struct hostcall *row = &policy_table[i];

		if (!(row->guests & guest->kind))
			continue;
		for (unsigned device = 0; device < devices_of(row, guest); device++) {
			if (row_applies(row, guest, device, call))
				return row->answer ? SECCOMP_RET_ERRNO | row->answer : SECCOMP_RET_ALLOW;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

bool evaluator_rules_allow(const struct policy_rule *rules, size_t count, const struct seccomp_data *call)
{
	for (size_t i = 0; i < count; i++) {
		const struct policy_rule *rule = &rules[i];
		bool holds = call->arch == EVALUATOR_ARCH && call->nr == rule->row->number;

		for (unsigned k = 0; k < rule->row->arg_count && holds; k++) {
			const struct hostcall_arg *arg = &rule->row->args[k];

			holds = condition_holds(arg->test, call->args[arg->index], call->args[2], rule->values[k],
						rule->end);
		}
		if (holds)
			return true;
	}
	return false;
}
