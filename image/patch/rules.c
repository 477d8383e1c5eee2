/* Room for jumps: see rules.h and patch.h. */
#include "image/patch/rules.h"

#include <string.h>

#include "image/patch/decoder.h"

static const uint8_t *bytes_at(const struct code_range *range, uint64_t vaddr)
{
	return range->bytes + (vaddr - range->vaddr);
}

/* __restore_rt in the two ways to write it; bytes, as unwinders see it, whatever was decoded in front. */
static bool is_restore(const struct code_range *range, const struct patch_site *site)
{
	static const uint8_t with_rax[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0};
	static const uint8_t with_eax[] = {0xb8, 0x0f, 0, 0, 0};
	const uint8_t *syscall = bytes_at(range, site->vaddr);
	uint64_t room = site->vaddr - range->vaddr;

	return (room >= sizeof(with_rax) && memcmp(syscall - sizeof(with_rax), with_rax, sizeof(with_rax)) == 0) ||
	       (room >= sizeof(with_eax) && memcmp(syscall - sizeof(with_eax), with_eax, sizeof(with_eax)) == 0);
}

/* mov imm32 to a register, which has no place inside to jump to: no need to trust that all targets are known. */
static bool is_move(const struct code_range *range, uint64_t start, uint64_t end)
{
	return end - start == PATCH_JUMP_BYTES && (*bytes_at(range, start) & 0xf8) == 0xb8;
}

/* Whether a branch may go to an address in (start, end): to the start it may. */
static bool is_target_inside(const struct code_range *range, uint64_t start, uint64_t end)
{
	if (is_move(range, start, end))
		return false;
	for (uint64_t vaddr = start + 1; vaddr < end; vaddr++) {
		if (code_bit(range->targets, vaddr - range->vaddr))
			return true;
	}
	return false;
}

static bool can_move(const struct code_range *range, uint64_t vaddr, uint64_t *end)
{
	struct instruction instruction;
	uint64_t offset = vaddr - range->vaddr;

	if (offset >= range->size || !decoder_examine(range->bytes + offset, range->size - offset, &instruction) ||
	    !instruction.can_move)
		return false;
	*end = vaddr + instruction.length;
	return true;
}

/*
 * The nearest start in front of the site with at least `wanted` bytes of movable instructions and nothing that may be
 * jumped to before `end`; 0 if there is none. Nothing before `floor` is touched.
 */
static uint64_t start_before(const struct code_range *range, const struct patch_site *site, unsigned wanted,
			     uint64_t end, uint64_t floor)
{
	uint64_t start = site->vaddr, instruction_end;

	for (unsigned i = 0; i < site->before_count; i++) {
		start -= site->before[i];
		if (start < floor || !can_move(range, start, &instruction_end) ||
		    instruction_end != start + site->before[i])
			return 0;
		if (site->vaddr - start >= wanted)
			return is_target_inside(range, start, end) ? 0 : start;
	}
	return 0;
}

static uint64_t end_after(const struct code_range *range, const struct patch_site *site)
{
	uint64_t end = site->vaddr + PATCH_SYSCALL_BYTES;

	while (end - site->vaddr < PATCH_JUMP_BYTES) {
		if (!can_move(range, end, &end))
			return 0;
	}
	return is_target_inside(range, site->vaddr, end) ? 0 : end;
}

static void site_decide(const struct code_range *range, struct patch_site *site, uint64_t floor)
{
	uint64_t behind = site->vaddr + PATCH_SYSCALL_BYTES;

	if (is_restore(range, site)) {
		site->kind = PATCH_RESTORE;
	} else if ((site->start = start_before(range, site, PATCH_JUMP_BYTES, site->vaddr, floor)) != 0) {
		site->kind = PATCH_BEFORE;
		site->end = site->vaddr;
	} else if ((site->start = start_before(range, site, PATCH_JUMP_BYTES - PATCH_SYSCALL_BYTES, behind, floor))) {
		site->kind = PATCH_ACROSS;
		site->end = behind;
	} else if ((site->end = end_after(range, site)) != 0) {
		site->kind = PATCH_AFTER;
		site->start = site->vaddr;
	}
}

void rules_apply(struct code *code, struct patch_object *object)
{
	uint64_t floor = 0;

	for (uint32_t i = 0; i < object->site_count; i++) {
		struct patch_site *site = &object->sites[i];

		site_decide(code_range_find(code, site->vaddr), site, floor);
		/* The next site must not take what this one has replaced. */
		if (site->kind >= PATCH_BEFORE)
			floor = site->end;
	}
}
