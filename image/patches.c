/* Patched code of images: see patches.h. */
#include "image/patches.h"

#include <stdlib.h>

#include "image/executables.h"
#include "image/patch/patch.h"

static int pages_append(struct stream *stream, const void *bytes, uint64_t size, uint64_t *offset, struct error *error)
{
	if (stream_pad(stream, IMAGE_PAGE_BYTES, error) < 0)
		return -1;
	*offset = stream_position(stream);
	return stream_add(stream, bytes, size, error);
}

static int run_append(struct patches *patches, const struct patch_run *run, struct stream *stream, struct error *error)
{
	struct image_run *entry;

	if (!patches->runs || patches->run_count == patches->run_capacity) {
		uint64_t capacity = patches->run_capacity ? patches->run_capacity * 2 : 64;
		struct image_run *runs = realloc(patches->runs, capacity * sizeof(*runs));

		if (!runs)
			return error_set(error, "out of memory");
		patches->runs = runs;
		patches->run_capacity = capacity;
	}
	entry = &patches->runs[patches->run_count++];
	*entry = (struct image_run){.file_offset = run->file_offset, .bytes = run->bytes, .vaddr = run->vaddr};
	return pages_append(stream, run->data, run->bytes, &entry->image_offset, error);
}

static int object_append(struct patches *patches, uint64_t nid, const struct patch_object *patched,
			 struct stream *stream, struct image_report *report, struct error *error)
{
	struct image_object *entry = &patches->objects[patches->object_count++];
	uint32_t left = patched->counts[PATCH_NONE] + patched->counts[PATCH_RESTORE];

	*entry = (struct image_object){
		.nid = nid,
		.vaddr_start = patched->vaddr_start,
		.vaddr_end = patched->vaddr_end,
		.stub_bytes = patched->stub_bytes,
		.site_count = patched->site_count - left,
		.run_first = (uint32_t)patches->run_count,
		.run_count = patched->run_count,
	};
	report->objects++;
	report->sites += entry->site_count;
	for (uint32_t i = 0; i < patched->run_count; i++) {
		if (run_append(patches, &patched->runs[i], stream, error) < 0)
			return -1;
	}
	return pages_append(stream, patched->stubs, patched->stub_bytes, &entry->stubs, error);
}

static int executable_patch(struct patches *patches, const struct erofs *fs, uint64_t nid, struct stream *stream,
			    struct image_report *report, struct error *error)
{
	struct patch_object patched;
	uint64_t size = 0;
	const uint8_t *bytes = executable_bytes(fs, nid, &size);
	int result = patch_object_make(bytes, size, &patched, error);

	report->left += patched.counts[PATCH_NONE] + patched.counts[PATCH_RESTORE];
	if (result > 0)
		result = object_append(patches, nid, &patched, stream, report, error);
	patch_object_free(&patched);
	return result;
}

int patches_append(struct patches *patches, const struct erofs *fs, struct stream *stream, struct image_report *report,
		   struct error *error)
{
	uint64_t start = stream_position(stream);
	struct executables executables;
	int result = 0;

	*patches = (struct patches){0};
	if (executables_find(fs, &executables, error) < 0)
		return -1;
	report->elf_files = executables.count;
	patches->objects = calloc(executables.count + 1, sizeof(patches->objects[0]));
	if (!patches->objects) {
		executables_free(&executables);
		return error_set(error, "out of memory");
	}
	for (uint32_t i = 0; i < executables.count && result == 0; i++)
		result = executable_patch(patches, fs, executables.nids[i], stream, report, error);
	executables_free(&executables);
	report->patch_bytes = stream_position(stream) - start;
	return result;
}

void patches_free(struct patches *patches)
{
	free(patches->objects);
	free(patches->runs);
}
