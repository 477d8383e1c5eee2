/*
 * Pages of unmapped anonymous memory that were touched are kept for the next mapping for a while: zeroing a page in
 * place costs a tenth of a page fault. They have no access meanwhile. The space's lock is held by callers.
 */
#ifndef KERNEL_MM_RECYCLE_H
#define KERNEL_MM_RECYCLE_H

#include "kernel/mm/vma.h"

struct recycled *recycle_new(void);
/* What a forked child inherits. */
void recycle_copy(struct address_space *to, const struct address_space *from);

/* The kept ranges one after another, from index 0 on; false: that was the last. */
bool recycle_range(const struct address_space *space, unsigned index, uint64_t *start, uint64_t *end);

/* Keeps the range, which is an anonymous VMA's no more, if that is likely to pay: true. Else the caller clears it. */
bool recycle_keep(struct address_space *space, const struct vma *vma, uint64_t start, uint64_t end);
/* A kept range of at least so many bytes, the best one: where it starts, 0 if there is none. */
uint64_t recycle_find(const struct address_space *space, uint64_t bytes);
/* The range is about to be mapped over, or was given back: it is forgotten. */
void recycle_forget(struct address_space *space, uint64_t start, uint64_t end);
/* Gives back what is kept of the range: 0 or -errno. */
int recycle_give_back(struct address_space *space, uint64_t start, uint64_t end);
/* Zeroes what is kept of the range, which is writable memory now. */
int recycle_zero(struct address_space *space, uint64_t start, uint64_t end);

#endif
