/*
 * The arena's pages: runs of 4 KiB pages, shared by all processes of the guest.
 *
 * Offsets are from the arena's start, as the host's mmap of the arena descriptor wants them; the same page is
 * addressable in the kernel at arena_pointer(offset) in every process.
 */
#ifndef KERNEL_LIB_PAGES_H
#define KERNEL_LIB_PAGES_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096ul
#define PAGE_ROUND_UP(bytes) (((bytes) + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1))
#define PAGE_ROUND_DOWN(bytes) ((bytes) & ~(PAGE_BYTES - 1))

/*
 * Gives [first, end) of the arena to the allocator, once at boot; both page-aligned addresses, untouched memory. About
 * a hundredth of it is set aside for bookkeeping, of which little is ever touched.
 */
void pages_init(void *arena, void *first, void *end);

/* `count` consecutive pages, contents undefined; NULL if there are none. May not block but for its lock. */
void *pages_alloc(size_t count);
/* The same, all zero: without writing to them where they are fresh from the host. */
void *pages_alloc_zero(size_t count);
/* Any page-aligned part of a run may be freed. Pages go back to the host (MADV_REMOVE) when many are free. */
void pages_free(void *first, size_t count);

/* Pages given out now. */
size_t pages_used(void);
/* Free pages whose memory the host has not got back: bounded. */
size_t pages_idle(void);

/* A number for the owner of a run to keep with its first page; undefined until set. */
void pages_set_note(void *first, uint32_t note);
uint32_t pages_note(const void *first);

uint64_t arena_offset(const void *pointer);
void *arena_pointer(uint64_t offset);

#endif
