/*
 * The guests that filters are tested for: each shape once as a SOLO5 and once as a TEND guest.
 * Descriptors follow each other as in a real tender, so that one off by one is often another device's.
 */
#ifndef TESTS_POLICY_SHAPES_H
#define TESTS_POLICY_SHAPES_H

#include "tender/policy/policy.h"

struct shape {
	const char *name;
	enum hostcall_guest kind;
	unsigned net_count;
	unsigned block_count;
	uint32_t block_bytes; /* of the first device; the others have 4096 and 512 in turn */
	uint64_t capacity;    /* of the first device; the others have more */
};

extern const struct shape shapes[];
extern const size_t shape_count;

void shape_guest(const struct shape *shape, struct policy_guest *guest);

#endif
