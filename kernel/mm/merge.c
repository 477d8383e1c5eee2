/* Neighbouring VMAs that agree become one, as Linux shows them. */
#include "kernel/lib/list.h"
#include "kernel/mm/vma.h"

static bool sources_agree(const struct vma *lower, const struct vma *upper)
{
	if (lower->file != upper->file || lower->shared != upper->shared)
		return false;
	if (!lower->file && !lower->shared)
		return true;
	if (upper->offset != lower->offset + (lower->end - lower->start))
		return false;
	/* With a tail that is not backed the upper one has no pages at all, or it is no tail. */
	return !vma_has_end(lower) || lower->backed == lower->end || upper->backed == upper->start;
}

static bool vmas_agree(const struct vma *lower, const struct vma *upper)
{
	return lower->end == upper->start && lower->protection == upper->protection && lower->flags == upper->flags &&
	       lower->maximum == upper->maximum && lower->advice == upper->advice && lower->label == upper->label &&
	       lower->stubs == upper->stubs && lower->source.kind == upper->source.kind &&
	       lower->source.nid == upper->source.nid && lower->version == upper->version &&
	       sources_agree(lower, upper);
}

static void upper_absorb(struct address_space *space, struct vma *lower, struct vma *upper)
{
	uint64_t end = upper->end;

	if (upper->backed > upper->start)
		lower->backed = upper->backed;
	lower->pristine = lower->pristine && upper->pristine;
	lower->is_torn = lower->is_torn || upper->is_torn;
	if (upper->made_from != upper->made_to) {
		bool first = lower->made_from == lower->made_to;

		lower->made_from = first || upper->made_from < lower->made_from ? upper->made_from : lower->made_from;
		lower->made_to = first || upper->made_to > lower->made_to ? upper->made_to : lower->made_to;
	}
	vma_remove(space, upper);
	vma_resize(space, lower, lower->start, end);
}

struct vma *vma_merge(struct address_space *space, struct vma *vma)
{
	struct vma *before = vma_prev(vma);
	struct vma *next = vma_next(vma);

	if (next && vmas_agree(vma, next))
		upper_absorb(space, vma, next);
	if (before && vmas_agree(before, vma)) {
		upper_absorb(space, before, vma);
		vma = before;
	}
	return vma;
}

void range_merge(struct address_space *space, uint64_t start, uint64_t end)
{
	struct vma *vma = vma_find(space, start ? start - 1 : 0);

	while (vma && vma->start <= end) {
		vma = vma_merge(space, vma);
		vma = vma_next(vma);
	}
}
