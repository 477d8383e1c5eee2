/*
 * What a guest's calls are held against: the table of host calls, read by tests/policy/evaluator.c, which shares no
 * code with the filter. The values that differ from guest to guest (addresses, descriptors) are the tender's own words,
 * taken from the boot structure before the first of the guest's processes runs.
 */
#ifndef TESTS_ISOLATION_OBSERVER_VERDICT_H
#define TESTS_ISOLATION_OBSERVER_VERDICT_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tender/policy/policy.h"

/* What became of a call that a locked process tried. */
enum outcome {
	OUTCOME_MADE,    /* the host kernel did it, or failed it with an errno */
	OUTCOME_TRAPPED, /* SIGSYS to the library kernel */
	OUTCOME_KILLED,  /* SIGSYS, and the process is gone */
	OUTCOME_COUNT
};

#define VERDICT_NUMBERS 1024

struct verdict {
	struct policy_guest guest;
	bool is_known;       /* `guest` is filled */
	const char *without; /* a call to be taken for one the table has not, to test the observer; NULL: none */
	unsigned long made[VERDICT_NUMBERS];
	unsigned long counts[OUTCOME_COUNT];
	unsigned long exempt;  /* uretprobe and uprobe, which Linux lets past every filter (SECURITY.md) */
	unsigned long outside; /* calls whose outcome is not what the table says */
};

/* Learns of a guest from its first locked process. Returns false if there is no boot structure to be found. */
bool verdict_guest_read(struct verdict *verdict, pid_t process);

/* Whether the table has a process killed for that call. */
bool verdict_kills(const struct verdict *verdict, const struct seccomp_data *call);

/* Judges one call; `result` is what a made one returned. Prints a line for one that is outside. */
void verdict_judge(struct verdict *verdict, const struct seccomp_data *call, enum outcome outcome, int64_t result);

/* One line per call that was made, and the sums. */
void verdict_print(const struct verdict *verdict);

#endif
