/*
 * Rules of no table, made one after the other, to try the assembler on what the table does not have (yet).
 * What a filter must allow is the evaluator's word on the same rules.
 */
#ifndef TESTS_POLICY_SYNTHETIC_H
#define TESTS_POLICY_SYNTHETIC_H

#include "tender/policy/policy.h"

#define SYNTHETIC_MAX 400
/* The capacity of every WITHIN condition, the end of every range. */
#define SYNTHETIC_END (8ull << 30)

extern struct policy_rule synthetic_rules[SYNTHETIC_MAX];
extern size_t synthetic_count;
extern struct sock_filter synthetic_filter[POLICY_FILTER_MAX];

/* One more rule, without conditions; one more condition for it. */
void rule_add(uint16_t number);
void condition_add(uint8_t index, enum hostcall_test test, uint64_t value);

/* Assembles the rules added so far and compares filter and rules; fails the test or forgets the rules. */
void rules_check(const char *what);

#endif
