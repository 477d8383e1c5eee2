/*
 * The guests that filters are tested for: each shape of a unikernel once as a SOLO5, a TEND and an HVT guest, each of a
 * Linux guest once as STRICT and once as STANDARD.
 * Descriptors follow each other as in a real tender, so that one off by one is often another device's.
 */
#ifndef TESTS_POLICY_SHAPES_H
#define TESTS_POLICY_SHAPES_H

#include <stdbool.h>

#include "tender/policy/policy.h"

struct shape {
	const char *name;
	enum hostcall_guest kind;
	unsigned net_count;
	unsigned block_count;
	uint32_t block_bytes; /* of the first device; the others have 4096 and 512 in turn */
	uint64_t capacity;    /* of the first device; the others have more */
	bool has_control;     /* Linux guests, as is the rest */
	bool has_trace;
	uint32_t slot; /* upper halves of addresses */
	uint32_t user[2];
	uint32_t arena[2];
};

#define UNIKERNEL_SHAPE(NAME, KIND, NETS, BLOCKS, BYTES, CAPACITY)                                                     \
	{                                                                                                              \
		.name = (NAME), .kind = HOSTCALL_GUEST_##KIND, .net_count = (NETS), .block_count = (BLOCKS),           \
		.block_bytes = (BYTES), .capacity = (CAPACITY)                                                         \
	}

extern const struct shape shapes[];
extern const size_t shape_count;

void shape_guest(const struct shape *shape, struct policy_guest *guest);

bool guest_is_linux(const struct policy_guest *guest);

/* Makes the guest's rules and its filter, as its tender would; returns the filter's length. */
size_t guest_assemble(const struct policy_guest *guest, struct policy_rule *rules, size_t *rule_count,
		      struct sock_filter *filter, size_t max);

#endif
