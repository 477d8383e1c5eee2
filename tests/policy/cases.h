/*
 * System calls to try on a filter, made from its rules: the call a rule allows, and calls that are a little off.
 * Whether a call must be allowed is not said here: evaluator.h decides.
 */
#ifndef TESTS_POLICY_CASES_H
#define TESTS_POLICY_CASES_H

#include <linux/seccomp.h>

#include "tender/policy/policy.h"

/* An argument without a condition: no pointer, no descriptor, no process, no length that any call would accept. */
#define CASE_FILLER 0x7ffff0007ffff029ull

typedef void case_visit(const struct seccomp_data *call, void *context);

/* A call that meets every condition of the rule; it comes from nowhere. */
struct seccomp_data case_allowed(const struct policy_rule *rule);

/*
 * The allowed call, and the rule's conditioned arguments just beside, far above and below what they may be: one at a
 * time, a length and an offset together.
 */
void cases_each(const struct policy_rule *rule, case_visit *visit, void *context);

/* The call from the slot of the guest's kernel, from its ends, and from elsewhere. For a unikernel all are the same. */
void case_places_each(const struct policy_guest *guest, const struct seccomp_data *call, case_visit *visit,
		      void *context);

/* A pseudo-random call near one of the rules; the same for the same state. */
struct seccomp_data case_random(uint64_t *state, const struct policy_rule *rules, size_t count);

/* The call in words, in a static buffer. */
const char *case_text(const struct seccomp_data *call);

#endif
