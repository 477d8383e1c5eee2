/* Image files out of directories: see image.h. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "abi/image.h"
#include "image/executables.h"
#include "image/image.h"
#include "image/mkfs.h"
#include "image/output.h"
#include "image/patch/patch.h"

#define WORD_BYTES 8u
/* The host's page cache takes a write of this size in large pages; much longer ones it cuts small. */
#define PIECE_BYTES (1ull << 20)

struct build {
	struct output output;
	struct erofs fs;
	struct image_header header;
	uint64_t end; /* of what is written */
	struct image_object *objects;
	struct image_run *runs;
	uint32_t run_capacity;
	struct image_report report;
};

/* Appends bytes on a boundary and says where they are; what is skipped reads as zeroes. */
static int append(struct build *build, const void *bytes, uint64_t size, uint64_t align, uint64_t *offset,
		  struct error *error)
{
	*offset = (build->end + align - 1) / align * align;
	build->end = *offset + size;
	return output_write(&build->output, bytes, size, *offset, error);
}

static int run_append(struct build *build, const struct patch_run *run, struct error *error)
{
	struct image_run *entry;

	if (build->header.run_count == build->run_capacity) {
		uint32_t capacity = build->run_capacity ? build->run_capacity * 2 : 64;
		struct image_run *runs = realloc(build->runs, capacity * sizeof(*runs));

		if (!runs)
			return error_set(error, "out of memory");
		build->runs = runs;
		build->run_capacity = capacity;
	}
	entry = &build->runs[build->header.run_count++];
	*entry = (struct image_run){.file_offset = run->file_offset, .bytes = run->bytes, .vaddr = run->vaddr};
	return append(build, run->data, run->bytes, IMAGE_PAGE_BYTES, &entry->image_offset, error);
}

static int object_append(struct build *build, uint64_t nid, const struct patch_object *patched, struct error *error)
{
	struct image_object *entry = &build->objects[build->header.object_count++];
	uint32_t left = patched->counts[PATCH_NONE] + patched->counts[PATCH_RESTORE];

	*entry = (struct image_object){
		.nid = nid,
		.vaddr_start = patched->vaddr_start,
		.vaddr_end = patched->vaddr_end,
		.stub_bytes = patched->stub_bytes,
		.site_count = patched->site_count - left,
		.run_first = (uint32_t)build->header.run_count,
		.run_count = patched->run_count,
	};
	build->report.objects++;
	build->report.sites += entry->site_count;
	for (uint32_t i = 0; i < patched->run_count; i++) {
		if (run_append(build, &patched->runs[i], error) < 0)
			return -1;
	}
	return append(build, patched->stubs, patched->stub_bytes, IMAGE_PAGE_BYTES, &entry->stubs, error);
}

static int executable_patch(struct build *build, uint64_t nid, struct error *error)
{
	struct patch_object patched;
	uint64_t size = 0;
	const uint8_t *bytes = executable_bytes(&build->fs, nid, &size);
	int result = patch_object_make(bytes, size, &patched, error);

	build->report.left += patched.counts[PATCH_NONE] + patched.counts[PATCH_RESTORE];
	if (result > 0)
		result = object_append(build, nid, &patched, error);
	patch_object_free(&patched);
	return result;
}

static int executables_patch(struct build *build, struct error *error)
{
	struct executables executables;
	int result = 0;

	if (executables_find(&build->fs, &executables, error) < 0)
		return -1;
	build->report.elf_files = executables.count;
	build->objects = calloc(executables.count + 1, sizeof(build->objects[0]));
	if (!build->objects) {
		executables_free(&executables);
		return error_set(error, "out of memory");
	}
	for (uint32_t i = 0; i < executables.count && result == 0; i++)
		result = executable_patch(build, executables.nids[i], error);
	executables_free(&executables);
	build->report.patch_bytes = build->end - build->fs.bytes;
	return result;
}

