/*
 * Making VMAs true: the host calls about application memory. All ranges are whole pages inside one area.
 *
 * Between VMAs the user area is PROT_NONE private anonymous memory, either untouched or with garbage that recycle.h
 * remembers; or a file that it remembers, PROT_NONE too. 0 or -errno of the host (-ENOMEM).
 */
#ifndef KERNEL_MM_BACKING_H
#define KERNEL_MM_BACKING_H

#include "kernel/mm/vma.h"

/* What lies where a VMA is to be put. */
enum ground {
	GROUND_RESERVED, /* PROT_NONE anonymous memory without contents, in the user area */
	GROUND_ANY,
};

/* Puts the part [start, end) of a VMA there, and sets vma->backed if it reaches the end of VMA or file. Of a file, the
 * part may not start behind vma->backed. */
int backing_map(struct vma *vma, uint64_t start, uint64_t end, enum ground ground);
/* Gives the part the VMA's protection. For shared mappings of files that become writable use backing_map. */
int backing_protect(const struct vma *vma, uint64_t start, uint64_t end);
/* Takes away whatever is there: nothing can be accessed any more, the memory is the host's again. */
int backing_clear(uint64_t start, uint64_t end);
/*
 * The same for private anonymous memory of the user area that no advice was given for: what the host has there is like
 * the reservation but for access and contents. Taking these away lets the host's mappings merge again, and costs less
 * than a new one.
 */
int backing_withdraw(uint64_t start, uint64_t end);
/* Anonymous memory over whatever is there. */
int backing_anonymous(uint64_t start, uint64_t end, unsigned protection);
int backing_file(uint64_t start, uint64_t end, unsigned protection, unsigned flags, int fd, uint64_t offset);
int backing_advise(uint64_t start, uint64_t end, int advice);
/* Another protection than the VMA's, for a while. */
int backing_lend(uint64_t start, uint64_t end, unsigned protection);

#endif
