/*
 * Inside the assembler: instructions, jumps whose targets are not known yet, and the conditions of rules.
 * assemble.c makes filters from these.
 */
#ifndef TENDER_POLICY_EMIT_H
#define TENDER_POLICY_EMIT_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "tender/policy/policy.h"

/* Jump targets that are not known when the jump is emitted; real distances are smaller than all of them. */
#define JUMP_PASS 0xfc /* the condition holds: the next condition, or allow */
#define JUMP_FAIL 0xfd /* the rule does not apply: the next rule, or kill */
#define JUMP_ALLOW 0xfe
#define JUMP_KILL 0xff

/* No rule is longer, and no jump to "allow" or "kill" is let grow longer than the second. */
#define RULE_LENGTH_MAX 40
#define JUMP_DISTANCE_MAX 200

/* A filter in the making. Beyond `max` only the length is counted. */
struct assembler {
	struct sock_filter *filter;
	size_t length;
	size_t max;
	size_t open; /* no jump before this instruction waits for JUMP_ALLOW or JUMP_KILL */
};

static inline uint32_t low(uint64_t value)
{
	return (uint32_t)value;
}

static inline uint32_t high(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

void emit_jump(struct assembler *as, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false);
void emit(struct assembler *as, uint16_t code, uint32_t k);
void emit_return(struct assembler *as, uint32_t action);
/* Loads the 32 bits at that offset of struct seccomp_data. */
void emit_load_field(struct assembler *as, size_t offset);
/* Load one half of an argument. */
void emit_load_low(struct assembler *as, unsigned index);
void emit_load_high(struct assembler *as, unsigned index);

/* One condition of the rule: jumps to JUMP_PASS where it holds, else to JUMP_FAIL. */
void emit_condition(struct assembler *as, const struct policy_rule *rule, unsigned number);

/* The rule's conditions from number `from` on; where the last one holds, the call is allowed. */
void emit_conditions(struct assembler *as, const struct policy_rule *rule, unsigned from);

/* The two ends of every path so far: kill, which is where falling through leads, and allow. */
void emit_ends(struct assembler *as);
/* Where the ends would come out of reach of the oldest open jump, they are put here and jumped over. */
void ends_keep_in_reach(struct assembler *as);

/* Gives every jump from instruction `first` on that waits for `from` another target to wait for. */
void jumps_rename(struct assembler *as, size_t first, uint8_t from, uint8_t to);
/* Points every jump from instruction `first` on that waits for `target` to the instruction that comes next. */
void jumps_resolve(struct assembler *as, size_t first, uint8_t target);

#endif
