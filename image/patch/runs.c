/* Patched pages: see runs.h. */
#include "image/patch/runs.h"

#include <stdlib.h>
#include <string.h>

#include "image/patch/rules.h"

#define GAP_PAGES_MAX 64u
#define JUMP 0xe9
#define INT3 0xcc

static uint64_t page_down(uint64_t value)
{
	return value & ~(uint64_t)(CODE_PAGE - 1);
}

/*
 * Extends the last run to the pages of [vaddr, end), or begins another; two segments never share one. Returns which it
 * is.
 */
static uint32_t run_extend(struct patch_object *object, const struct code_range *range, uint64_t vaddr, uint64_t end)
{
	uint64_t start = page_down(vaddr);
	uint64_t bytes = page_down(end - 1) + CODE_PAGE - start;
	uint64_t file_offset = page_down(range->file_offset + (vaddr - range->vaddr));
	struct patch_run *run = object->run_count ? &object->runs[object->run_count - 1] : NULL;

	if (run && start - run->vaddr == file_offset - run->file_offset &&
	    start <= run->vaddr + run->bytes + GAP_PAGES_MAX * CODE_PAGE) {
		if (start + bytes > run->vaddr + run->bytes)
			run->bytes = start + bytes - run->vaddr;
		return object->run_count - 1;
	}
	object->runs[object->run_count] = (struct patch_run){
		.vaddr = start, .file_offset = file_offset, .bytes = bytes};
	return object->run_count++;
}

static int run_fill(const struct code *code, struct patch_run *run, struct error *error)
{
	uint64_t bytes = run->bytes;

	/* Which has a page at least. */
	run->data = calloc(1, bytes ? bytes : CODE_PAGE);
	if (!run->data)
		return error_set(error, "out of memory for patched pages");
	if (bytes > code->file_bytes - run->file_offset)
		bytes = code->file_bytes - run->file_offset;
	memcpy(run->data, code->file + run->file_offset, bytes);
	return 0;
}

static void site_write(struct patch_run *run, const struct patch_site *site)
{
	int32_t distance = (int32_t)(site->stub - (site->start + PATCH_JUMP_BYTES));
	uint8_t *place = run->data + (site->start - run->vaddr);

	/* What is left of moved instructions is not meant to be reached. */
	memset(place, INT3, site->end - site->start);
	place[0] = JUMP;
	memcpy(place + 1, &distance, sizeof(distance));
}

static int run_compare(const void *left, const void *right)
{
	const struct patch_run *l = left, *r = right;

	return (l->file_offset > r->file_offset) - (l->file_offset < r->file_offset);
}

int runs_make(struct code *code, struct patch_object *object, struct error *error)
{
	object->runs = calloc(object->site_count, sizeof(object->runs[0]));
	if (!object->runs)
		return error_set(error, "out of memory for patched pages");
	for (uint32_t i = 0; i < object->site_count; i++) {
		struct patch_site *site = &object->sites[i];

		if (site->kind >= PATCH_BEFORE)
			site->run = run_extend(object, code_range_find(code, site->vaddr), site->start, site->end);
	}
	for (uint32_t i = 0; i < object->site_count; i++) {
		const struct patch_site *site = &object->sites[i];
		struct patch_run *run = &object->runs[site->run];

		if (site->kind < PATCH_BEFORE)
			continue;
		if (!run->data && run_fill(code, run, error) < 0)
			return -1;
		site_write(run, site);
	}
	qsort(object->runs, object->run_count, sizeof(object->runs[0]), run_compare);
	return 0;
}
