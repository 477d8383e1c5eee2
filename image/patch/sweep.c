/* The one pass over all instructions: see sweep.h. */
#define _GNU_SOURCE 1

#include "image/patch/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "image/patch/decoder.h"

/* So many instructions in a row without an error do not come out of data: one byte in 25 of random ones is one. */
#define TRUSTED_COUNT 256
/* Entries of a jump table that are believed in; larger ones only lose later entries that are elsewhere anyway. */
#define TABLE_ENTRIES_MAX 4096
#define TABLE_ENTRIES_TOTAL (64u << 20)

struct sweep {
	struct patch_object *object;
	uint32_t capacity;
	unsigned trust;
	uint8_t before_count;
	uint8_t before[PATCH_BEFORE_MAX];
};

/* The offset of the next bytes of a system call; the size of the range if there are none. */
static uint64_t hit_find(const struct code_range *range, uint64_t offset)
{
	static const uint8_t syscall[] = {0x0f, 0x05};
	const uint8_t *hit = memmem(range->bytes + offset, range->size - offset, syscall, sizeof(syscall));

	return hit ? (uint64_t)(hit - range->bytes) : range->size;
}

bool sweep_is_needed(const struct code *code)
{
	for (unsigned i = 0; i < code->range_count; i++) {
		if (hit_find(&code->ranges[i], 0) < code->ranges[i].size)
			return true;
	}
	return false;
}

/* Tables of switch statements: 32-bit distances from the table itself to code, as long as they are that. */
static void table_mark(struct code *code, uint64_t table)
{
	uint64_t bytes = TABLE_ENTRIES_MAX * sizeof(int32_t);
	const uint8_t *entries = code_bytes(code, table, &bytes);
	int32_t distance;

	for (uint64_t i = 0; entries && i + sizeof(distance) <= bytes; i += sizeof(distance)) {
		code->table_entries++;
		memcpy(&distance, entries + i, sizeof(distance));
		if (!code_range_find(code, table + (uint64_t)(int64_t)distance))
			return;
		code_target_mark(code, table + (uint64_t)(int64_t)distance);
	}
}

static void targets_mark(struct code *code, const struct instruction *instruction, uint64_t end)
{
	if (instruction->has_branch)
		code_target_mark(code, end + (uint64_t)instruction->value);
	if (instruction->disp_at) {
		code_target_mark(code, end + (uint64_t)instruction->disp);
		if (instruction->is_lea)
			table_mark(code, end + (uint64_t)instruction->disp);
	}
	/* Addresses as they are: only files with fixed ones have those. */
	if (code->header.e_type == ET_EXEC && instruction->has_immediate)
		code_target_mark(code, (uint64_t)instruction->value);
	if (code->header.e_type == ET_EXEC && instruction->has_absolute)
		code_target_mark(code, (uint64_t)instruction->disp);
}

static int site_add(struct sweep *sweep, uint64_t vaddr)
{
	struct patch_object *object = sweep->object;
	struct patch_site *site;

	if (object->site_count == sweep->capacity) {
		uint32_t capacity = sweep->capacity ? sweep->capacity * 2 : 64;
		struct patch_site *sites = realloc(object->sites, capacity * sizeof(*sites));

		if (!sites)
			return -1;
		object->sites = sites;
		sweep->capacity = capacity;
	}
	site = &object->sites[object->site_count++];
	*site = (struct patch_site){.vaddr = vaddr, .before_count = sweep->before_count};
	memcpy(site->before, sweep->before, sizeof(site->before));
	return 0;
}

static void before_push(struct sweep *sweep, uint8_t length)
{
	memmove(sweep->before + 1, sweep->before, sizeof(sweep->before) - 1);
	sweep->before[0] = length;
	if (sweep->before_count < PATCH_BEFORE_MAX)
		sweep->before_count++;
}

/* The distance from the start of an instruction to an anchor inside it, 0 if there is none. */
static unsigned anchor_inside(const struct code_range *range, uint64_t offset, unsigned length)
{
	uint64_t index = offset / 64, shift = offset % 64, window = range->anchors[index] >> shift;

	if (shift)
		window |= range->anchors[index + 1] << (64 - shift);
	window &= (1ull << length) - 2;
	return window ? (unsigned)__builtin_ctzll(window) : 0;
}

/* One instruction, or bytes that are none; fills it in and returns how far to go on. */
static unsigned step(struct sweep *sweep, const struct code_range *range, uint64_t offset,
		     struct instruction *instruction)
{
	bool good = decoder_decode(range->bytes + offset, range->size - offset, instruction);
	unsigned anchor = anchor_inside(range, offset, good ? instruction->length : 1);

	if (code_bit(range->anchors, offset))
		sweep->trust = TRUSTED_COUNT;
	if (!good || anchor) {
		*instruction = (struct instruction){0};
		sweep->before_count = 0;
		sweep->trust = 0;
		return anchor ? anchor : 1;
	}
	sweep->trust++;
	return instruction->length;
}

/* The last anchor at or in front of an offset, but not in front of `from`. */
static uint64_t anchor_before(const struct code_range *range, uint64_t offset, uint64_t from)
{
	while (offset > from && !code_bit(range->anchors, offset))
		offset--;
	return offset;
}

static int range_sites(struct sweep *sweep, const struct code_range *range)
{
	uint64_t offset = 0, hit = hit_find(range, 0);
	struct instruction instruction;

	/* A section begins with an instruction. */
	sweep->trust = TRUSTED_COUNT;
	sweep->before_count = 0;
	while (hit < range->size) {
		uint64_t anchor = anchor_before(range, hit, offset);

		if (anchor > offset) {
			offset = anchor;
			sweep->before_count = 0;
		}
		while (offset <= hit) {
			unsigned length = step(sweep, range, offset, &instruction);

			if (instruction.is_syscall && sweep->trust > TRUSTED_COUNT &&
			    site_add(sweep, range->vaddr + offset) < 0)
				return -1;
			if (instruction.length)
				before_push(sweep, instruction.length);
			offset += length;
		}
		hit = hit_find(range, offset < range->size ? offset : range->size);
	}
	return 0;
}

int sweep_sites(struct code *code, struct patch_object *object, struct error *error)
{
	struct sweep sweep = {.object = object};

	for (unsigned i = 0; i < code->range_count; i++) {
		if (range_sites(&sweep, &code->ranges[i]) < 0)
			return error_set(error, "out of memory for system call sites");
	}
	return 0;
}

bool sweep_targets(struct code *code)
{
	for (unsigned i = 0; i < code->range_count; i++) {
		const struct code_range *range = &code->ranges[i];
		struct instruction instruction;
		struct sweep sweep = {0};
		uint64_t offset = 0;

		while (offset < range->size && code->table_entries < TABLE_ENTRIES_TOTAL) {
			offset += step(&sweep, range, offset, &instruction);
			if (instruction.length)
				targets_mark(code, &instruction, range->vaddr + offset);
		}
	}
	return code->table_entries < TABLE_ENTRIES_TOTAL;
}
