/*
 * From the table of host calls to the seccomp filter of one guest.
 *
 *   policy_table (abi/hostcall.def) --policy_rules--> one rule per row and device --policy_assemble--> BPF
 *
 * Pure functions: the filter is installed elsewhere, and tests interpret what is assembled here.
 */
#ifndef TENDER_POLICY_POLICY_H
#define TENDER_POLICY_POLICY_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/hostcall.h"

extern const struct hostcall policy_table[];
extern const size_t policy_table_count;

#define POLICY_DEVICES_MAX 63
#define POLICY_VOLUMES_MAX 16

struct policy_block {
	int fd;
	uint32_t block_bytes; /* a power of two, at least 512 */
	uint64_t capacity;    /* bytes, a multiple of block_bytes */
};

/*
 * What a guest has around the library kernel. Addresses are multiples of 4 GiB, ranges [start, end). Nothing else may
 * be mapped below 8 GiB nor in the 4 GiB behind either range: addresses and lengths are checked on their own.
 */
struct policy_kernel {
	uint64_t slot; /* 4 GiB that hold the kernel's text */
	uint64_t user_start;
	uint64_t user_end;
	uint64_t arena_start;
	uint64_t arena_end;
	int image_fd;
	unsigned volume_count;
	int volume_fds[POLICY_VOLUMES_MAX];
	int arena_fd;
	int wake_fd;
	int control_fd; /* -1: none */
	int trace_fd;   /* -1: none */
};

/* Everything about a guest that its filter depends on. */
struct policy_guest {
	enum hostcall_guest kind; /* one kind */
	int epoll_fd;
	int timer_fd;
	int vcpu_fd; /* HVT only, as is the next */
	int kick_fd; /* -1: no net ring */
	unsigned net_count;
	unsigned block_count;
	int net_fds[POLICY_DEVICES_MAX];
	struct policy_block blocks[POLICY_DEVICES_MAX];
	struct policy_kernel kernel; /* LINUX only: not read for others */
};

/* A row with its values resolved for one guest. Small: a tender builds its rules on the guest's first stack page. */
struct policy_rule {
	const struct hostcall *row;
	uint64_t end; /* of the rule's one range: WITHIN the capacity, INSIDE the first address behind */
	uint64_t values[HOSTCALL_ARGS_MAX];
};

/* A condition of a rule. */
struct policy_condition {
	uint8_t index;
	uint8_t test;   /* enum hostcall_test */
	uint64_t value; /* WITHIN: the block size; INSIDE: the first address; SET: HOSTCALL_SET() */
	uint64_t end;   /* of a range, else 0 */
};

/* A guest's rows once each, and its block, network and volume rows once per device. */
#define POLICY_RULES_MAX 160
/* The kernel's own limit (BPF_MAXINSNS) */
#define POLICY_FILTER_MAX 4096

/* How many rules there are for the guest, at most POLICY_RULES_MAX. */
size_t policy_rule_count(const struct policy_guest *guest);

/* Fills rules[policy_rule_count()] with what the guest may call; returns their number. */
size_t policy_rules(const struct policy_guest *guest, struct policy_rule *rules);

/* Condition number `index` of the rule, which has so many. */
struct policy_condition policy_condition(const struct policy_rule *rule, unsigned index);

/*
 * Assembles the filter of a unikernel: it allows exactly the rules and kills the process for anything else.
 * Returns its length in instructions, or 0 if it does not fit into `max` or there are no rules.
 */
size_t policy_assemble(const struct policy_rule *rules, size_t count, struct sock_filter *filter, size_t max);

/*
 * The same for a Linux guest, whose kernel has its text in the 4 GiB at `slot`. Calls from anywhere else trap, whatever
 * they are (SIGSYS). Calls from the slot are answered as the rules say; all others kill the process.
 */
size_t policy_assemble_linux(const struct policy_rule *rules, size_t count, uint64_t slot, struct sock_filter *filter,
			     size_t max);

/* No filter for so many rules is longer, in instructions. */
size_t policy_filter_bound(size_t rule_count);

/* The words of docs/policy.md for a condition of the table, e.g. "a0 = a network descriptor"; returns the length. */
size_t policy_arg_text(const struct hostcall_arg *arg, char *out, size_t size);
const char *policy_feature_name(enum hostcall_feature feature);
const char *policy_guest_name(enum hostcall_guest guests);
const char *policy_answer_name(enum hostcall_answer answer);

#endif
