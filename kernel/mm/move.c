/*
 * Moving mappings: shared ones are mapped anew; of private ones every page is copied that differs from what is at the
 * new place anyhow, so that untouched pages stay untouched. A private copy that equals its file's page is thereby given
 * up, which shows only if the file is written to afterwards. Large anonymous mappings move piece by piece, each given
 * back before the next is copied: else a guest would need twice the memory, and end at its limit.
 */
#include "kernel/mm/move.h"

#include <linux/errno.h>

#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/space.h"

#define PAGE_WORDS (PAGE_BYTES / sizeof(uint64_t))
#define PIECE_BYTES (2ull << 20)

static bool page_is_zero(const uint64_t *page)
{
	for (unsigned i = 0; i < PAGE_WORDS; i += 4) {
		if (page[i] | page[i + 1] | page[i + 2] | page[i + 3])
			return false;
	}
	return true;
}

static int page_copy(uint64_t from, uint64_t to, bool anonymous, uint64_t *buffer)
{
	if (copy_from_user(buffer, from, PAGE_BYTES))
		return -EFAULT;
	if (anonymous && page_is_zero(buffer))
		return 0;
	if (!anonymous && copy_from_user(buffer + PAGE_WORDS, to, PAGE_BYTES) == 0 &&
	    memcmp(buffer, buffer + PAGE_WORDS, PAGE_BYTES) == 0)
		return 0;
	return copy_to_user(to, buffer, PAGE_BYTES);
}

/* Both ranges are readable, the new one writable. Pages that cannot be read (behind a file's end) are left out. */
static int pages_copy(uint64_t from, uint64_t to, uint64_t bytes, bool anonymous, uint64_t *buffer)
{
	int error = 0;

	for (uint64_t at = 0; at < bytes && !error; at += PAGE_BYTES)
		error = page_copy(from + at, to + at, anonymous, buffer);
	return error;
}

/*
 * The same for memory of several pieces, which is gone at the old place afterwards. After an error, which only a host
 * without memory gives, neither place has all of it.
 */
static int pieces_move(uint64_t from, uint64_t to, uint64_t bytes, uint64_t *buffer)
{
	int error = 0;

	for (uint64_t at = 0; at < bytes && !error; at += PIECE_BYTES) {
		uint64_t piece = bytes - at < PIECE_BYTES ? bytes - at : PIECE_BYTES;

		error = pages_copy(from + at, to + at, piece, true, buffer);
		if (!error)
			error = backing_advise(from + at, from + at + piece, MADV_DONTNEED);
	}
	return error;
}

/* Sets a VMA's protection on the host for the time of a copy, or back to what it is. */
static int protection_lend(struct vma *vma, unsigned protection)
{
	unsigned own = vma->protection;
	int error;

	vma->protection = protection;
	error = backing_protect(vma, vma->start, vma->end);
	vma->protection = own;
	return error;
}

/* Both VMAs show the same; what the old one has of its own goes to the new one. */
static int contents_move(struct vma *from, struct vma *to, uint64_t old, uint64_t bytes, uint64_t *buffer)
{
	bool anonymous = vma_is_anonymous(from);
	bool lend_from = !(from->protection & PROT_READ);
	bool lend_to = (to->protection & (PROT_READ | PROT_WRITE)) != (PROT_READ | PROT_WRITE);
	int error = 0;

	/* Patched text is not moved but mapped as it is in the file: its jumps lead to stubs at the old place. */
	if (from->flags & MAP_SHARED || from->pristine || (from->file && from->stubs))
		return 0;
	if (!anonymous && old + bytes > from->backed)
		bytes = from->backed > old ? from->backed - old : 0;
	if (lend_from)
		error = protection_lend(from, PROT_READ);
	if (!error && lend_to)
		error = protection_lend(to, PROT_READ | PROT_WRITE);
	if (!error && anonymous && bytes > PIECE_BYTES)
		error = pieces_move(old, to->start, bytes, buffer);
	else if (!error)
		error = pages_copy(old, to->start, bytes, anonymous, buffer);
	if (!error && lend_to)
		error = protection_lend(to, to->protection);
	if (lend_from && protection_lend(from, from->protection) && !error)
		error = -ENOMEM;
	return error == -EFAULT ? -ENOMEM : error;
}

/* What MREMAP_DONTUNMAP leaves behind: the same mapping as if never touched. */
static int contents_drop(struct vma *vma, uint64_t start, uint64_t end)
{
	if (vma_has_end(vma) && end > vma->backed)
		end = vma->backed;
	return vma->flags & MAP_SHARED || start >= end ? 0 : backing_map(vma, start, end, GROUND_ANY);
}

int mapping_move(struct address_space *space, struct vma *vma, uint64_t old, uint64_t old_bytes, uint64_t place,
		 uint64_t new_bytes, bool keep, uint64_t *buffer)
{
	struct vma *moved = vma_copy(space, vma);
	int error;

	moved->start = place;
	moved->end = place + new_bytes;
	moved->offset = vma->offset + (old - vma->start);
	moved->stubs = 0;
	if (moved->label && vma->stubs && !vma->file)
		moved->label = NULL;
	error = ground_prepare(space, moved, range_ground(moved->start));
	moved->pristine = vma->pristine;
	if (!error)
		error = contents_move(vma, moved, old, old_bytes, buffer);
	if (error) {
		(void)backing_clear(moved->start, moved->end);
		vma_discard(space, moved);
		return error;
	}
	vma_insert(space, moved);
	vma_merge(space, moved);
	if (old_bytes == 0)
		return 0;
	return keep ? contents_drop(vma, old, old + old_bytes) : range_unmap(space, old, old + old_bytes, false);
}
