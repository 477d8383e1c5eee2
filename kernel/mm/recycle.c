/* Unmapped memory that is used again: see recycle.h. */
#include "kernel/mm/recycle.h"

#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/backing.h"

#define RANGES_MAX 32u
#define RANGE_BYTES_MAX (1ul << 20)
#define KEPT_BYTES_MAX (32ul << 20)
/* Each is a mapping of the host's, which fork copies. */
#define FILES_MAX 8u
/* Pages looked at, evenly spread, to guess whether a range was used; and how much of each. */
#define SAMPLES 4u
#define SAMPLE_WORDS 4u
/* After so many unused ranges in a row, only every SKIPS-th is looked at: that costs a page fault. */
#define MISSES_MAX 4u
#define SKIPS 8u

struct range {
	uint64_t start;
	uint64_t end;
	bool shows_file;
};

struct recycled {
	uint64_t bytes;
	unsigned count;
	unsigned files;  /* ranges that show files */
	unsigned misses; /* unused ranges in a row */
	unsigned skipped;
	struct range ranges[RANGES_MAX]; /* oldest first */
};

struct recycled *recycle_new(void)
{
	return heap_new(struct recycled);
}

void recycle_copy(struct address_space *to, const struct address_space *from)
{
	*to->recycled = *from->recycled;
}

bool recycle_range(const struct address_space *space, unsigned index, uint64_t *start, uint64_t *end)
{
	const struct recycled *kept = space->recycled;

	if (index >= kept->count)
		return false;
	*start = kept->ranges[index].start;
	*end = kept->ranges[index].end;
	return true;
}

static void range_remove(struct recycled *kept, unsigned index)
{
	kept->bytes -= kept->ranges[index].end - kept->ranges[index].start;
	kept->files -= kept->ranges[index].shows_file;
	kept->count--;
	for (; index < kept->count; index++)
		kept->ranges[index] = kept->ranges[index + 1];
}

/* There must be room. */
static void range_add(struct recycled *kept, uint64_t start, uint64_t end, bool shows_file)
{
	if (start >= end)
		return;
	kept->ranges[kept->count++] = (struct range){start, end, shows_file};
	kept->bytes += end - start;
	kept->files += shows_file;
}

static bool sample_was_used(uint64_t page)
{
	uint64_t words[SAMPLE_WORDS];
	uint64_t all = 0;

	if (user_read(words, page, sizeof(words)) != sizeof(words))
		return false;
	for (unsigned i = 0; i < SAMPLE_WORDS; i++)
		all |= words[i];
	return all != 0;
}

/*
 * Nobody can be asked which pages were touched, and zeroing untouched ones would make it dear. So: the first page and
 * half of the others that are looked at do not begin with zeroes. A wrong guess costs time or memory, never contents.
 */
static bool range_was_used(uint64_t start, uint64_t end)
{
	uint64_t step = PAGE_ROUND_DOWN((end - start) / SAMPLES);
	unsigned used = 0;

	if (!sample_was_used(start))
		return false;
	if (end - start <= SAMPLES * PAGE_BYTES)
		return true;
	for (unsigned i = 1; i < SAMPLES; i++)
		used += sample_was_used(start + i * step);
	return used >= SAMPLES / 2;
}

/* The same, for programs that unmap what they never touch, seldom asked. */
static bool range_is_worth_it(struct recycled *kept, uint64_t start, uint64_t end)
{
	if (kept->misses >= MISSES_MAX && ++kept->skipped % SKIPS != 0)
		return false;
	if (range_was_used(start, end)) {
		kept->misses = 0;
		return true;
	}
	kept->misses++;
	return false;
}

/* The oldest range, or the oldest that shows a file. */
static unsigned oldest_find(const struct recycled *kept, bool shows_file)
{
	unsigned index = 0;

	while (shows_file && !kept->ranges[index].shows_file)
		index++;
	return index;
}

