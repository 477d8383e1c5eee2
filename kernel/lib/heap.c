/*
 * The heap: slabs of one page for blocks up to half a page, runs of pages for larger ones.
 *
 * A slab has its header in front, hence no block of a slab is page-aligned and every larger block is: that is how
 * heap_free tells them apart. A slab belongs to a class of sizes; each class has a lock and the list of its slabs that
 * have a free block. Full slabs are in no list.
 */
#include "kernel/lib/heap.h"

#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/bug.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/poison.h"
#include "kernel/lib/string.h"

#define SLAB_MAGIC 0x42414c53u /* "SLAB" */
#define SLAB_HEADER_BYTES 48u
#define BLOCK_UNIT 16u
#define BLOCK_BYTES_MAX 2016u
/* More than any arena has: sizes that overflowed end here. */
#define HEAP_BYTES_MAX (1ull << 43)

/* X(the class below, bytes): each is the largest multiple of 16 of which so many fit behind a header. */
#define CLASSES(X)                                                                                                     \
	X(0, 16)                                                                                                       \
	X(16, 32)                                                                                                      \
	X(32, 48)                                                                                                      \
	X(48, 64)                                                                                                      \
	X(64, 80)                                                                                                      \
	X(80, 96)                                                                                                      \
	X(96, 112)                                                                                                     \
	X(112, 128)                                                                                                    \
	X(128, 144)                                                                                                    \
	X(144, 160)                                                                                                    \
	X(160, 176)                                                                                                    \
	X(176, 192)                                                                                                    \
	X(192, 224)                                                                                                    \
	X(224, 256)                                                                                                    \
	X(256, 288)                                                                                                    \
	X(288, 336)                                                                                                    \
	X(336, 400)                                                                                                    \
	X(400, 448)                                                                                                    \
	X(448, 496)                                                                                                    \
	X(496, 576)                                                                                                    \
	X(576, 672)                                                                                                    \
	X(672, 800)                                                                                                    \
	X(800, 1008)                                                                                                   \
	X(1008, 1344)                                                                                                  \
	X(1344, 2016)

#define CLASS_ENUM(below, bytes) CLASS_##bytes,
#define CLASS_BYTES(below, bytes) (bytes),
#define CLASS_UNITS(below, bytes) [(below) / BLOCK_UNIT + 1 ...(bytes) / BLOCK_UNIT] = CLASS_##bytes,

enum { CLASSES(CLASS_ENUM) CLASS_COUNT };
static const uint16_t class_bytes[] = {CLASSES(CLASS_BYTES)};
/* The class of a size in units, rounded up. Size 0 is as good as 1. */
static const uint8_t unit_class[] = {CLASSES(CLASS_UNITS)};

struct free_block {
	struct free_block *next;
};

struct slab {
	struct slab *next; /* class->partial */
	struct slab *prev;
	struct free_block *free; /* blocks that were given out and came back */
	uint32_t magic;
	uint16_t class_index;
	uint16_t used;  /* blocks given out now */
	uint16_t fresh; /* offset of the first block never given out */
};

_Static_assert(sizeof(struct slab) <= SLAB_HEADER_BYTES, "room for the header of a slab");

/* One cache line each: different threads use different classes. */
struct class
{
	struct lock lock;
	uint32_t blocks_used;
	struct slab *partial;
	uint64_t padding[6];
};

static struct {
	struct class classes[CLASS_COUNT];
	uint64_t large_pages; /* in blocks that are runs of pages */
} heap;

static struct slab *slab_of(const void *block)
{
	struct slab *slab = (struct slab *)((uintptr_t)block & ~(PAGE_BYTES - 1));

	bug_on(slab->magic != SLAB_MAGIC);
	return slab;
}

static bool block_is_large(const void *block)
{
	return (uintptr_t)block % PAGE_BYTES == 0;
}

static void slab_link(struct class *class, struct slab *slab)
{
	slab->prev = NULL;
	slab->next = class->partial;
	if (slab->next)
		slab->next->prev = slab;
	class->partial = slab;
}

static void slab_unlink(struct class *class, struct slab *slab)
{
	if (slab->next)
		slab->next->prev = slab->prev;
	if (slab->prev)
		slab->prev->next = slab->next;
	else
		class->partial = slab->next;
}

static bool slab_is_full(const struct slab *slab, unsigned bytes)
{
	return !slab->free && slab->fresh + bytes > PAGE_BYTES;
}

static struct slab *slab_new(struct class *class, unsigned index)
{
	struct slab *slab = pages_alloc(1);

