/* The index of an image's ELF files: see image_index.h. */
#include "cli/debug/image_index.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A hostile image may have cycles, and any number of names for anything. */
#define DEPTH_MAX 64
#define ENTRIES_MAX (1u << 20)
#define FILES_MAX (1u << 15)
#define EXTENTS_MAX (1u << 20)
#define PATH_BYTES_MAX 4096u

struct walk {
	struct image_index *files;
	char path[PATH_BYTES_MAX];
	uint64_t directories[DEPTH_MAX]; /* nids of those that the path leads through */
	unsigned entries;
};

/* Makes room for one more in an array that doubles. Returns false without memory. */
static bool array_grow(void **array, size_t count, size_t item_bytes)
{
	void *larger;

	if (count & (count - 1))
		return true;
	larger = reallocarray(*array, count ? count * 2 : 1, item_bytes);
	if (!larger)
		return false;
	*array = larger;
	return true;
}

static int extent_add(struct image_index *files, struct image_extent extent)
{
	if (files->extent_count == EXTENTS_MAX)
		return -EUCLEAN;
	if (!array_grow((void **)&files->extents, files->extent_count, sizeof(extent)))
		return -ENOMEM;
	files->extents[files->extent_count++] = extent;
	return 0;
}

static int own_extents_add(struct image_index *files, const struct erofs_inode *inode, size_t file)
{
	uint64_t offset = 0;
	struct erofs_run run;
	int result = 0;

	while (result == 0 && offset < inode->size && erofs_data(&files->fs, inode, offset, &run) == 0) {
		if (run.data && run.mappable) {
			uint64_t start = (uint64_t)(run.data - files->image.bytes);

			result = extent_add(files, (struct image_extent){
							   .start = start,
							   .end = start + run.bytes,
							   .offset = offset,
							   .file = file,
						   });
		}
		offset += run.bytes;
	}
	return result;
}

static int patched_extents_add(struct image_index *files, size_t file)
{
	struct image_object object;
	struct image_run run;
	int result = 0;

	if (image_object_find(&files->image, files->files[file].nid, &object) != 1)
		return 0;
	for (uint32_t i = 0; result == 0 && i < object.run_count; i++) {
		if (image_run_get(&files->image, &object, i, &run) == 0)
			result = extent_add(files, (struct image_extent){
							   .start = run.image_offset,
							   .end = run.image_offset + run.bytes,
							   .offset = run.file_offset,
							   .file = file,
						   });
	}
	if (result == 0 && object.stub_bytes)
		result = extent_add(files, (struct image_extent){
						   .start = object.stubs,
						   .end = object.stubs + object.stub_bytes,
						   .offset = object.vaddr_end,
						   .file = file,
						   .is_stubs = true,
					   });
	return result;
}

static int file_add(struct walk *walk, const struct erofs_inode *inode)
{
	struct image_index *files = walk->files;
	struct image_file file = {.nid = inode->nid};
	struct erofs_run run;
	size_t index = files->file_count;
	int result;

	if (index == FILES_MAX)
		return -EUCLEAN;
	if (erofs_data(&files->fs, inode, 0, &run) != 0 || !run.data || run.bytes < sizeof(Elf64_Ehdr) ||
	    memcmp(run.data, ELFMAG, SELFMAG) != 0)
		return 0;
	/* Blocks may stand for many parts of a file; more than all of them no file has that is to be copied. */
	if (inode->size > files->bytes)
		return 0;
	file.path = strdup(walk->path);
	if (!file.path || !array_grow((void **)&files->files, index, sizeof(file))) {
		free(file.path);
		return -ENOMEM;
	}
	files->files[index] = file;
	files->file_count++;
	result = own_extents_add(files, inode, index);
	return result < 0 ? result : patched_extents_add(files, index);
}

static bool is_cycle(const struct walk *walk, uint64_t nid, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++) {
		if (walk->directories[i] == nid)
			return true;
	}
	return depth == DEPTH_MAX;
}

