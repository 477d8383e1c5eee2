/*
 * The second opinion on a guest's host calls: see evaluator.h.
 * The switches have no default: a new kind of value or test in abi/hostcall.h does not compile until it is known here.
 */
#include "tests/policy/evaluator.h"

#include <stdlib.h>
#include <time.h>

/* From the x86-64 system call ABI; the kernel's own header has it for that architecture only. */
#define SET_FS 0x1002

static uint64_t descriptor(int fd)
{
	return (uint64_t)(int64_t)fd;
}

/* What the table's word for a value means for this guest and its device of that number. */
static uint64_t value_of(enum hostcall_value value, const struct policy_guest *guest, unsigned device)
{
	const struct policy_block *block = &guest->blocks[device];

	switch (value) {
	case HOSTCALL_VALUE_ZERO:
		return 0;
	case HOSTCALL_VALUE_CONSOLE_FD:
		return 1;
	case HOSTCALL_VALUE_NET_FD:
		return descriptor(guest->net_fds[device]);
	case HOSTCALL_VALUE_NET_COUNT:
		return guest->net_count;
	case HOSTCALL_VALUE_BLOCK_FD:
		return descriptor(block->fd);
	case HOSTCALL_VALUE_BLOCK_SIZE:
		return block->block_bytes;
	case HOSTCALL_VALUE_BLOCK_LAST:
		return (block->capacity / block->block_bytes - 1) * block->block_bytes;
	case HOSTCALL_VALUE_BLOCK_DEVICE:
		return block->capacity;
	case HOSTCALL_VALUE_EPOLL_FD:
		return descriptor(guest->epoll_fd);
	case HOSTCALL_VALUE_TIMER_FD:
		return descriptor(guest->timer_fd);
	case HOSTCALL_VALUE_CLOCK_MONOTONIC:
		return CLOCK_MONOTONIC;
	case HOSTCALL_VALUE_CLOCK_REALTIME:
		return CLOCK_REALTIME;
	case HOSTCALL_VALUE_ARCH_SET_FS:
		return SET_FS;
	case HOSTCALL_VALUE_COUNT:
		break;
	}
	abort(); /* no value of the table */
}

/* `limit` is the value compared with; for WITHIN the capacity, and block_bytes counts. */
static bool condition_holds(enum hostcall_test test, uint64_t argument, uint64_t length, uint64_t limit,
			    uint64_t block_bytes)
{
	switch (test) {
	case HOSTCALL_TEST_EQ:
		return argument == limit;
	case HOSTCALL_TEST_LE:
		return argument <= limit;
	case HOSTCALL_TEST_WHOLE:
		return argument < 1ull << 32 && argument % limit == 0;
	case HOSTCALL_TEST_WITHIN:
		return argument % block_bytes == 0 && argument <= limit && length <= limit - argument;
	case HOSTCALL_TEST_COUNT:
		break;
	}
	abort(); /* no test of the table */
}

static bool row_allows(const struct hostcall *row, const struct policy_guest *guest, unsigned device,
		       const struct seccomp_data *call)
{
	if (call->nr != row->number)
		return false;
	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct hostcall_arg *arg = &row->args[i];

		if (!condition_holds(arg->test, call->args[arg->index], call->args[2],
				     value_of(arg->value, guest, device), guest->blocks[device].block_bytes))
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
	case HOSTCALL_FEATURE_COUNT:
		break;
	}
	abort(); /* no feature of the table */
}

bool evaluator_guest_allows(const struct policy_guest *guest, const struct seccomp_data *call)
{
	if (call->arch != EVALUATOR_ARCH)
		return false;
	for (size_t i = 0; i < policy_table_count; i++) {
		const struct hostcall *row = &policy_table[i];

		if (!(row->guests & guest->kind))
			continue;
		for (unsigned device = 0; device < devices_of(row, guest); device++) {
			if (row_allows(row, guest, device, call))
				return true;
		}
	}
	return false;
}

bool evaluator_rules_allow(const struct policy_rule *rules, size_t count, const struct seccomp_data *call)
{
	for (size_t i = 0; i < count; i++) {
		const struct policy_rule *rule = &rules[i];
		bool holds = call->arch == EVALUATOR_ARCH && call->nr == rule->row->number;

		for (unsigned k = 0; k < rule->row->arg_count && holds; k++) {
			const struct policy_condition *condition = &rule->conditions[k];
			uint64_t limit = condition->test == HOSTCALL_TEST_WITHIN ? condition->capacity
										 : condition->value;

			holds = condition_holds(condition->test, call->args[condition->index], call->args[2], limit,
						condition->value);
		}
		if (holds)
			return true;
	}
	return false;
}
