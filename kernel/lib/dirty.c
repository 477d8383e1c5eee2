/*
 * Which pages of the arena were touched: bits, walked word by word. They change under the lock of pages, in whole
 * words: dirty_zero looks without it at bits that are its own, in words that others share.
 */
#include "kernel/lib/dirty.h"

#include <stdbool.h>

#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"

#define WORD_PAGES 64u
#define CHUNK_PAGES 4096u /* 64 words: 16 MiB */

/* A range, cut at the borders of words: `mask` has the bits of `word` that belong to it. */
struct walk {
	const struct dirty_map *map;
	uint32_t page;
	uint32_t end;
	uint32_t word;
	uint64_t mask;
};

static uint64_t word_get(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void word_set(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static bool chunk_is_clean(const struct dirty_map *map, uint32_t page)
{
	uint32_t chunk = page / CHUNK_PAGES;

	return !(word_get(&map->chunks[chunk / 64]) >> (chunk % 64) & 1);
}

/* The next piece; with `skip` those of clean chunks are left out. */
static bool walk_next(struct walk *walk, bool skip)
{
	uint32_t first;
	uint32_t bits;

	while (skip && walk->page < walk->end && chunk_is_clean(walk->map, walk->page))
		walk->page = (walk->page / CHUNK_PAGES + 1) * CHUNK_PAGES;
	if (walk->page >= walk->end)
		return false;
	first = walk->page % WORD_PAGES;
	bits = WORD_PAGES - first;
	if (bits > walk->end - walk->page)
		bits = walk->end - walk->page;
	walk->word = walk->page / WORD_PAGES;
	walk->mask = (~0ull >> (WORD_PAGES - bits)) << first;
	walk->page += bits;
	return true;
}

static struct walk walk_begin(const struct dirty_map *map, uint32_t page, uint32_t count)
{
	return (struct walk){.map = map, .page = page, .end = page + count};
}

size_t dirty_map_init(struct dirty_map *map, void *memory, size_t pages)
{
	size_t chunk_words = pages / CHUNK_PAGES / 64 + 1;

	map->chunks = memory;
	map->bits = map->chunks + chunk_words;
	return (chunk_words + pages / WORD_PAGES + 1) * sizeof(uint64_t);
}

void dirty_set(struct dirty_map *map, uint32_t page, uint32_t count)
{
	struct walk walk = walk_begin(map, page, count);

	while (walk_next(&walk, false)) {
		uint32_t chunk = walk.word / (CHUNK_PAGES / WORD_PAGES);

		word_set(&map->chunks[chunk / 64], map->chunks[chunk / 64] | 1ull << (chunk % 64));
		word_set(&map->bits[walk.word], map->bits[walk.word] | walk.mask);
	}
}

void dirty_clear(struct dirty_map *map, uint32_t page, uint32_t count)
{
	struct walk walk = walk_begin(map, page, count);
	uint32_t end = page + count;

	while (walk_next(&walk, true))
		word_set(&map->bits[walk.word], map->bits[walk.word] & ~walk.mask);
	for (uint32_t chunk = (page + CHUNK_PAGES - 1) / CHUNK_PAGES; (chunk + 1) * CHUNK_PAGES <= end; chunk++)
		word_set(&map->chunks[chunk / 64], map->chunks[chunk / 64] & ~(1ull << (chunk % 64)));
}

/* Without POPCNT, which not every x86-64 has. */
static uint32_t bits_count(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555ull;
	word = (word & 0x3333333333333333ull) + (word >> 2 & 0x3333333333333333ull);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (uint32_t)(word * 0x0101010101010101ull >> 56);
}

uint32_t dirty_count(const struct dirty_map *map, uint32_t page, uint32_t count)
{
	struct walk walk = walk_begin(map, page, count);
	uint32_t sum = 0;

	while (walk_next(&walk, true))
		sum += bits_count(map->bits[walk.word] & walk.mask);
	return sum;
}

uint32_t dirty_bounds(const struct dirty_map *map, uint32_t page, uint32_t *count)
{
	struct walk walk = walk_begin(map, page, *count);
	uint32_t first = 0;
	uint32_t end = 0;

	while (walk_next(&walk, true)) {
		uint64_t bits = map->bits[walk.word] & walk.mask;

		if (!bits)
			continue;
		if (!end)
			first = walk.word * WORD_PAGES + (uint32_t)__builtin_ctzll(bits);
		end = (walk.word + 1) * WORD_PAGES - (uint32_t)__builtin_clzll(bits);
	}
	*count = end - first;
	return first;
}

void dirty_zero(const struct dirty_map *map, uint32_t page, uint32_t count, char *first)
{
	struct walk walk = walk_begin(map, page, count);

	while (walk_next(&walk, true)) {
		uint64_t bits = word_get(&map->bits[walk.word]) & walk.mask;
		char *base = first + (size_t)walk.word * WORD_PAGES * PAGE_BYTES;

		if (bits == ~0ull) {
			memset(base, 0, WORD_PAGES * PAGE_BYTES);
			continue;
		}
		for (; bits; bits &= bits - 1)
			memset(base + (size_t)__builtin_ctzll(bits) * PAGE_BYTES, 0, PAGE_BYTES);
	}
}