/* Gives back the oldest ranges until there is room for one more of so many bytes, and two for cuts. */
static bool room_make(struct recycled *kept, uint64_t bytes, bool shows_file)
{
	bool is_full = shows_file && kept->files >= FILES_MAX;

	while (is_full || kept->count + 3 > RANGES_MAX || kept->bytes + bytes > KEPT_BYTES_MAX) {
		unsigned index = oldest_find(kept, is_full);

		if (backing_clear(kept->ranges[index].start, kept->ranges[index].end))
			return false;
		range_remove(kept, index);
		is_full = shows_file && kept->files >= FILES_MAX;
	}
	return true;
}

static bool memory_is_worth_it(struct recycled *kept, const struct vma *vma, uint64_t start, uint64_t end)
{
	return (vma->protection & (PROT_READ | PROT_WRITE)) == (PROT_READ | PROT_WRITE) &&
	       range_is_worth_it(kept, start, end);
}

/* A file's pages are nobody's memory unless they were written to. */
static bool file_is_worth_it(const struct vma *vma)
{
	return vma->protection == PROT_READ && !vma->stubs;
}

bool recycle_keep(struct address_space *space, const struct vma *vma, uint64_t start, uint64_t end)
{
	struct recycled *kept = space->recycled;
	bool shows_file = !vma_is_anonymous(vma);

	if (area_is_low(start) || end - start > RANGE_BYTES_MAX || vma->advice || vma->shared)
		return false;
	if (shows_file ? !file_is_worth_it(vma) : !memory_is_worth_it(kept, vma, start, end))
		return false;
	if (!room_make(kept, end - start, shows_file) || host_mprotect(start, end - start, PROT_NONE))
		return false;
	range_add(kept, start, end, shows_file);
	return true;
}

uint64_t recycle_find(const struct address_space *space, uint64_t bytes, bool shows_file)
{
	const struct recycled *kept = space->recycled;
	const struct range *best = NULL;

	for (unsigned i = kept->count; i-- > 0;) {
		const struct range *range = &kept->ranges[i];

		if (range->shows_file != shows_file || range->end - range->start < bytes)
			continue;
		if (!best || range->end - range->start < best->end - best->start)
			best = range;
		if (range->end - range->start == bytes)
			break;
	}
	/* Its end: what is left stays next to what is free below. */
	return best ? best->end - bytes : 0;
}

/* Takes the part of a kept range that lies in [start, end) out of the table; false: there is none any more. */
static bool part_take(struct recycled *kept, uint64_t start, uint64_t end, struct range *part)
{
	for (unsigned i = 0; i < kept->count; i++) {
		struct range range = kept->ranges[i];

		if (range.end <= start || range.start >= end)
			continue;
		part->start = range.start > start ? range.start : start;
		part->end = range.end < end ? range.end : end;
		part->shows_file = range.shows_file;
		range_remove(kept, i);
		/* A range that is cut in two needs one more place: room_make left two. */
		range_add(kept, range.start, part->start, range.shows_file);
		if (kept->count < RANGES_MAX)
			range_add(kept, part->end, range.end, range.shows_file);
		else
			(void)backing_clear(part->end, range.end);
		return true;
	}
	return false;
}

void recycle_forget(struct address_space *space, uint64_t start, uint64_t end)
{
	struct range part;

	while (part_take(space->recycled, start, end, &part))
		;
}

int recycle_give_back(struct address_space *space, uint64_t start, uint64_t end)
{
	struct range part;
	int error = 0;

	while (!error && part_take(space->recycled, start, end, &part))
		error = backing_clear(part.start, part.end);
	return error;
}

bool recycle_shows_file(const struct address_space *space, uint64_t start, uint64_t end)
{
	const struct recycled *kept = space->recycled;

	if (kept->files == 0)
		return false;
	for (unsigned i = 0; i < kept->count; i++) {
		const struct range *range = &kept->ranges[i];

		if (range->shows_file && range->end > start && range->start < end)
			return true;
	}
	return false;
}

int recycle_zero(struct address_space *space, uint64_t start, uint64_t end)
{
	struct range part;
	int error = 0;

	while (!error && part_take(space->recycled, start, end, &part))
		error = clear_user(part.start, part.end - part.start);
	return error;
}
