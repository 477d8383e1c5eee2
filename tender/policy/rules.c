/* Rows of the table, multiplied by a guest's devices and with every symbolic value resolved. */
#include <linux/time.h>

#include "tender/policy/policy.h"

#define ARCH_PRCTL_SET_FS 0x1002

static uint64_t value_resolve(enum hostcall_value value, const struct policy_guest *guest, unsigned device)
{
	switch (value) {
	case HOSTCALL_VALUE_CONSOLE_FD:
		return 1;
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
	case HOSTCALL_VALUE_CLOCK_MONOTONIC:
		return CLOCK_MONOTONIC;
	case HOSTCALL_VALUE_CLOCK_REALTIME:
		return CLOCK_REALTIME;
	case HOSTCALL_VALUE_ARCH_SET_FS:
		return ARCH_PRCTL_SET_FS;
	case HOSTCALL_VALUE_ZERO:
	case HOSTCALL_VALUE_COUNT:
		break;
	}
	return 0;
}

static void rule_make(struct policy_rule *rule, const struct hostcall *row, const struct policy_guest *guest,
		      unsigned device)
{
	rule->row = row;
	for (unsigned i = 0; i < row->arg_count; i++) {
		const struct hostcall_arg *arg = &row->args[i];

		rule->conditions[i] = (struct policy_condition){
			.index = arg->index,
			.test = arg->test,
			.value = value_resolve(arg->value, guest, device),
			.capacity = arg->value == HOSTCALL_VALUE_BLOCK_DEVICE ? guest->blocks[device].capacity : 0,
		};
	}
}

static unsigned row_instances(const struct hostcall *row, const struct policy_guest *guest)
{
	if (!(row->guests & guest->kind))
		return 0;
	if (row->feature == HOSTCALL_FEATURE_NET)
		return guest->net_count;
	if (row->feature == HOSTCALL_FEATURE_BLOCK)
		return guest->block_count;
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
