/*
 * The seccomp assembler: rules in, classic BPF out.
 *
 * Shape of a filter: check the architecture, then compare the call number with each call in turn, in the table's order.
 * Behind each comparison stand the call's rules: their conditions lead to "allow" or on to the next rule, the last
 * one's to "kill". A number that no comparison knows comes to "kill" as well.
 *
 * Short filters start faster, because the kernel compiles each instruction. So there is one pair of "allow" and "kill"
 * for all jumps in reach, and a group whose rules all begin by comparing the same argument with different values (a
 * descriptor, as a rule) loads that argument once: each further device then costs one comparison.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "arch.h"
#include "tender/policy/emit.h"

/* The rules of one call number: those of `rules` that have it, in their order. */
struct group {
	const struct policy_rule *rules;
	size_t count;
	uint16_t number;
};

/* The group's first rule at or behind `rule`, or NULL. Begin with group->rules. */
static const struct policy_rule *group_next(const struct group *group, const struct policy_rule *rule)
{
	for (; rule < group->rules + group->count; rule++) {
		if (rule->row->number == group->number)
			return rule;
	}
	return NULL;
}

/* True if no rule of the group before `rule` compares with the same value first. */
static bool value_is_new(const struct group *group, const struct policy_rule *rule)
{
	const struct policy_rule *other = group_next(group, group->rules);

	for (; other != rule; other = group_next(group, other + 1)) {
		if (other->conditions[0].value == rule->conditions[0].value)
			return false;
	}
	return true;
}

/* True if one load of the first condition's argument can serve the whole group. */
static bool group_shares_load(const struct group *group)
{
	const struct policy_rule *first = group_next(group, group->rules);

	for (const struct policy_rule *rule = first; rule; rule = group_next(group, rule + 1)) {
		const struct policy_condition *condition = &rule->conditions[0];

		if (rule->row->arg_count == 0 || condition->test != HOSTCALL_TEST_EQ)
			return false;
		if (condition->index != first->conditions[0].index ||
		    high(condition->value) != high(first->conditions[0].value))
			return false;
		if (!value_is_new(group, rule))
			return false;
	}
	return true;
}

/* One rule of a sharing group, entered with the low half of its first argument loaded. */
static void emit_shared_rule(struct assembler *as, const struct policy_rule *rule, bool is_last)
{
	bool is_only_condition = rule->row->arg_count == 1;
	size_t compare = as->length;

	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, low(rule->conditions[0].value), is_only_condition ? JUMP_ALLOW : 0,
		  is_last ? JUMP_KILL : 0);
	emit_conditions(as, rule, 1);
	/* No other rule has this value: what fails behind the comparison is refused. */
	jumps_rename(as, compare, JUMP_FAIL, JUMP_KILL);
	if (!is_last && as->length <= as->max)
		as->filter[compare].jf = (uint8_t)(as->length - compare - 1);
}

static void emit_sharing_group(struct assembler *as, const struct group *group, const struct policy_rule *first)
{
	emit_load_high(as, first->conditions[0].index);
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(first->conditions[0].value), 0, JUMP_KILL);
	emit_load_low(as, first->conditions[0].index);
	for (const struct policy_rule *rule = first; rule;) {
		const struct policy_rule *next = group_next(group, rule + 1);

		ends_keep_in_reach(as);
		emit_shared_rule(as, rule, !next);
		rule = next;
	}
}

/* The rules of the group: every path through them ends in allow or kill. */
static void emit_rules(struct assembler *as, const struct group *group, const struct policy_rule *first)
{
	size_t start = as->length;

	if (group_shares_load(group)) {
		emit_sharing_group(as, group, first);
		return;
	}
	for (const struct policy_rule *rule = first; rule; rule = group_next(group, rule + 1)) {
		if (rule->row->arg_count == 0) {
			/* It applies to whatever came so far. */
			jumps_rename(as, start, JUMP_FAIL, JUMP_ALLOW);
			return;
		}
		jumps_resolve(as, start, JUMP_FAIL);
		ends_keep_in_reach(as);
		start = as->length;
		emit_conditions(as, rule, 0);
	}
	jumps_rename(as, start, JUMP_FAIL, JUMP_KILL);
}

/* True if the group may be longer than a conditional jump reaches. */
static bool group_is_far(const struct group *group)
{
	size_t length = 0;

	for (const struct policy_rule *rule = group_next(group, group->rules); rule; rule = group_next(group, rule + 1))
		length += RULE_LENGTH_MAX;
	return length >= JUMP_DISTANCE_MAX;
}

/* Compares the loaded call number with the group's: its rules, or on to what comes behind them. */
static void emit_group(struct assembler *as, const struct group *group)
{
	const struct policy_rule *first = group_next(group, group->rules);
	bool far = group_is_far(group);
	size_t branch;

	ends_keep_in_reach(as);
	branch = as->length;
	if (first->row->arg_count == 0) {
		emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, group->number, JUMP_ALLOW, 0);
		return;
	}
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, group->number, far ? 1 : 0, 0);
	if (far)
		emit(as, BPF_JMP | BPF_JA, 0);
	emit_rules(as, group, first);
	if (as->length <= as->max && far)
		as->filter[branch + 1].k = (uint32_t)(as->length - branch - 2);
	else if (as->length <= as->max)
		as->filter[branch].jf = (uint8_t)(as->length - branch - 1);
}

static bool number_is_new(const struct policy_rule *rules, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (rules[i].row->number == rules[index].row->number)
			return false;
	}
	return true;
}

size_t policy_filter_bound(size_t rule_count)
{
	/* A rule's share includes the comparison with its call's number; beginning and end are far shorter. */
	size_t bound = (rule_count + 1) * RULE_LENGTH_MAX;

	return bound < POLICY_FILTER_MAX ? bound : POLICY_FILTER_MAX;
}

size_t policy_assemble(const struct policy_rule *rules, size_t count, struct sock_filter *filter, size_t max)
{
	struct assembler as = {.filter = filter, .max = max};

	if (count == 0)
		return 0;
	/*
	 * Before anything else: for every system call number of every ABI, a new filter is interpreted to find out
	 * whether it allows the number whatever the arguments are. This load ends the search at the first instruction.
	 */
	emit_load_low(&as, 0);
	emit(&as, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	emit_jump(&as, BPF_JMP | BPF_JEQ | BPF_K, ARCH_AUDIT, 0, JUMP_KILL);
	emit(&as, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count; i++) {
		if (number_is_new(rules, i))
			emit_group(&as, &(struct group){rules, count, rules[i].row->number});
	}
	emit_ends(&as);
	return as.length <= max ? as.length : 0;
}
