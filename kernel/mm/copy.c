/* Address spaces and fork: what a child gets, and what the host is to leave out. */
#include "kernel/mm/copy.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/mm/backing.h"
#include "kernel/mm/space.h"

/* Mappings closer together than this are left out of a host's fork in one call; a call reaches less than 4 GiB. */
#define CLUSTER_GAP_BYTES (1ull << 30)
#define CLUSTER_BYTES_MAX (2ull << 30)

static void numbers_copy(struct address_space *to, const struct address_space *from)
{
	to->brk_start = from->brk_start;
	to->brk_end = from->brk_end;
	to->mmap_top = from->mmap_top;
	to->roomy_top = from->roomy_top;
	to->program_base = from->program_base;
	to->stack_start = from->stack_start;
	to->stack_end = from->stack_end;
	to->code_start = from->code_start;
	to->code_end = from->code_end;
	to->data_start = from->data_start;
	to->data_end = from->data_end;
	to->keeps_text = from->keeps_text;
}

struct address_space *space_copy(struct address_space *from)
{
	struct address_space *to = space_new();

	if (!to)
		return NULL;
	if (space_reserve(to, from->vma_count)) {
		space_put(to);
		return NULL;
	}
	for (const struct vma *vma = vma_find(from, 0); vma; vma = vma_next(vma)) {
		struct vma *copy = vma_copy(to, vma);

		/* mlock(2): locks are not inherited. */
		copy->flags &= ~(uint32_t)MAP_LOCKED;
		/* The parent tells. */
		copy->made_from = copy->made_to = 0;
		vma_insert(to, copy);
	}
	recycle_copy(to, from);
	numbers_copy(to, from);
	return to;
}

void space_inherit(struct address_space *space)
{
	struct vma *vma;
	struct vma *next;

	lock_acquire(&space->lock);
	for (vma = vma_find(space, 0); vma; vma = next) {
		next = vma_next(vma);
		if (vma->advice & ADVICE_DONTFORK) {
			/* The host left a hole there. */
			(void)backing_clear(vma->start, vma->end);
			vma_remove(space, vma);
		} else if (vma->advice & ADVICE_WIPEONFORK) {
			(void)backing_anonymous(vma->start, vma->end, vma->protection);
		}
	}
	space_unlock(space);
}

/* The end of the mappings that lie close to one another from `vma` on; *next is the first behind them. */
static uint64_t cluster_end(const struct vma *vma, const struct vma **next)
{
	uint64_t start = vma->start;
	uint64_t end = vma->end;

	for (*next = vma_next(vma); *next; *next = vma_next(*next)) {
		if ((*next)->start - end >= CLUSTER_GAP_BYTES || (*next)->end - start >= CLUSTER_BYTES_MAX)
			break;
		end = (*next)->end;
	}
	return end;
}

/* The ranges that are not as in a fresh reservation: mappings, and what is kept of former ones. Counts, or fills in. */
static unsigned ranges_list(const struct address_space *space, struct hidden_memory *hidden)
{
	const struct vma *next;
	unsigned count = 0;
	uint64_t start;
	uint64_t end;

	for (const struct vma *vma = vma_find(space, 0); vma; vma = next, count++) {
		end = cluster_end(vma, &next);
		if (hidden)
			hidden->ranges[count] = (struct hidden_range){vma->start, end};
	}
	for (unsigned index = 0; recycle_range(space, index, &start, &end); index++, count++) {
		if (hidden)
			hidden->ranges[count] = (struct hidden_range){start, end};
	}
	return count;
}

struct hidden_memory *space_hide(struct address_space *space)
{
	unsigned count = ranges_list(space, NULL);
	struct hidden_memory *hidden = heap_alloc(sizeof(*hidden) + count * sizeof(hidden->ranges[0]));

	if (!hidden)
		return NULL;
	hidden->count = ranges_list(space, hidden);
	/* Holes in between do no harm, and a range that the host copies after all costs time only. */
	for (unsigned i = 0; i < count; i++)
		(void)backing_advise(hidden->ranges[i].start, hidden->ranges[i].end, MADV_DONTFORK);
	return hidden;
}

void space_show(struct address_space *space, const struct hidden_memory *hidden)
{
	for (unsigned i = 0; i < hidden->count; i++)
		(void)backing_advise(hidden->ranges[i].start, hidden->ranges[i].end, MADV_DOFORK);
	for (const struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (vma->advice & ADVICE_DONTFORK)
			(void)backing_advise(vma->start, vma->end, MADV_DONTFORK);
	}
}

void hidden_memory_clear(const struct hidden_memory *hidden)
{
	for (unsigned i = 0; i < hidden->count; i++)
		(void)backing_clear(hidden->ranges[i].start, hidden->ranges[i].end);
}
