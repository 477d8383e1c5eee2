/* Shared anonymous memory: see shared.h. */
#include "kernel/mm/shared.h"

#include "kernel/ipc/shm.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/space.h"
#include "kernel/vfs/file.h"

struct shared_memory *shared_memory_new(uint64_t bytes)
{
	struct shared_memory *shared = heap_new(struct shared_memory);

	if (!shared)
		return NULL;
	shared->references = 1;
	shared->page_count = bytes / PAGE_BYTES;
	shared->pages = pages_alloc_zero(shared->page_count);
	if (!shared->pages) {
		heap_free(shared);
		return NULL;
	}
	return shared;
}

void shared_memory_get(struct shared_memory *shared)
{
	__atomic_fetch_add(&shared->references, 1, __ATOMIC_RELAXED);
}

void shared_memory_put(struct shared_memory *shared)
{
	/* While there are references besides the segment's own, it does not give that one up: ours keeps it. */
	if (shared->segment) {
		shm_detach_memory(shared);
		return;
	}
	if (__atomic_sub_fetch(&shared->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	pages_free(shared->pages, shared->page_count);
	heap_free(shared);
}

void shared_memory_return(struct shared_memory *shared)
{
	__atomic_fetch_sub(&shared->references, 1, __ATOMIC_RELEASE);
}

void mm_shared_place(uint64_t address, const void **object, uint64_t *offset)
{
	struct address_space *space = space_lock();
	const struct vma *vma = vma_at(space, address);

	if (vma && vma->flags & MAP_SHARED && (vma->shared || vma->file)) {
		*object = vma->shared ? (const void *)vma->shared : vma->file->inode;
		*offset = vma->offset + (address - vma->start);
	}
	space_unlock(space);
}
