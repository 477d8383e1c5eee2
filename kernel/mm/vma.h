/*
 * The VMAs of an address space: bookkeeping only, no host calls. The space's lock is held by callers.
 *
 * Memory for new VMAs comes from the space's spare ones (space_reserve), so that no change fails half way.
 */
#ifndef KERNEL_MM_VMA_H
#define KERNEL_MM_VMA_H

#include "kernel/mm/mm.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/inode.h"

#define VMA(n) container_of(n, struct vma, node)
/* vm.max_map_count */
#define VMA_COUNT_MAX 65530u

/* The first VMA that ends behind the address; NULL: none. */
struct vma *vma_find(const struct address_space *space, uint64_t address);
/* The VMA that has the address, or NULL. */
struct vma *vma_at(const struct address_space *space, uint64_t address);
struct vma *vma_next(const struct vma *vma);
struct vma *vma_prev(const struct vma *vma);
bool range_is_free(const struct address_space *space, uint64_t start, uint64_t end);
/* How many bytes of the range are mapped. */
uint64_t range_mapped_bytes(const struct address_space *space, uint64_t start, uint64_t end);
/* Bytes between the end of a VMA and the next one, or the end of its area. */
uint64_t vma_room(const struct vma *vma);

/* The highest place for `bytes` in [low, high); 0: there is none. */
uint64_t gap_find(const struct address_space *space, uint64_t low, uint64_t high, uint64_t bytes);

/* At least so many spare VMAs: 0 or -ENOMEM. */
int space_reserve(struct address_space *space, unsigned count);
/* A zeroed VMA from the spare ones. */
struct vma *vma_new(struct address_space *space);
/* A further VMA with everything the given one has; holds references of its own. In no tree. */
struct vma *vma_copy(struct address_space *space, const struct vma *from);
void vma_insert(struct address_space *space, struct vma *vma);
/* Takes it out; its references are given up when the lock is released. */
void vma_remove(struct address_space *space, struct vma *vma);
/* Gives up one that was never inserted. */
void vma_discard(struct address_space *space, struct vma *vma);
/* Sets another end or start; its neighbours must leave room. */
void vma_resize(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end);
/* Cuts it so that a VMA has exactly what lies in [start, end): that VMA. Uses up to two spare ones. */
struct vma *vma_isolate(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end);
/* Makes one of it and its neighbours where they agree in everything; returns what has become of it. */
struct vma *vma_merge(struct address_space *space, struct vma *vma);
/* Merges the VMAs in and around a range again, after pieces of it were changed. */
void range_merge(struct address_space *space, uint64_t start, uint64_t end);
/* Changes what is accounted: protection and flags. */
void vma_change(struct address_space *space, struct vma *vma, unsigned protection, unsigned flags);

/* Whether it is private memory whose contents are nowhere else: anonymous, or /dev/zero. */
static inline bool vma_is_anonymous(const struct vma *vma)
{
	if (vma->flags & MAP_SHARED)
		return false;
	return vma->file ? vma->source.kind == MAPPING_ZERO : !vma->stubs;
}

/* Whether what it shows may end before it does: then vma->backed says where. */
static inline bool vma_has_end(const struct vma *vma)
{
	return !vma_is_anonymous(vma) && (vma->file || vma->shared);
}

/* In inode->mappings: until its host mapping is certainly gone, with the VMA's memory. */
static inline void mapping_count(const struct vma *vma)
{
	__atomic_fetch_add(&vma->file->inode->mappings, 1, __ATOMIC_SEQ_CST);
}

/* Whether it counts against RLIMIT_DATA. */
static inline bool mapping_is_data(unsigned protection, unsigned flags)
{
	return (protection & PROT_WRITE) && !(flags & (MAP_SHARED | MAP_GROWSDOWN));
}

#endif
