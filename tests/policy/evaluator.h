/*
 * What a guest may call, decided a second time: straight from the table of host calls, in plain 64-bit arithmetic and
 * without any code of tender/policy. Filters must agree with it.
 */
#ifndef TESTS_POLICY_EVALUATOR_H
#define TESTS_POLICY_EVALUATOR_H

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>

#include "tender/policy/policy.h"

#if defined(__x86_64__)
#define EVALUATOR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define EVALUATOR_ARCH AUDIT_ARCH_AARCH64
#endif

/* The seccomp action for a call of the guest, by the rows of the table that are for it. */
uint32_t evaluator_guest_action(const struct policy_guest *guest, const struct seccomp_data *call);

/* By rules, for those of no table; as in a unikernel. */
bool evaluator_rules_allow(const struct policy_rule *rules, size_t count, const struct seccomp_data *call);

#endif
