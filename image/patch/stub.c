/* Stubs: see stub.h. Nothing is pushed, and no flag is changed. */
#include "image/patch/stub.h"

#include <stdlib.h>
#include <string.h>

#include "abi/entry.h"
#include "image/patch/decoder.h"
#include "image/patch/rules.h"

#define STUB_ALIGN 16u
/* Moved instructions are fewer than 5 + 15 bytes, and the stub's own 20. */
#define STUB_MAX 64u
#define INT3 0xcc

struct stub {
	uint8_t bytes[STUB_MAX];
	unsigned used;
	uint64_t vaddr;
	bool fits; /* all distances fit 32 bits */
};

static void append(struct stub *stub, const void *bytes, unsigned count)
{
	memcpy(stub->bytes + stub->used, bytes, count);
	stub->used += count;
}

/* The distance from the end of an instruction of which `rest` bytes are still to come, itself 4 of them. */
static int32_t distance_to(struct stub *stub, uint64_t target, unsigned rest)
{
	int64_t distance = (int64_t)(target - (stub->vaddr + stub->used + rest));

	if (distance != (int32_t)distance)
		stub->fits = false;
	return (int32_t)distance;
}

/* Copies instructions, those with displacements corrected for their new place. */
static void append_moved(struct stub *stub, const struct code_range *range, uint64_t start, uint64_t end)
{
	struct instruction instruction;

	while (start < end) {
		uint64_t offset = start - range->vaddr;
		uint8_t *copy = stub->bytes + stub->used;

		decoder_examine(range->bytes + offset, range->size - offset, &instruction);
		start += instruction.length;
		if (instruction.disp_at) {
			uint64_t target = start + (uint64_t)instruction.disp;
			int32_t distance = distance_to(stub, target, instruction.length);

			append(stub, range->bytes + offset, instruction.length);
			memcpy(copy + instruction.disp_at, &distance, sizeof(distance));
		} else {
			append(stub, range->bytes + offset, instruction.length);
		}
	}
}

/* lea after(%rip),%rcx; jmp *%gs:ENTRY_GS_OFFSET */
static void append_call(struct stub *stub, uint64_t after)
{
	static const uint8_t lea[] = {0x48, 0x8d, 0x0d};
	static const uint8_t jump[] = {0x65, 0xff, 0x24, 0x25};
	uint32_t entry = ENTRY_GS_OFFSET;
	int32_t distance;

	append(stub, lea, sizeof(lea));
	distance = distance_to(stub, after, sizeof(distance));
	append(stub, &distance, sizeof(distance));
	append(stub, jump, sizeof(jump));
	append(stub, &entry, sizeof(entry));
}

static void append_jump(struct stub *stub, uint64_t target)
{
	static const uint8_t jump = 0xe9;
	int32_t distance;

	append(stub, &jump, sizeof(jump));
	distance = distance_to(stub, target, sizeof(distance));
	append(stub, &distance, sizeof(distance));
}

#define CALL_BYTES 15u /* what append_call appends */

static struct stub stub_make(const struct code_range *range, const struct patch_site *site, uint64_t vaddr)
{
	struct stub stub = {.vaddr = vaddr, .fits = true};
	uint64_t behind = site->vaddr + PATCH_SYSCALL_BYTES;

	if (site->kind == PATCH_AFTER) {
		append_call(&stub, vaddr + CALL_BYTES);
		append_moved(&stub, range, behind, site->end);
		append_jump(&stub, site->end);
	} else {
		append_moved(&stub, range, site->start, site->vaddr);
		append_call(&stub, behind);
	}
	/* The way here, too. */
	if ((int64_t)(vaddr - site->start) > INT32_MAX)
		stub.fits = false;
	return stub;
}

int stubs_make(struct code *code, struct patch_object *object, struct error *error)
{
	uint64_t room = object->site_count * (uint64_t)STUB_MAX + CODE_PAGE;
	uint32_t used = 0;

	if (room > INT32_MAX || !(object->stubs = malloc(room)))
		return error_set(error, "out of memory for stubs");
	memset(object->stubs, INT3, room);
	for (uint32_t i = 0; i < object->site_count; i++) {
		struct patch_site *site = &object->sites[i];
		struct stub stub;

		if (site->kind < PATCH_BEFORE)
			continue;
		site->stub = object->vaddr_end + used;
		stub = stub_make(code_range_find(code, site->vaddr), site, site->stub);
		if (!stub.fits) {
			site->kind = PATCH_NONE;
			continue;
		}
		memcpy(object->stubs + used, stub.bytes, stub.used);
		used += (stub.used + STUB_ALIGN - 1) & ~(STUB_ALIGN - 1);
	}
	object->stub_bytes = (used + CODE_PAGE - 1) & ~(CODE_PAGE - 1);
	return 0;
}
