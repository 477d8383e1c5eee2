/* madvise(2): what changes contents is done, what is a hint is remembered or passed on. */
#include <linux/errno.h>
#include <linux/falloc.h>

#include "kernel/host/host.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/space.h"
#include "kernel/vfs/file.h"

/* Bits of vma->advice that an advice sets and clears. */
static const struct advice_bits {
	int advice;
	uint32_t set;
	uint32_t clear;
} advice_bits[] = {
	{MADV_NORMAL, 0, ADVICE_RANDOM | ADVICE_SEQUENTIAL},
	{MADV_RANDOM, ADVICE_RANDOM, ADVICE_SEQUENTIAL},
	{MADV_SEQUENTIAL, ADVICE_SEQUENTIAL, ADVICE_RANDOM},
	{MADV_DONTFORK, ADVICE_DONTFORK, 0},
	{MADV_DOFORK, 0, ADVICE_DONTFORK},
	{MADV_DONTDUMP, ADVICE_DONTDUMP, 0},
	{MADV_DODUMP, 0, ADVICE_DONTDUMP},
	{MADV_WIPEONFORK, ADVICE_WIPEONFORK, 0},
	{MADV_KEEPONFORK, 0, ADVICE_WIPEONFORK},
	{MADV_HUGEPAGE, ADVICE_HUGEPAGE, ADVICE_NOHUGEPAGE},
	{MADV_NOHUGEPAGE, ADVICE_NOHUGEPAGE, ADVICE_HUGEPAGE},
	{MADV_MERGEABLE, ADVICE_MERGEABLE, 0},
	{MADV_UNMERGEABLE, 0, ADVICE_MERGEABLE},
};

static const struct advice_bits *bits_find(int advice)
{
	for (unsigned i = 0; i < sizeof(advice_bits) / sizeof(advice_bits[0]); i++) {
		if (advice_bits[i].advice == advice)
			return &advice_bits[i];
	}
	return NULL;
}

/* What Linux 6.x knows; poisoning needs a configuration that hardly any kernel has, guard pages came with 6.13. */
static bool advice_is_known(int advice)
{
	switch (advice) {
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
	case MADV_DONTNEED_LOCKED:
		return true;
	default:
		return bits_find(advice) != NULL;
	}
}

static int bits_change(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end,
		       const struct advice_bits *bits)
{
	uint32_t advice = (vma->advice & ~bits->clear) | bits->set;

	if (bits->set & ADVICE_WIPEONFORK && !vma_is_anonymous(vma))
		return -EINVAL;
	if (advice == vma->advice)
		return 0;
	if ((vma->start < start || vma->end > end) && space->vma_count >= VMA_COUNT_MAX)
		return -ENOMEM;
	if (space_reserve(space, 2))
		return -ENOMEM;
	vma = vma_isolate(space, vma, start, end);
	vma->advice = advice;
	if ((bits->set | bits->clear) & ADVICE_DONTFORK && backing_advise(vma->start, vma->end, bits->advice) < 0)
		return -ENOMEM;
	/* Only a hint: what the host makes of it is its affair. */
	if ((bits->set | bits->clear) & ADVICE_HUGEPAGE && vma_is_anonymous(vma) && !area_is_low(vma->start))
		(void)backing_advise(vma->start, vma->end, bits->advice);
	return 0;
}

/* DONTNEED and FREE. Shared memory keeps its contents: only page tables would go. */
static int contents_drop(struct vma *vma, uint64_t start, uint64_t end, int advice)
{
	if (vma->flags & MAP_LOCKED && advice != MADV_DONTNEED_LOCKED)
		return -EINVAL;
	if (advice == MADV_FREE && !vma_is_anonymous(vma))
		return -EINVAL;
	if (vma->flags & MAP_SHARED || vma->pristine)
		return 0;
	if (!vma_is_anonymous(vma) && vma->file && end > vma->backed)
		end = vma->backed;
	if (start >= end)
		return 0;
	/* Behind the copies there is what the file had once. */
	if (vma->is_torn)
		return backing_map(vma, start, end, GROUND_ANY);
	return backing_advise(start, end, advice == MADV_FREE ? MADV_FREE : MADV_DONTNEED);
}

/* Faults pages in by touching them; nothing changes in them. */
static int pages_populate(const struct vma *vma, uint64_t start, uint64_t end, bool write)
{
	unsigned needed = write ? PROT_WRITE : PROT_READ;

	if (!(vma->protection & needed))
		return -EINVAL;
	for (; start < end; start += PAGE_BYTES) {
		uint32_t word;

		if (get_user_u32(&word, start) || (write && user_compare_exchange_u32(start, 0, 0, &word)))
			return -EFAULT;
	}
	return 0;
}

/*
 * MADV_REMOVE: a hole in the file or in the shared memory. The file's operation takes locks that come before the
 * space's: that is released meanwhile.
 */
static int pages_remove(struct address_space *space, const struct vma *vma, uint64_t start, uint64_t end)
{
	uint64_t offset = vma->offset + (start - vma->start);
	struct file *file = vma->file;
	int error;

	if (vma->flags & MAP_LOCKED || (!file && !vma->shared))
		return -EINVAL;
	if (!(vma->flags & MAP_SHARED) || !(vma->maximum & PROT_WRITE))
		return -EACCES;
	if (vma->shared)
		return (int)host_madvise((uint64_t)(uintptr_t)vma->shared->pages + offset, end - start, MADV_REMOVE);
	if (!file->ops->allocate)
		return -EOPNOTSUPP;
	file_get(file);
	space_unlock(space);
	error = file->ops->allocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, end - start);
	file_put(file);
	space_relock(space);
	return error;
}

static int piece_advise(struct address_space *space, struct vma *vma, uint64_t start, uint64_t end, int advice)
{
	uint64_t from = vma->start > start ? vma->start : start;
	uint64_t to = vma->end < end ? vma->end : end;

	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return contents_drop(vma, from, to, advice);
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return pages_populate(vma, from, to, advice == MADV_POPULATE_WRITE);
	case MADV_REMOVE:
		return pages_remove(space, vma, from, to);
	case MADV_COLD:
	case MADV_PAGEOUT:
		return vma->flags & MAP_LOCKED ? -EINVAL : 0;
	case MADV_WILLNEED:
		return 0;
	default:
		return bits_change(space, vma, start, end, bits_find(advice));
	}
}

/* Holes are reported at the end; populating stops at them. */
static int range_advise(struct address_space *space, uint64_t start, uint64_t end, int advice)
{
	bool populate = advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE;
	int unmapped = 0;
	uint64_t at = start;

	while (at < end) {
		struct vma *vma = vma_find(space, at);
		uint64_t next = vma && vma->end < end ? vma->end : end;
		int error;

		if (!vma || vma->start > at)
			unmapped = -ENOMEM;
		if (!vma || vma->start >= end || (unmapped && populate))
			break;
		error = piece_advise(space, vma, start, end, advice);
		if (error)
			return error;
		at = next;
	}
	return unmapped;
}

long mm_advise(uint64_t start, uint64_t bytes, int advice)
{
	uint64_t end = start + PAGE_ROUND_UP(bytes);
	struct address_space *space;
	int error;

	if (!advice_is_known(advice) || start % PAGE_BYTES || (bytes && PAGE_ROUND_UP(bytes) == 0) || end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	space = space_lock();
	error = range_advise(space, start, end, advice);
	if (bits_find(advice))
		range_merge(space, start, end);
	space_unlock(space);
	return error;
}
