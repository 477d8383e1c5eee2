/* Address spaces: their making and end, limits, and where mappings go. */
#include "kernel/mm/space.h"

#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/refresh.h"
#include "kernel/mm/shared.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

#define ROOMY_BYTES_MIN (1ull << 20)
/* Room is as much as the mapping has, up to this. */
#define ROOM_BYTES_MAX (64ull << 30)
/* Mappings that cannot merge for the room between them are not to use up the number of VMAs. */
#define ROOMY_VMAS_MAX 10000u

static void gap_update(struct tree_node *node)
{
	struct vma *vma = VMA(node);
	uint64_t gap = vma->hole;

	if (node->left && VMA(node->left)->gap > gap)
		gap = VMA(node->left)->gap;
	if (node->right && VMA(node->right)->gap > gap)
		gap = VMA(node->right)->gap;
	vma->gap = gap;
}

/* Roomy mappings have the lower half of the user area to themselves, as long as there is enough of it. */
static uint64_t roomy_end(void)
{
	return kernel_boot()->user_base + PAGE_ROUND_DOWN(kernel_boot()->user_bytes / 2);
}

static void tops_set(struct address_space *space)
{
	const struct kernel_boot *boot = kernel_boot();

	space->mmap_top = boot->user_base + boot->user_bytes;
	space->roomy_top = roomy_end();
}

struct address_space *space_new(void)
{
	struct address_space *space = heap_new(struct address_space);

	if (!space)
		return NULL;
	space->recycled = recycle_new();
	if (!space->recycled) {
		heap_free(space);
		return NULL;
	}
	space->references = 1;
	list_init(&space->asked);
	space->vmas.update = gap_update;
	tops_set(space);
	spaces_add(space);
	return space;
}

void space_get(struct address_space *space)
{
	__atomic_fetch_add(&space->references, 1, __ATOMIC_RELAXED);
}

/* The host's mapping is gone. */
static void file_leave(struct vma *vma)
{
	struct inode *inode = vma->file->inode;

	vma_unmark(vma);
	__atomic_fetch_sub(&inode->mappings, 1, __ATOMIC_SEQ_CST);
	/* Of a mapping that came to nothing: others are not told otherwise. */
	if (vma->made_from != vma->made_to)
		mm_file_changed(inode, vma->made_from, vma->made_to - vma->made_from);
	file_put(vma->file);
}

static void vmas_free(struct vma *vma)
{
	while (vma) {
		struct vma *next = vma->next_free;

		if (vma->shared)
			shared_memory_put(vma->shared);
		if (vma->file)
			file_leave(vma);
		heap_free(vma);
		vma = next;
	}
}

static void vmas_forget(struct address_space *space)
{
	struct tree_node *node;

	while ((node = tree_first(&space->vmas)))
		vma_remove(space, VMA(node));
}

void space_put(struct address_space *space)
{
	if (__atomic_sub_fetch(&space->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	spaces_remove(space);
	vmas_forget(space);
	vmas_free(space->dead);
	while (space->spare) {
		struct vma *vma = space->spare;

		space->spare = vma->next_free;
		heap_free(vma);
	}
	heap_free(space->recycled);
	heap_free(space);
}

void space_clear(struct address_space *space)
{
	struct vma *vma;

	lock_acquire(&space->lock);
	/* If the host refuses, what stays mapped is memory without a VMA: wasted, but in nobody's way. */
	for (vma = vma_find(space, 0); vma; vma = vma_next(vma))
		(void)backing_clear(vma->start, vma->end);
	(void)recycle_give_back(space, 0, UINT64_MAX);
	vmas_forget(space);
	/* Nothing is shown any more. */
	space_refresh(space);
	space->brk_start = 0;
	space->brk_end = 0;
	space->lock_future = false;
	tops_set(space);
	space_unlock(space);
}

struct address_space *space_lock(void)
{
	struct address_space *space = process_current()->space;

	space_relock(space);
	return space;
}

void space_relock(struct address_space *space)
{
	lock_acquire(&space->lock);
	if (space->stale != STALE_NOT)
		space_refresh(space);
}

void space_unlock(struct address_space *space)
{
	struct vma *dead = space->dead;
	bool has_made = space->has_made;

	space->dead = NULL;
	lock_release(&space->lock);
	vmas_free(dead);
	if (has_made)
		made_tell(space);
}

bool mapping_is_roomy(uint64_t bytes, unsigned protection, unsigned flags)
{
	return bytes >= ROOMY_BYTES_MIN && (protection & PROT_WRITE) && !(flags & (MAP_SHARED | MAP_STACK));
}

/* Room lies behind a mapping; the next one goes in front of it, so that nobody's room is used up. */
static uint64_t roomy_place(struct address_space *space, uint64_t bytes)
{
	uint64_t room = bytes < ROOM_BYTES_MAX ? bytes : ROOM_BYTES_MAX;
	uint64_t low = kernel_boot()->user_base;
	uint64_t place = 0;

	if (space->vma_count < ROOMY_VMAS_MAX && bytes < kernel_boot()->user_bytes / 4)
		place = gap_find(space, low, space->roomy_top, bytes + room);
	if (place)
		space->roomy_top = place;
	return place;
}

void roomy_release(struct address_space *space, uint64_t start, uint64_t end)
{
	const struct vma *next;
	uint64_t top = roomy_end();

	if (space->roomy_top < start || space->roomy_top >= end)
		return;
	next = vma_find(space, start);
	space->roomy_top = next && next->start < top ? next->start : top;
}

uint64_t space_place(struct address_space *space, uint64_t bytes, bool roomy)
{
	const struct kernel_boot *boot = kernel_boot();
	uint64_t low = boot->user_base;
	uint64_t place = roomy ? roomy_place(space, bytes) : 0;

	if (!place)
		place = gap_find(space, low, space->mmap_top, bytes);
	if (!place)
		place = gap_find(space, low, boot->user_base + boot->user_bytes, bytes);
	return place;
}

int limits_check(const struct address_space *space, uint64_t bytes, unsigned protection, unsigned flags)
{
	if (space->total_bytes + bytes > process_limit(RLIMIT_AS))
		return -ENOMEM;
	if (mapping_is_data(protection, flags) && space->data_bytes + bytes > process_limit(RLIMIT_DATA))
		return -ENOMEM;
	return 0;
}

int lock_limit_check(const struct address_space *space, uint64_t bytes, int error)
{
	uint64_t limit = process_limit(RLIMIT_MEMLOCK);

	if (process_capable(CAP_IPC_LOCK))
		return 0;
	if (limit == 0)
		return -EPERM;
	return space->locked_bytes + bytes > PAGE_ROUND_DOWN(limit) ? error : 0;
}
