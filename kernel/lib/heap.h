/*
 * The kernel's heap, in the arena. Blocks are 16-byte aligned. Allocation may fail: callers return -ENOMEM and undo.
 */
#ifndef KERNEL_LIB_HEAP_H
#define KERNEL_LIB_HEAP_H

#include <stddef.h>

void *heap_alloc(size_t bytes);
void *heap_alloc_zero(size_t bytes);
/* NULL is allowed. */
void heap_free(void *block);
/* The block's usable size. */
size_t heap_block_bytes(const void *block);
/* Like realloc(3): on failure the old block stays. */
void *heap_resize(void *block, size_t bytes);
/* Bytes in blocks given out now. */
size_t heap_used(void);

#define heap_new(type) ((type *)heap_alloc_zero(sizeof(type)))

#endif
