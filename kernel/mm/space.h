/* What the files of mm/ share about an address space as a whole. */
#ifndef KERNEL_MM_SPACE_H
#define KERNEL_MM_SPACE_H

#include "kernel/mm/backing.h"
#include "kernel/mm/recycle.h"
#include "kernel/mm/vma.h"

/* The calling process's, locked. */
struct address_space *space_lock(void);
/* The same after it was unlocked for a while. */
void space_relock(struct address_space *space);
/* Gives up what was removed meanwhile: may take any lock. */
void space_unlock(struct address_space *space);

/* Where a mapping of so many bytes goes if nobody says where; 0: nowhere. Roomy ones get room to grow in. */
uint64_t space_place(struct address_space *space, uint64_t bytes, bool roomy);
/* A range was unmapped: its room can be used again. */
void roomy_release(struct address_space *space, uint64_t start, uint64_t end);
/* Whether mappings of this kind get room: large, writable, anonymous. */
bool mapping_is_roomy(uint64_t bytes, unsigned protection, unsigned flags);

/* RLIMIT_AS and RLIMIT_DATA for so many bytes more: 0 or -ENOMEM. */
int limits_check(const struct address_space *space, uint64_t bytes, unsigned protection, unsigned flags);
/* RLIMIT_MEMLOCK: 0; -EPERM: no locking at all; else the given error. */
int lock_limit_check(const struct address_space *space, uint64_t bytes, int error);

/*
 * Unmaps a range; three spare VMAs must be there. With `replace` the host's mappings stay: the caller puts others over
 * the whole range. -ENOMEM: too many VMAs.
 */
int range_unmap(struct address_space *space, uint64_t start, uint64_t end, bool replace);

/* Inserts a new VMA and makes it true; the range is free of VMAs. -errno: it was discarded, and nothing is mapped. */
int vma_establish(struct address_space *space, struct vma *vma, enum ground ground);
/* The part of it that asks the host: sets backed and pristine. What was kept of the range is used up or given back. */
int ground_prepare(struct address_space *space, struct vma *vma, enum ground ground);
/* What lies in a range without VMAs. */
enum ground range_ground(uint64_t start);

#endif
