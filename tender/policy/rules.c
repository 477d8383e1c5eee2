/* Rows of the table, multiplied by a guest's devices and with every symbolic value resolved. */
#include <asm/signal.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <stdbool.h>

#include "abi/kernel.h"
#include "tender/policy/policy.h"

_Static_assert(HOSTCALL_CLONE_THREAD == (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
					 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID),
	       "what a thread is");
_Static_assert(HOSTCALL_CLONE_FORK == (CLONE_PARENT | SIGCHLD), "what a process is");

#define CONSTANT_CASE(name, number, text)                                                                              \
	case HOSTCALL_VALUE_##name:                                                                                    \
		return (number);

/* Of a range the start. */
static uint64_t value_resolve(enum hostcall_value value, const struct policy_guest *guest, unsigned device)
{
	switch (value) {
		HOSTCALL_CONSTANTS(CONSTANT_CASE)
	case HOSTCALL_VALUE_NET_FD:
		return (uint64_t)guest->net_fds[device];
	case HOSTCALL_VALUE_NET_COUNT:
		return guest->net_count;
	case HOSTCALL_VALUE_BLOCK_FD:
		return (uint64_t)guest->blocks[device].fd;
	case HOSTCALL_VALUE_BLOCK_SIZE:
	case HOSTCALL_VALUE_BLOCK_DEVICE:
		return guest->blocks[device].block_bytes;
	case HOSTCALL_VALUE_BLOCK_LAST:
		return guest->blocks[device].capacity - guest->blocks[device].block_bytes;
	case HOSTCALL_VALUE_EPOLL_FD:
		return (uint64_t)guest->epoll_fd;
	case HOSTCALL_VALUE_TIMER_FD:
		return (uint64_t)guest->timer_fd;
	case HOSTCALL_VALUE_VCPU_FD:
		return (uint64_t)guest->vcpu_fd;
	case HOSTCALL_VALUE_KICK_FD:
		return (uint64_t)guest->kick_fd;
	case HOSTCALL_VALUE_WAKE_FD:
		return (uint64_t)guest->kernel.wake_fd;
	case HOSTCALL_VALUE_CONTROL_FD:
		return (uint64_t)guest->kernel.control_fd;
	case HOSTCALL_VALUE_TRACE_FD:
		return (uint64_t)guest->kernel.trace_fd;
	case HOSTCALL_VALUE_IMAGE_FD:
		return (uint64_t)guest->kernel.image_fd;
	case HOSTCALL_VALUE_VOLUME_FD:
		return (uint64_t)guest->kernel.volume_fds[device];
	case HOSTCALL_VALUE_ARENA_FD:
		return (uint64_t)guest->kernel.arena_fd;
	case HOSTCALL_VALUE_USER:
		return guest->kernel.user_start;
	case HOSTCALL_VALUE_ARENA:
		return guest->kernel.arena_start;
	case HOSTCALL_VALUE_COUNT:
		break;
	}
	return 0;
}

static bool test_has_range(enum hostcall_test test)
{
	return test == HOSTCALL_TEST_WITHIN || test == HOSTCALL_TEST_INSIDE || test == HOSTCALL_TEST_LOW_OR_INSIDE;
}

static uint64_t range_end(enum hostcall_value range, const struct policy_guest *guest, unsigned device)
{
	if (range == HOSTCALL_VALUE_USER)
		return guest->kernel.user_end;
	if (range == HOSTCALL_VALUE_ARENA)
		return guest->kernel.arena_end;
	return guest->blocks[device].capacity;
}

static void rule_make(struct policy_rule *rule, const struct hostcall *row, const struct policy_guest *guest,
		      unsigned device)
{
	rule->row = row;
	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct hostcall_arg *arg = &row->args[i];

		rule->values[i] = value_resolve(arg->value, guest, device);
		if (test_has_range(arg->test))
			rule->end = range_end(arg->value, guest, device);
	}
}

struct policy_condition policy_condition(const struct policy_rule *rule, unsigned index)
{
	const struct hostcall_arg *arg = &rule->row->args[index];

	return (struct policy_condition){
		.index = arg->index,
		.test = arg->test,
		.value = rule->values[index],
		.end = test_has_range(arg->test) ? rule->end : 0,
	};
}

static unsigned row_instances(const struct hostcall *row, const struct policy_guest *guest)
{
	if (!(row->guests & guest->kind))
		return 0;
	if (row->feature == HOSTCALL_FEATURE_NET)
		return guest->net_count;
	if (row->feature == HOSTCALL_FEATURE_BLOCK)
		return guest->block_count;
	if (row->feature == HOSTCALL_FEATURE_RING)
		return guest->kick_fd >= 0;
	if (row->feature == HOSTCALL_FEATURE_CONTROL)
		return guest->kernel.control_fd >= 0;
	if (row->feature == HOSTCALL_FEATURE_TRACE)
		return guest->kernel.trace_fd >= 0;
	if (row->feature == HOSTCALL_FEATURE_VOLUME)
		return guest->kernel.volume_count;
	return 1;
}

size_t policy_rule_count(const struct policy_guest *guest)
{
	size_t count = 0;

	for (size_t i = 0; i < policy_table_count; i++)
		count += row_instances(&policy_table[i], guest);
	return count < POLICY_RULES_MAX ? count : POLICY_RULES_MAX;
}

size_t policy_rules(const struct policy_guest *guest, struct policy_rule *rules)
{
	size_t count = 0;

	for (size_t i = 0; i < policy_table_count; i++) {
		unsigned instances = row_instances(&policy_table[i], guest);

		for (unsigned device = 0; device < instances && count < POLICY_RULES_MAX; device++)
			rule_make(&rules[count++], &policy_table[i], guest, device);
	}
	return count;
}
