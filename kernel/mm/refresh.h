/*
 * Files that change under their mappings. A change marks the VMAs that show it, in all address spaces
 * (mm/changed.c); the
 * process that a space is of brings them up to date (mm/refresh.c), at the latest when it locks the space again.
 */
#ifndef KERNEL_MM_REFRESH_H
#define KERNEL_MM_REFRESH_H

#include "kernel/mm/vma.h"

/* address_space->stale. Set and cleared with the space's lock held. */
enum {
	STALE_NOT,
	STALE_MARKED,
	STALE_AWAITED, /* and someone sleeps until it is not */
};

/* Brings the calling process's marked VMAs up to date. Its space is locked. */
void space_refresh(struct address_space *space);
/*
 * The same for one VMA of a file, marked or not; if the file grew, the mapping does. Nothing is reported: what the host
 * has no memory for is not backed, and tried again when it is touched.
 */
void vma_refresh(struct vma *vma);
/* The file's version, for a mapping that is about to be made. */
uint64_t vma_version(const struct vma *vma);
/* Gives up a mark. */
void vma_unmark(struct vma *vma);

/* Tells other mappings of pages that VMAs of the space have made. The space is not locked. */
void made_tell(struct address_space *space);

/* --- mm/spaces.c: all address spaces, in the order they were made: a copy comes behind what it is a copy of --- */

void spaces_add(struct address_space *space);
void spaces_remove(struct address_space *space);
/* The one behind `after`, NULL: the first; with a reference. Gives up that on `after`. NULL: none. */
struct address_space *spaces_next(struct address_space *after);

#endif
