/* Patched text and its stubs: see patch.h. */
#include "kernel/mm/patch.h"

#include "freestanding/image/image.h"
#include "kernel/host/boot.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/backing.h"
#include "kernel/mm/recycle.h"

bool patch_object_find(const struct mapping_source *source, struct image *image, struct image_object *object)
{
	struct kernel_image file;

	if (source->kind != MAPPING_IMAGE || source->nid == 0)
		return false;
	file = kernel_image_at(source->image);
	return image_open(image, file.base, file.bytes) == 0 && image_object_find(image, source->nid, object) == 1;
}

uint64_t patch_room(const struct mapping_source *source, uint64_t offset, uint64_t bytes)
{
	struct image image;
	struct image_object object;

	if (offset != 0 || !patch_object_find(source, &image, &object) || bytes < object.vaddr_end - object.vaddr_start)
		return 0;
	return object.stub_bytes;
}

/*
 * Maps the stubs of an object that is loaded `bias` bytes above its addresses, from its image, unless they are there.
 */
static bool stubs_map(struct address_space *space, const struct image_object *object, uint64_t bias, int image_fd)
{
	uint64_t start = bias + object->vaddr_end;
	uint64_t end = start + object->stub_bytes;
	struct vma *there = vma_at(space, start);
	struct vma *vma;

	if (start % PAGE_BYTES || !area_has(start, object->stub_bytes) || object->stub_bytes == 0)
		return false;
	if (there && there->start == start && there->end == end && !there->file)
		return there->stubs == bias + object->vaddr_start;
	if (!range_is_free(space, start, end))
		return false;
	if (backing_file(start, end, PROT_READ | PROT_EXEC, MAP_PRIVATE, image_fd, object->stubs)) {
		(void)backing_clear(start, end);
		return false;
	}
	recycle_forget(space, start, end);
	vma = vma_new(space);
	vma->start = start;
	vma->end = end;
	vma->protection = PROT_READ | PROT_EXEC;
	vma->maximum = PROT_READ | PROT_WRITE | PROT_EXEC;
	vma->flags = MAP_PRIVATE;
	vma->label = STUBS_LABEL;
	vma->stubs = bias + object->vaddr_start;
	vma_insert(space, vma);
	return true;
}

bool patch_run_clip(const struct vma *vma, struct image_run *run)
{
	uint64_t first = vma->offset;
	uint64_t end = vma->offset + (vma->backed - vma->start);
	uint64_t run_end = run->file_offset + run->bytes;
	uint64_t skip = run->file_offset < first ? first - run->file_offset : 0;

	if (run->file_offset >= end || run_end <= first)
		return false;
	run->file_offset += skip;
	run->image_offset += skip;
	run->vaddr += skip;
	run->bytes = (run_end < end ? run_end : end) - run->file_offset;
	return true;
}

void patch_apply(struct address_space *space, struct vma *vma)
{
	struct image image;
	struct image_object object;
	uint64_t bias = 0;
	int image_fd;

	if (space->keeps_text || !vma->file || !(vma->protection & PROT_EXEC) || vma->flags & MAP_SHARED ||
	    !patch_object_find(&vma->source, &image, &object))
		return;
	image_fd = kernel_image_at(vma->source.image).fd;
	for (uint32_t index = 0; index < object.run_count; index++) {
		struct image_run run;
		uint64_t at;

		if (image_run_get(&image, &object, index, &run) || !patch_run_clip(vma, &run))
			continue;
		at = vma->start + (run.file_offset - vma->offset);
		if (!vma->stubs) {
			bias = at - run.vaddr;
			if (!stubs_map(space, &object, bias, image_fd))
				return;
			vma->stubs = bias + object.vaddr_end;
		}
		/* Where the host refuses, the file's own pages stay: they trap, but they run. */
		if (at - run.vaddr == bias)
			(void)backing_file(at, at + run.bytes, vma->protection, MAP_PRIVATE, image_fd,
					   run.image_offset);
	}
}

/* Whether text in [start, stubs) still jumps to the stubs. */
static bool stubs_are_used(const struct address_space *space, uint64_t start, uint64_t stubs)
{
	for (struct vma *vma = vma_find(space, start); vma && vma->start < stubs; vma = vma_next(vma)) {
		if (vma->file && vma->stubs == stubs)
			return true;
	}
	return false;
}

static void text_restore(const struct address_space *space, uint64_t start, uint64_t stubs)
{
	for (struct vma *vma = vma_find(space, start); vma && vma->start < stubs; vma = vma_next(vma)) {
		if (!vma->file || vma->stubs != stubs)
			continue;
		vma->stubs = 0;
		if (backing_map(vma, vma->start, vma->end, GROUND_ANY))
			(void)backing_clear(vma->start, vma->end);
	}
}

void patch_settle(struct address_space *space, const struct vma *removed)
{
	struct vma *stubs;

	if (!removed->stubs)
		return;
	if (!removed->file) {
		text_restore(space, removed->stubs, removed->start);
		return;
	}
	stubs = vma_at(space, removed->stubs);
	if (!stubs || stubs->file || !stubs->stubs || stubs_are_used(space, stubs->stubs, removed->stubs))
		return;
	(void)backing_clear(stubs->start, stubs->end);
	vma_remove(space, stubs);
}
