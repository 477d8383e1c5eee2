/*
 * Pages of unmapped anonymous memory that were touched are kept for the next mapping for a while: zeroing a page in
 * place costs a tenth of a page fault. So are mappings of files that were only read: the host puts the next file in
 * the place of one more cheaply than into the reservation, whose mapping that cuts in two. All these have no access
 * meanwhile. The space's lock is held by callers.
 */
#ifndef KERNEL_MM_RECYCLE_H
#define KERNEL_MM_RECYCLE_H

#include "kernel/mm/vma.h"

struct recycled *recycle_new(void);
/* What a forked child inherits. */
void recycle_copy(struct address_space *to, const struct address_space *from);

/* The kept ranges one after another, from index 0 on; false: that was the last. */
bool recycle_range(const struct address_space *space, unsigned index, uint64_t *start, uint64_t *end);

/* Keeps the range, which is the VMA's no more, if that is likely to pay: true. Else the caller clears it. */
bool recycle_keep(struct address_space *space, const struct vma *vma, uint64_t start, uint64_t end);
/* A kept range of memory, or of a file, of at least so many bytes, the best one: a place in it, 0 if there is none. */
uint64_t recycle_find(const struct address_space *space, uint64_t bytes, bool shows_file);
/* Whether files are shown in the range, as kept ranges: what lies there is then no reservation. */
bool recycle_shows_file(const struct address_space *space, uint64_t start, uint64_t end);
/* The range is about to be mapped over, or was given back: it is forgotten. */
void recycle_forget(struct address_space *space, uint64_t start, uint64_t end);
/* Gives back what is kept of the range: 0 or -errno. */
int recycle_give_back(struct address_space *space, uint64_t start, uint64_t end);
/* Zeroes what is kept of the range, which is writable memory now and shows no files. */
int recycle_zero(struct address_space *space, uint64_t start, uint64_t end);

#endif