	if (!slab)
		return NULL;
	poison_set(slab, PAGE_BYTES);
	poison_clear(slab, SLAB_HEADER_BYTES);
	slab->free = NULL;
	slab->magic = SLAB_MAGIC;
	slab->class_index = (uint16_t)index;
	slab->used = 0;
	slab->fresh = SLAB_HEADER_BYTES;
	slab_link(class, slab);
	return slab;
}

static void slab_discard(struct class *class, struct slab *slab)
{
	slab_unlink(class, slab);
	slab->magic = 0;
	poison_clear(slab, PAGE_BYTES);
	pages_free(slab, 1);
}

static void *small_alloc(unsigned index)
{
	struct class *class = &heap.classes[index];
	unsigned bytes = class_bytes[index];
	struct slab *slab;
	struct free_block *block = NULL;

	lock_acquire(&class->lock);
	slab = class->partial;
	if (!slab)
		slab = slab_new(class, index);
	if (slab) {
		block = slab->free;
		if (block) {
			poison_clear(block, bytes);
			slab->free = block->next;
		} else {
			block = (struct free_block *)((uintptr_t)slab + slab->fresh);
			poison_clear(block, bytes);
			slab->fresh = (uint16_t)(slab->fresh + bytes);
		}
		slab->used++;
		class->blocks_used++;
		if (slab_is_full(slab, bytes))
			slab_unlink(class, slab);
	}
	lock_release(&class->lock);
	return block;
}

static void small_free(void *block)
{
	struct slab *slab = slab_of(block);
	struct class *class = &heap.classes[slab->class_index];
	unsigned bytes = class_bytes[slab->class_index];
	struct free_block *freed = block;

	lock_acquire(&class->lock);
	bug_on(slab->used == 0);
	if (slab_is_full(slab, bytes))
		slab_link(class, slab);
	freed->next = slab->free;
	slab->free = freed;
	poison_set(freed, bytes);
	slab->used--;
	class->blocks_used--;
	/* The last slab with room is kept: the next allocation wants it. */
	if (slab->used == 0 && (slab->next || slab->prev))
		slab_discard(class, slab);
	lock_release(&class->lock);
}

static void *large_alloc(size_t bytes)
{
	size_t count = PAGE_ROUND_UP(bytes) / PAGE_BYTES;
	void *run = pages_alloc(count);

	if (run) {
		pages_set_note(run, (uint32_t)count);
		__atomic_fetch_add(&heap.large_pages, count, __ATOMIC_RELAXED);
	}
	return run;
}

void *heap_alloc(size_t bytes)
{
	if (fault_is_due() || bytes > HEAP_BYTES_MAX)
		return NULL;
	if (bytes > BLOCK_BYTES_MAX)
		return large_alloc(bytes);
	return small_alloc(unit_class[(bytes + BLOCK_UNIT - 1) / BLOCK_UNIT]);
}

void *heap_alloc_zero(size_t bytes)
{
	void *block = heap_alloc(bytes);

	if (block)
		memset(block, 0, bytes);
	return block;
}

void heap_free(void *block)
{
	size_t count;

	if (!block)
		return;
	if (!block_is_large(block)) {
		small_free(block);
		return;
	}
	count = pages_note(block);
	__atomic_fetch_sub(&heap.large_pages, count, __ATOMIC_RELAXED);
	pages_free(block, count);
}

size_t heap_block_bytes(const void *block)
{
	if (block_is_large(block))
		return pages_note(block) * PAGE_BYTES;
	return class_bytes[slab_of(block)->class_index];
}

void *heap_resize(void *block, size_t bytes)
{
	size_t old_bytes;
	void *other;

	if (!block)
		return heap_alloc(bytes);
	old_bytes = heap_block_bytes(block);
	/* Small steps up and down stay in place. */
	if (bytes <= old_bytes && bytes >= old_bytes / 2)
		return block;
	other = heap_alloc(bytes);
	if (!other)
		return NULL;
	memcpy(other, block, bytes < old_bytes ? bytes : old_bytes);
	heap_free(block);
	return other;
}

size_t heap_used(void)
{
	size_t sum = __atomic_load_n(&heap.large_pages, __ATOMIC_RELAXED) * PAGE_BYTES;

	for (unsigned index = 0; index < CLASS_COUNT; index++)
		sum += (size_t)__atomic_load_n(&heap.classes[index].blocks_used, __ATOMIC_RELAXED) * class_bytes[index];
	return sum;
}
