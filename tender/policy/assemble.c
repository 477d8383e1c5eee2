/*
 * The seccomp assembler: rules in, classic BPF out.
 *
 * Shape of a filter: check the architecture, then compare the call number with each call in turn, in the table's order.
 * Behind each comparison stand the call's rules: their conditions lead to "allow" or on to the next rule, the last
 * one's to "kill". A number that no comparison knows comes to "kill" as well. Filters of Linux guests first look where
 * the call comes from.
 *
 * Short filters start faster, because the kernel compiles each instruction. So there is one pair of "allow" and "kill"
 * for all jumps in reach; what all rules of a group begin with is checked once; and a group whose rules all begin by
 * comparing the same argument with some value (a descriptor, as a rule) loads that argument once: each further device
 * then costs one comparison.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "arch.h"
#include "tender/policy/emit.h"

/* The rules that have call number and first `depth` conditions in common with `first`, in their order. */
struct group {
	const struct policy_rule *rules;
	size_t count;
	const struct policy_rule *first;
	unsigned depth;
};

static bool condition_is_shared(const struct policy_rule *a, const struct policy_rule *b, unsigned number)
{
	struct policy_condition one;
	struct policy_condition other;

	if (a->values[number] != b->values[number]) /* what mostly differs, without a detour */
		return false;
	one = policy_condition(a, number);
	other = policy_condition(b, number);
	return one.index == other.index && one.test == other.test && one.end == other.end;
}

static bool group_has(const struct group *group, const struct policy_rule *rule)
{
	if (rule->row->number != group->first->row->number || rule->row->arg_count < group->depth)
		return false;
	for (unsigned i = 0; i < group->depth; i++) {
		if (!condition_is_shared(rule, group->first, i))
			return false;
	}
	return true;
}

/* The group's first rule at or behind `rule`, or NULL. Begin with group->first. */
static const struct policy_rule *group_next(const struct group *group, const struct policy_rule *rule)
{
	for (; rule < group->rules + group->count; rule++) {
		if (group_has(group, rule))
			return rule;
	}
	return NULL;
}

static bool group_is_single(const struct group *group)
{
	return !group_next(group, group->first + 1);
}

/* True if what the rules have in common is all that one of them asks for. */
static bool group_is_open(const struct group *group)
{
	const struct policy_rule *rule = group->first;

	while (rule && rule->row->arg_count > group->depth)
		rule = group_next(group, rule + 1);
	return rule;
}

/* The group's rules that agree with `first` in one condition more. */
static struct group group_narrow(const struct group *group, const struct policy_rule *first)
{
	return (struct group){group->rules, group->count, first, group->depth + 1};
}

/* True if the next condition is the same for all rules. */
static bool group_shares_condition(const struct group *group)
{
	const struct policy_rule *rule = group->first;

	while (rule && condition_is_shared(rule, group->first, group->depth))
		rule = group_next(group, rule + 1);
	return !rule;
}

/* True if one load of the next condition's argument can serve the whole group. */
static bool group_shares_load(const struct group *group)
{
	struct policy_condition first = policy_condition(group->first, group->depth);

	if (first.test != HOSTCALL_TEST_EQ && first.test != HOSTCALL_TEST_INT)
		return false;
	for (const struct policy_rule *rule = group->first; rule; rule = group_next(group, rule + 1)) {
		struct policy_condition condition = policy_condition(rule, group->depth);

		if (condition.test != first.test || condition.index != first.index ||
		    high(condition.value) != high(first.value))
			return false;
	}
	return true;
}

/* The first rule at or behind `rule` whose next condition no rule of the group before it has, or NULL. */
static const struct policy_rule *value_next(const struct group *group, const struct policy_rule *rule)
{
	for (rule = group_next(group, rule); rule; rule = group_next(group, rule + 1)) {
		struct group same = group_narrow(group, rule);

		if (group_next(&same, group->first) == rule)
			return rule;
	}
	return NULL;
}

/* True if the group may be longer than a conditional jump reaches. */
static bool group_is_far(const struct group *group)
{
	size_t length = 0;

	for (const struct policy_rule *rule = group->first; rule; rule = group_next(group, rule + 1))
		length += RULE_LENGTH_MAX;
	return length >= JUMP_DISTANCE_MAX;
}

static void emit_rules(struct assembler *as, const struct group *group);

/* Compares what is loaded with k: the group's rules, or on to what comes behind them; to "kill" if nothing does. */
static void emit_branch(struct assembler *as, uint32_t k, const struct group *group, bool is_last)
{
	bool far = !is_last && group_is_far(group);
	uint8_t otherwise = is_last ? JUMP_KILL : 0;
	size_t branch = as->length;

	if (group_is_open(group)) {
		emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, k, JUMP_ALLOW, otherwise);
		return;
	}
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, k, far ? 1 : 0, otherwise);
	if (far)
		emit(as, BPF_JMP | BPF_JA, 0);
	emit_rules(as, group);
	if (as->length > as->max || is_last)
		return;
	if (far)
		as->filter[branch + 1].k = (uint32_t)(as->length - branch - 2);
	else
		as->filter[branch].jf = (uint8_t)(as->length - branch - 1);
}

