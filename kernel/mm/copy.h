/*
 * Address spaces and fork. Application memory is the host's to copy, on write, when it clones the process; the
 * bookkeeping is copied here. The lock of the space that is copied is held from before the copy until after the host's
 * clone, so that both show the same moment.
 */
#ifndef KERNEL_MM_COPY_H
#define KERNEL_MM_COPY_H

#include "kernel/mm/mm.h"

/* With one reference; NULL: no memory. The other one is up to date with its files (space_lock). */
struct address_space *space_copy(struct address_space *from);
/* What madvise(2) said about forks is done in the child, in its own copy, before it runs. */
void space_inherit(struct address_space *space);

/* Ranges of the calling process that the host's next clone leaves out. A heap block. */
struct hidden_memory {
	unsigned count;
	struct hidden_range {
		uint64_t start;
		uint64_t end;
	} ranges[];
};

/*
 * Keeps the calling process's application memory out of the host's next clone: a child that is to execute another
 * program at once would pay for copying page tables it never uses. Afterwards the parent takes that back by space_show,
 * and the child reserves the ranges again by hidden_memory_clear. NULL: no memory, and nothing is hidden.
 */
struct hidden_memory *space_hide(struct address_space *space);
void space_show(struct address_space *space, const struct hidden_memory *hidden);
void hidden_memory_clear(const struct hidden_memory *hidden);

#endif
