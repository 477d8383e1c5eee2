/* Shared anonymous memory: pages of the arena, counted by the VMAs that show them, in whatever process. */
#ifndef KERNEL_MM_SHARED_H
#define KERNEL_MM_SHARED_H

#include "kernel/mm/mm.h"

/* Zeroed, with one reference; the arena is sparse, so it costs nothing until touched. NULL: no memory. */
struct shared_memory *shared_memory_new(uint64_t bytes);
void shared_memory_get(struct shared_memory *shared);
/* The last one frees the pages. */
void shared_memory_put(struct shared_memory *shared);
/* A reference that was no mapping's and is not the last one. */
void shared_memory_return(struct shared_memory *shared);

#endif
