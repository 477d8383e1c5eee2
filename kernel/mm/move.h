/* Moving a mapping, or a part of one, to another address. */
#ifndef KERNEL_MM_MOVE_H
#define KERNEL_MM_MOVE_H

#include "kernel/mm/vma.h"

#define MOVE_BUFFER_BYTES (2 * PAGE_BYTES)

/*
 * Puts what `vma` shows at [old, old + old_bytes) to `place`, which is free, as a mapping of new_bytes; the old one
 * goes, or with `keep` (MREMAP_DONTUNMAP) stays without its private contents. old_bytes 0: a shared mapping is shown a
 * second time. Six spare VMAs must be there; the buffer has MOVE_BUFFER_BYTES. 0 or -ENOMEM.
 */
int mapping_move(struct address_space *space, struct vma *vma, uint64_t old, uint64_t old_bytes, uint64_t place,
		 uint64_t new_bytes, bool keep, uint64_t *buffer);

#endif
