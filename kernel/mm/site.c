/* System calls that trap again and again, in text that came with no patches: see patch.h. */
#include "site.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/backing.h"
#include "kernel/mm/patch.h"
#include "kernel/mm/recycle.h"
#include "kernel/mm/space.h"
#include "kernel/task/process.h"

/* Patching costs some four traps: what is called only once or twice, as at a program's start, keeps trapping. */
#define TRAPS_BEFORE_PATCH 4
#define STUBS_BYTES (4 * PAGE_BYTES)
#define STUBS_MAX (STUBS_BYTES / SITE_STUB_BYTES)
/* How far a jump reaches, less than enough for text and stubs themselves. */
#define REACH_BYTES ((1ull << 31) - (1ull << 24))

/* Counts the trap; whether it is time. Sites share few places: the latest has it. */
static bool is_time(struct address_space *space, uint64_t site)
{
	struct trapped_site *trapped = &space->trapped[site / 4 % TRAPPED_SITES];

	if (trapped->address != site)
		*trapped = (struct trapped_site){.address = site};
	/* More and more seldom for what cannot be patched, or was and lost its patch with its page. */
	trapped->count++;
	return trapped->count >= TRAPS_BEFORE_PATCH && !(trapped->count & (trapped->count - 1));
}

/* Text that nobody writes to: a private mapping of a file, whose bytes jumps may replace in this process alone. */
static bool is_text(const struct vma *vma, uint64_t site)
{
	return vma && vma->file && !(vma->flags & MAP_SHARED) &&
	       (vma->protection & (PROT_WRITE | PROT_EXEC)) == PROT_EXEC && site - SITE_BEFORE_BYTES >= vma->start &&
	       site + SITE_SYSCALL_BYTES <= vma->end;
}

/* Room for stubs near the text, and a VMA for it. NULL: there is none. */
static struct vma *stubs_make(struct address_space *space, struct vma *text)
{
	uint64_t high = text->start + REACH_BYTES;
	uint64_t start;
	struct vma *stubs;

	if (high > area_end(text->start))
		high = area_end(text->start);
	start = gap_find(space, text->end, high, STUBS_BYTES);
	if (!start || space->vma_count >= VMA_COUNT_MAX || space_reserve(space, 1))
		return NULL;
	recycle_forget(space, start, start + STUBS_BYTES);
	if (backing_anonymous(start, start + STUBS_BYTES, PROT_READ | PROT_EXEC)) {
		(void)backing_clear(start, start + STUBS_BYTES);
		return NULL;
	}
	stubs = vma_new(space);
	stubs->start = start;
	stubs->end = start + STUBS_BYTES;
	stubs->protection = PROT_READ | PROT_EXEC;
	stubs->maximum = PROT_READ | PROT_WRITE | PROT_EXEC;
	stubs->flags = MAP_PRIVATE;
	stubs->label = STUBS_LABEL;
	stubs->stubs = text->start;
	stubs->is_filled_up = true;
	vma_insert(space, stubs);
	text->stubs = start;
	return stubs;
}

/* Where the text's next stub goes; NULL: the text was patched when the image was built, or there is no room. */
static struct vma *stubs_find(struct address_space *space, struct vma *text)
{
	struct vma *stubs;

	if (!text->stubs)
		return stubs_make(space, text);
	stubs = vma_at(space, text->stubs);
	return stubs && stubs->is_filled_up && stubs->protection == (PROT_READ | PROT_EXEC) &&
			       stubs->stub_count < STUBS_MAX
		       ? stubs
		       : NULL;
}

bool text_write(const struct vma *vma, uint64_t address, const uint8_t *code, size_t bytes)
{
	uint64_t start = PAGE_ROUND_DOWN(address), end = PAGE_ROUND_UP(address + bytes);
	struct vma lent = *vma;
	bool written;

	lent.protection = PROT_READ | PROT_WRITE;
	written = backing_protect(&lent, start, end) == 0 && copy_to_user(address, code, bytes) == 0;
	/* If the host refuses, the fault that follows tries once more. */
	(void)backing_protect(vma, start, end);
	return written;
}

static void site_patch(struct address_space *space, struct vma *text, uint64_t site, uint32_t number)
{
	struct vma *stubs = stubs_find(space, text);
	uint8_t stub[SITE_STUB_BYTES], jump[SITE_PATCH_BYTES];
	uint64_t place;

	if (!stubs)
		return;
	place = stubs->start + stubs->stub_count * SITE_STUB_BYTES;
	if (!site_stub(stub, place, site, number) || !site_jump(jump, site, place))
		return;
	/* The stub first: from the moment of the jump it is used. */
	if (!text_write(stubs, place, stub, sizeof(stub)))
		return;
	stubs->stub_count++;
	(void)text_write(text, site - sizeof(jump), jump, sizeof(jump));
}

/*
 * Another thread might be between the bytes that are replaced: there is no barrier but stopping it. Nor is there in the
 * memory that a child of vfork has on loan.
 */
static bool is_alone(const struct process *process, const struct address_space *space)
{
	return __atomic_load_n(&process->thread_count, __ATOMIC_ACQUIRE) == 1 &&
	       __atomic_load_n(&space->references, __ATOMIC_ACQUIRE) == 1;
}

void mm_site_trapped(uint64_t site, uint64_t number)
{
	struct process *process = process_current();
	struct address_space *space = space_lock();
	struct site_code code;
	struct vma *text;

	if (is_alone(process, space) && is_time(space, site)) {
		text = vma_at(space, site);
		if (is_text(text, site) && copy_from_user(&code, site - SITE_BEFORE_BYTES, sizeof(code)) == 0 &&
		    site_can_be_patched(&code, number))
			site_patch(space, text, site, (uint32_t)number);
	}
	space_unlock(space);
}
