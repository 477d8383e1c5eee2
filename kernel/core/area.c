/* Which memory is in a core dump: what core(5) says of coredump_filter's default, 0x33. */
#include <linux/errno.h>

#include "kernel/core/parts.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/vma.h"
#include "kernel/vfs/file.h"

/*
 * Linux dumps those pages of private file mappings that were written to; here nobody knows which. Text is as it is in
 * the file, but for its first page, by which debuggers know what file that was; of all else there may be changes, as
 * dynamic linkers make them before they take the right to write away.
 */
static uint64_t file_bytes(const struct vma *vma)
{
	uint64_t shown = vma->backed - vma->start;

	if (vma->flags & MAP_SHARED)
		return 0;
	if (!(vma->protection & PROT_EXEC) || vma->protection & PROT_WRITE)
		return shown;
	return vma->offset == 0 && shown ? PAGE_BYTES : 0;
}

static uint64_t bytes_dumped(const struct vma *vma)
{
	if (!(vma->protection & PROT_READ) || vma->advice & ADVICE_DONTDUMP)
		return 0;
	if (vma->file && vma->source.kind != MAPPING_ZERO)
		return file_bytes(vma);
	return vma->file || !vma->stubs ? vma->end - vma->start : 0;
}

int core_areas_take(struct core_areas *areas)
{
	struct address_space *space = process_current()->space;

	lock_acquire(&space->lock);
	areas->list = heap_alloc((space->vma_count + 1) * sizeof(*areas->list));
	for (struct vma *vma = vma_find(space, 0); vma && areas->list; vma = vma_next(vma)) {
		areas->list[areas->count++] = (struct core_area){
			.start = vma->start,
			.end = vma->end,
			.dumped = bytes_dumped(vma),
			.offset = vma->offset,
			.protection = vma->protection,
			.file = vma->file,
		};
		if (vma->file)
			file_get(vma->file);
	}
	lock_release(&space->lock);
	return areas->list ? 0 : -ENOMEM;
}

void core_areas_free(struct core_areas *areas)
{
	for (size_t i = 0; i < areas->count; i++) {
		if (areas->list[i].file)
			file_put(areas->list[i].file);
	}
	heap_free(areas->list);
}