static int walk_directory(struct walk *walk, const struct erofs_inode *directory, size_t length, unsigned depth)
{
	struct erofs_entry entry;
	uint64_t cookie = 0;
	int result = 0;

	if (is_cycle(walk, directory->nid, depth))
		return 0;
	walk->directories[depth] = directory->nid;
	while (result == 0 && walk->entries < ENTRIES_MAX &&
	       erofs_readdir(&walk->files->fs, directory, &cookie, &entry) == 1) {
		struct erofs_inode inode;
		size_t end = length + 1 + entry.length;

		walk->entries++;
		if (entry.length <= 2 && memcmp(entry.name, "..", entry.length) == 0)
			continue;
		if (end >= sizeof(walk->path) || erofs_inode(&walk->files->fs, entry.nid, &inode) != 0)
			continue;
		walk->path[length] = '/';
		memcpy(walk->path + length + 1, entry.name, entry.length);
		walk->path[end] = '\0';
		if (S_ISREG(inode.mode))
			result = file_add(walk, &inode);
		else if (S_ISDIR(inode.mode))
			result = walk_directory(walk, &inode, end, depth + 1);
	}
	return result;
}

static int extent_compare(const void *left, const void *right)
{
	const struct image_extent *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static int index_read(struct image_index *files)
{
	struct walk walk = {.files = files};
	struct erofs_inode root;
	int result = erofs_open(&files->fs, files->image.bytes, files->image.header.erofs_bytes);

	if (result == 0)
		result = erofs_inode(&files->fs, files->fs.root_nid, &root);
	if (result == 0)
		result = walk_directory(&walk, &root, 0, 0);
	if (files->extent_count)
		qsort(files->extents, files->extent_count, sizeof(*files->extents), extent_compare);
	return result;
}

int image_index_open(struct image_index *files, int fd, struct error *error)
{
	struct stat status;
	void *bytes;
	int result;

	*files = (struct image_index){0};
	if (fstat(fd, &status) < 0)
		return error_set(error, "image: %s", strerror(errno));
	files->bytes = (uint64_t)status.st_size;
	files->copy_bytes = files->bytes * 2;
	bytes = mmap(NULL, files->bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return error_set(error, "image: %s", strerror(errno));
	result = image_open(&files->image, bytes, files->bytes);
	files->image.bytes = bytes;
	if (result == 0)
		result = index_read(files);
	if (result == 0)
		return 0;
	image_index_close(files);
	return error_set(error, "image: %s", result == -ENOMEM ? "out of memory" : "damaged, or of another version");
}

void image_index_close(struct image_index *files)
{
	munmap((void *)(uintptr_t)files->image.bytes, files->bytes);
	for (size_t i = 0; i < files->file_count; i++) {
		free(files->files[i].path);
		free(files->files[i].extracted);
	}
	free(files->files);
	free(files->extents);
	*files = (struct image_index){0};
}

const struct image_extent *image_index_at(const struct image_index *files, uint64_t offset)
{
	size_t low = 0, high = files->extent_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct image_extent *extent = &files->extents[middle];

		if (offset < extent->start)
			high = middle;
		else if (offset >= extent->end)
			low = middle + 1;
		else
			return extent;
	}
	return NULL;
}

bool image_file_address(const struct image_index *files, size_t file, uint64_t offset, uint64_t *address)
{
	struct erofs_inode inode;
	struct erofs_run run;
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (erofs_inode(&files->fs, files->files[file].nid, &inode) != 0 ||
	    erofs_data(&files->fs, &inode, 0, &run) != 0 || !run.data || run.bytes < sizeof(header))
		return false;
	memcpy(&header, run.data, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(segment) ||
	    header.e_phoff > run.bytes || header.e_phnum > (run.bytes - header.e_phoff) / sizeof(segment))
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		uint64_t page_skip;

		memcpy(&segment, run.data + header.e_phoff + i * sizeof(segment), sizeof(segment));
		page_skip = segment.p_offset % IMAGE_PAGE_BYTES;
		/* Whole pages are mapped. */
		if (segment.p_type != PT_LOAD || offset < segment.p_offset - page_skip ||
		    offset - segment.p_offset + page_skip >= segment.p_filesz + page_skip)
			continue;
		*address = segment.p_vaddr + (offset - segment.p_offset);
		return true;
	}
	return false;
}