/* One load, then a branch for each value. */
static void emit_values(struct assembler *as, const struct group *group)
{
	struct policy_condition first = policy_condition(group->first, group->depth);

	if (first.test == HOSTCALL_TEST_EQ) {
		emit_load_high(as, first.index);
		emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, high(first.value), 0, JUMP_KILL);
	}
	emit_load_low(as, first.index);
	for (const struct policy_rule *rule = group->first; rule;) {
		const struct policy_rule *next = value_next(group, rule + 1);
		struct group narrow = group_narrow(group, rule);

		ends_keep_in_reach(as);
		emit_branch(as, low(policy_condition(rule, group->depth).value), &narrow, !next);
		rule = next;
	}
}

/* The condition that all rules share, then the rest of them. */
static void emit_prefix(struct assembler *as, const struct group *group)
{
	struct group rest = group_narrow(group, group->first);
	size_t start;

	ends_keep_in_reach(as);
	start = as->length;
	emit_condition(as, group->first, group->depth);
	jumps_rename(as, start, JUMP_FAIL, JUMP_KILL);
	if (group_is_open(&rest)) {
		jumps_rename(as, start, JUMP_PASS, JUMP_ALLOW);
		return;
	}
	jumps_resolve(as, start, JUMP_PASS);
	emit_rules(as, &rest);
}

/* Rule after rule: where one does not apply, the next may. */
static void emit_sequence(struct assembler *as, const struct group *group)
{
	size_t start = as->length;

	for (const struct policy_rule *rule = group->first; rule; rule = group_next(group, rule + 1)) {
		jumps_resolve(as, start, JUMP_FAIL);
		ends_keep_in_reach(as);
		start = as->length;
		emit_conditions(as, rule, group->depth);
	}
	jumps_rename(as, start, JUMP_FAIL, JUMP_KILL);
}

/* The rules of the group, which is not open, from its depth on: every path through them ends in allow or kill. */
static void emit_rules(struct assembler *as, const struct group *group)
{
	bool is_single = group_is_single(group);

	if (!is_single && group_shares_load(group))
		emit_values(as, group);
	else if (!is_single && group_shares_condition(group))
		emit_prefix(as, group);
	else
		emit_sequence(as, group);
}

/* Compares the loaded call number with the group's. */
static void emit_group(struct assembler *as, const struct group *group)
{
	const struct hostcall *row = group->first->row;

	ends_keep_in_reach(as);
	if (row->answer == HOSTCALL_ANSWER_ALLOWED) {
		emit_branch(as, row->number, group, false);
		return;
	}
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 1);
	emit_return(as, SECCOMP_RET_ERRNO | row->answer);
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

/* From the architecture to the ends: for calls of which nothing is known yet. */
static void emit_calls(struct assembler *as, const struct policy_rule *rules, size_t count)
{
	emit_load_field(as, offsetof(struct seccomp_data, arch));
	emit_jump(as, BPF_JMP | BPF_JEQ | BPF_K, ARCH_AUDIT, 0, JUMP_KILL);
	emit_load_field(as, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < count; i++) {
		if (number_is_new(rules, i))
			emit_group(as, &(struct group){rules, count, &rules[i], 0});
	}
	emit_ends(as);
}

/*
 * What a filter loads first. For every system call number of every ABI, the kernel interprets a new filter to find out
 * whether it allows the number whatever arguments and place are: a load of either ends the search at once.
 */
size_t policy_assemble(const struct policy_rule *rules, size_t count, struct sock_filter *filter, size_t max)
{
	struct assembler as = {.filter = filter, .max = max};

	if (count == 0)
		return 0;
	emit_load_low(&as, 0);
	emit_calls(&as, rules, count);
	return as.length <= max ? as.length : 0;
}

size_t policy_assemble_linux(const struct policy_rule *rules, size_t count, uint64_t slot, struct sock_filter *filter,
			     size_t max)
{
	struct assembler as = {.filter = filter, .max = max};

	if (count == 0)
		return 0;
	emit_load_field(&as, offsetof(struct seccomp_data, instruction_pointer) + 4);
	emit_jump(&as, BPF_JMP | BPF_JEQ | BPF_K, high(slot), 1, 0);
	emit_return(&as, SECCOMP_RET_TRAP);
	emit_calls(&as, rules, count);
	return as.length <= max ? as.length : 0;
}
