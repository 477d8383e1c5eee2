/* The tree of VMAs: searches, cuts, merges. */
#include "kernel/mm/vma.h"

#include <linux/errno.h>

#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/mm/area.h"
#include "kernel/mm/shared.h"
#include "kernel/vfs/file.h"

struct vma *vma_find(const struct address_space *space, uint64_t address)
{
	struct tree_node *node = space->vmas.root;
	struct vma *found = NULL;

	while (node) {
		struct vma *vma = VMA(node);

		if (vma->end > address) {
			found = vma;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

struct vma *vma_at(const struct address_space *space, uint64_t address)
{
	struct vma *vma = vma_find(space, address);

	return vma && vma->start <= address ? vma : NULL;
}

struct vma *vma_next(const struct vma *vma)
{
	struct tree_node *node = tree_next(&vma->node);

	return node ? VMA(node) : NULL;
}

struct vma *vma_prev(const struct vma *vma)
{
	struct tree_node *node = tree_prev(&vma->node);

	return node ? VMA(node) : NULL;
}

bool range_is_free(const struct address_space *space, uint64_t start, uint64_t end)
{
	struct vma *vma = vma_find(space, start);

	return !vma || vma->start >= end;
}

uint64_t range_mapped_bytes(const struct address_space *space, uint64_t start, uint64_t end)
{
	uint64_t sum = 0;

	for (struct vma *vma = vma_find(space, start); vma && vma->start < end; vma = vma_next(vma))
		sum += (vma->end < end ? vma->end : end) - (vma->start > start ? vma->start : start);
	return sum;
}

uint64_t vma_room(const struct vma *vma)
{
	const struct vma *next = vma_next(vma);
	uint64_t limit = area_end(vma->start);

	if (next && next->start < limit)
		limit = next->start;
	return limit - vma->end;
}

/* The highest place below a VMA of this subtree, inside [low, high). */
static uint64_t gap_below(struct tree_node *node, uint64_t low, uint64_t high, uint64_t bytes)
{
	const struct vma *vma;
	uint64_t place;
	uint64_t first;
	uint64_t end;

	if (!node || VMA(node)->gap < bytes)
		return 0;
	vma = VMA(node);
	first = vma->start - vma->hole;
	if (vma->start < high) {
		place = gap_below(node->right, low, high, bytes);
		if (place)
			return place;
	}
	end = vma->start < high ? vma->start : high;
	if (first < low)
		first = low;
	if (end > first && end - first >= bytes)
		return end - bytes;
	return vma->start > low ? gap_below(node->left, low, high, bytes) : 0;
}

uint64_t gap_find(const struct address_space *space, uint64_t low, uint64_t high, uint64_t bytes)
{
	struct tree_node *last = tree_last(&space->vmas);
	uint64_t first = last && VMA(last)->end > low ? VMA(last)->end : low;

	if (high > first && high - first >= bytes)
		return high - bytes;
	return gap_below(space->vmas.root, low, high, bytes);
}

int space_reserve(struct address_space *space, unsigned count)
{
	while (space->spare_count < count) {
		struct vma *vma = heap_alloc(sizeof(*vma));

		if (!vma)
			return -ENOMEM;
		vma->next_free = space->spare;
		space->spare = vma;
		space->spare_count++;
	}
	return 0;
}

struct vma *vma_new(struct address_space *space)
{
	struct vma *vma = space->spare;

	bug_on(!vma);
	space->spare = vma->next_free;
	space->spare_count--;
	*vma = (struct vma){0};
	return vma;
}

static bool is_counted(const struct vma *vma)
{
	return vma->file && vma->flags & MAP_SHARED && vma->maximum & PROT_WRITE && vma->source.writable_add;
}

struct vma *vma_copy(struct address_space *space, const struct vma *from)
{
	struct vma *vma = vma_new(space);

	*vma = *from;
	if (vma->file) {
		file_get(vma->file);
		mapping_count(vma);
	}
	if (vma->shared)
		shared_memory_get(vma->shared);
	if (vma->file && vma->is_stale && vma->source.history)
		vma->source.history->pin(vma->file->inode);
	/* One more of what is there already: never refused. */
	if (is_counted(vma))
		(void)vma->source.writable_add(vma->file->inode);
	return vma;
}

static void account(struct address_space *space, const struct vma *vma, bool add)
{
	uint64_t bytes = add ? vma->end - vma->start : vma->start - vma->end;

	space->total_bytes += bytes;
	if (mapping_is_data(vma->protection, vma->flags))
		space->data_bytes += bytes;
	if (vma->flags & MAP_LOCKED)
		space->locked_bytes += bytes;
}

/* The hole in front of a VMA, after it or the one before it moved. */
static void hole_set(struct address_space *space, struct vma *vma)
{
	struct vma *before = vma_prev(vma);

	vma->hole = vma->start - (before ? before->end : 0);
	tree_update(&space->vmas, &vma->node);
}

static void holes_set(struct address_space *space, struct vma *vma)
{
	struct vma *next = vma_next(vma);

	hole_set(space, vma);
	if (next)
		hole_set(space, next);
}

void vma_insert(struct address_space *space, struct vma *vma)
{
	struct tree_node **link = &space->vmas.root;
	struct tree_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = vma->start < VMA(parent)->start ? &parent->left : &parent->right;
	}
	tree_insert(&space->vmas, parent, link, &vma->node);
	space->vma_count++;
	account(space, vma, true);
	holes_set(space, vma);
}

void vma_discard(struct address_space *space, struct vma *vma)
{
	if (is_counted(vma))
		vma->source.writable_remove(vma->file->inode);
	vma->next_free = space->dead;
	space->dead = vma;
}

void vma_remove(struct address_space *space, struct vma *vma)
{
	struct vma *next = vma_next(vma);

	tree_remove(&space->vmas, &vma->node);
	space->vma_count--;
	account(space, vma, false);
	if (next)
		hole_set(space, next);
	vma_discard(space, vma);
}

void vma_resize(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end)
{
	account(space, vma, false);
	vma->start = start;
	vma->end = end;
	account(space, vma, true);
	holes_set(space, vma);
}

void vma_change(struct address_space *space, struct vma *vma, unsigned protection, unsigned flags)
{
	account(space, vma, false);
	vma->protection = protection;
	vma->flags = flags;
	account(space, vma, true);
}

/* Cuts in two at an address inside; returns the upper part. */
static struct vma *vma_cut(struct address_space *space, struct vma *vma, uint64_t at)
{
	struct vma *upper = vma_copy(space, vma);

	upper->start = at;
	upper->offset += at - vma->start;
	if (upper->backed < at)
		upper->backed = at;
	vma_resize(space, vma, vma->start, at);
	if (vma->backed > at)
		vma->backed = at;
	vma_insert(space, upper);
	return upper;
}

struct vma *vma_isolate(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end)
{
	if (vma->start < start)
		vma = vma_cut(space, vma, start);
	if (vma->end > end)
		vma_cut(space, vma, end);
	return vma;
}
