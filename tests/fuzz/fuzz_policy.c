/*
 * Fuzz target: the bytes describe a guest, the room for its filter and some calls. The filter must be one the kernel
 * would install and agree with the evaluator.
 */
#include <stdbool.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/policy/cases.h"
#include "tests/policy/evaluator.h"
#include "tests/policy/interpreter.h"
#include "tests/policy/shapes.h"

#define CALLS 64

struct reader {
	const uint8_t *data;
	size_t left;
};

/* The next bytes as a number, least significant first; zeroes behind the end. */
static uint64_t number_read(struct reader *reader, size_t bytes)
{
	uint64_t number = 0;

	bytes = bytes < reader->left ? bytes : reader->left;
	for (size_t i = 0; i < bytes; i++)
		number |= (uint64_t)reader->data[i] << 8 * i;
	reader->data += bytes;
	reader->left -= bytes;
	return number;
}

static uint64_t address_read(struct reader *reader)
{
	return number_read(reader, 3) << 32;
}

/* Ranges may be empty, and all may overlap. */
static void kernel_read(struct reader *reader, struct policy_kernel *kernel)
{
	kernel->slot = address_read(reader);
	kernel->user_start = address_read(reader);
	kernel->user_end = address_read(reader);
	kernel->arena_start = address_read(reader);
	kernel->arena_end = address_read(reader);
	kernel->image_fd = (int)number_read(reader, 1);
	kernel->arena_fd = (int)number_read(reader, 1);
	kernel->wake_fd = (int)number_read(reader, 4);
	kernel->control_fd = (int)number_read(reader, 1) - 1;
	kernel->trace_fd = (int)number_read(reader, 1) - 1;
}

/* Devices may share descriptors here: then their rules do not share a load. */
static void guest_read(struct reader *reader, struct policy_guest *guest)
{
	guest->kind = 1u << number_read(reader, 1) % 5;
	guest->net_count = (unsigned)number_read(reader, 1) % (POLICY_DEVICES_MAX + 1);
	guest->block_count = (unsigned)number_read(reader, 1) % (POLICY_DEVICES_MAX + 1 - guest->net_count);
	guest->epoll_fd = (int)number_read(reader, 4);
	guest->timer_fd = (int)number_read(reader, 4);
	kernel_read(reader, &guest->kernel);
	for (unsigned i = 0; i < guest->net_count; i++)
		guest->net_fds[i] = (int)number_read(reader, 2);
	for (unsigned i = 0; i < guest->block_count; i++) {
		struct policy_block *block = &guest->blocks[i];
		uint64_t blocks_max;

		block->fd = (int)number_read(reader, 1);
		block->block_bytes = 512u << number_read(reader, 1) % 7;
		blocks_max = INT64_MAX / block->block_bytes;
		block->capacity = block->block_bytes * (1 + number_read(reader, 7) % blocks_max);
	}
	guest->vcpu_fd = (int)number_read(reader, 1);
	guest->kick_fd = (int)number_read(reader, 1) - 1;
}

struct subject {
	const struct policy_guest *guest;
	const struct sock_filter *filter;
};

static void call_compare(const struct seccomp_data *call, void *context)
{
	const struct subject *subject = context;
	uint32_t expected = evaluator_guest_action(subject->guest, call);
	uint32_t action = interpreter_run(subject->filter, call);

	if (action == expected)
		return;
	fprintf(stderr, "must be 0x%x, is 0x%x: %s\n", expected, action, case_text(call));
	abort();
}

static void places_compare(const struct seccomp_data *call, void *context)
{
	const struct subject *subject = context;

	case_places_each(subject->guest, call, call_compare, context);
}

static void filter_check(struct subject *subject, const struct policy_rule *rules, size_t count, size_t length,
			 struct reader *reader)
{
	uint64_t random = number_read(reader, 8) | 1;
	size_t at;

	FUZZ_CHECK(!interpreter_check(subject->filter, length, &at));
	cases_each(&rules[random % count], places_compare, subject);
	for (unsigned i = 0; i < CALLS; i++) {
		struct seccomp_data call = case_random(&random, rules, count);

		places_compare(&call, subject);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct policy_rule rules[POLICY_RULES_MAX];
	struct reader reader = {data, size};
	struct policy_guest guest = {.kind = HOSTCALL_GUEST_TEND};
	size_t max = POLICY_FILTER_MAX;
	struct sock_filter *filter;
	struct subject subject;
	size_t count;
	size_t length;

	if (number_read(&reader, 1) & 1)
		max = number_read(&reader, 2) % POLICY_FILTER_MAX;
	guest_read(&reader, &guest);
	filter = malloc(max ? max * sizeof(*filter) : 1);
	FUZZ_CHECK(filter);
	length = guest_assemble(&guest, rules, &count, filter, max);
	FUZZ_CHECK(count > 0 && count < POLICY_RULES_MAX);
	FUZZ_CHECK(length <= max && (length || max < POLICY_FILTER_MAX));
	subject = (struct subject){&guest, filter};
	if (length)
		filter_check(&subject, rules, count, length, &reader);
	free(filter);
	return 0;
}