/* Tables, configuration and at last the header, which makes the file an image. */
static int tables_append(struct build *build, const struct image_options *options, struct error *error)
{
	struct image_header *header = &build->header;
	uint64_t objects_bytes = header->object_count * sizeof(build->objects[0]);
	uint64_t runs_bytes = header->run_count * sizeof(build->runs[0]);
	const struct image_options none = {0};
	static const char zero = 0;
	uint64_t last;

	options = options ? options : &none;
	header->config_bytes = options->config ? options->config_bytes : 0;
	if (append(build, build->objects, objects_bytes, WORD_BYTES, &header->objects, error) < 0 ||
	    append(build, build->runs, runs_bytes, WORD_BYTES, &header->runs, error) < 0 ||
	    append(build, options->config, header->config_bytes, WORD_BYTES, &header->config, error) < 0)
		return -1;
	/* Whole pages: mapping the file gives no page that is half another's. */
	last = (build->end + IMAGE_PAGE_BYTES - 1) / IMAGE_PAGE_BYTES * IMAGE_PAGE_BYTES;
	if (last > build->end && output_write(&build->output, &zero, 1, last - 1, error) < 0)
		return -1;
	memcpy(header->magic, IMAGE_MAGIC, sizeof(header->magic));
	header->version = IMAGE_VERSION;
	header->file_bytes = last;
	header->erofs_bytes = build->fs.bytes;
	build->report.file_bytes = last;
	return output_write(&build->output, header, sizeof(*header), 0, error);
}

/*
 * What mkfs.erofs wrote, in larger pieces than it did: the host's page cache keeps a file in pages of the size it was
 * written in, and with small ones the page faults of a program's text cost twice as much.
 */
static int file_system_copy(const struct build *build, const uint8_t *bytes, uint64_t size, struct error *error)
{
	int result = 0;

	for (uint64_t at = 0; at < size && result == 0; at += PIECE_BYTES)
		result = output_write(&build->output, bytes + at, size - at < PIECE_BYTES ? size - at : PIECE_BYTES, at,
				      error);
	return result;
}

/* Everything behind mkfs.erofs. */
static int rest_make(struct build *build, const struct output *packed, const struct image_options *options,
		     struct error *error)
{
	struct stat stat;
	void *bytes;
	int result, number;

	if (fstat(packed->fd, &stat) < 0)
		return error_set(error, "%s: %s", packed->path, strerror(errno));
	bytes = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_SHARED, packed->fd, 0);
	if (bytes == MAP_FAILED)
		return error_set(error, "%s: could not be mapped: %s", packed->path, strerror(errno));
	number = erofs_open(&build->fs, bytes, (uint64_t)stat.st_size);
	if (number) {
		result = error_set(error, "mkfs.erofs wrote what cannot be read here: %s", strerror(-number));
	} else {
		build->end = build->fs.bytes;
		result = file_system_copy(build, bytes, (uint64_t)stat.st_size, error);
		if (result == 0)
			result = executables_patch(build, error);
		if (result == 0)
			result = tables_append(build, options, error);
	}
	munmap(bytes, (size_t)stat.st_size);
	return result;
}

int image_build(const char *root, const char *output, const struct image_options *options, struct image_report *report,
		struct error *error)
{
	struct build build = {0};
	struct output packed;
	struct stat status;
	int result;

	if (stat(root, &status) < 0)
		return error_set(error, "%s: %s", root, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return error_set(error, "%s: not a directory", root);
	if (output_create(&packed, output, error) < 0)
		return -1;
	if (output_create(&build.output, output, error) < 0) {
		output_discard(&packed);
		return -1;
	}
	result = mkfs_run(root, packed.fd, output, error);
	if (result == 0)
		result = rest_make(&build, &packed, options, error);
	output_discard(&packed);
	free(build.objects);
	free(build.runs);
	if (result < 0)
		output_discard(&build.output);
	else
		result = output_publish(&build.output, error);
	if (report)
		*report = build.report;
	return result;
}
