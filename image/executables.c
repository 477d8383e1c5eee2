/* The walk through a file system: see executables.h. Directories may be anything, a cycle too. */
#include "image/executables.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct list {
	uint64_t *nids;
	uint32_t count;
	uint32_t capacity;
};

struct walk {
	const struct erofs *fs;
	uint8_t *seen; /* a bit per nid */
	struct list directories;
	struct list files;
};

static int list_add(struct list *list, uint64_t nid)
{
	if (list->count == list->capacity) {
		uint32_t capacity = list->capacity ? list->capacity * 2 : 256;
		uint64_t *nids = realloc(list->nids, capacity * sizeof(*nids));

		if (!nids)
			return -1;
		list->nids = nids;
		list->capacity = capacity;
	}
	list->nids[list->count++] = nid;
	return 0;
}

const uint8_t *executable_bytes(const struct erofs *fs, uint64_t nid, uint64_t *size)
{
	struct erofs_inode inode;
	struct erofs_run run;

	if (erofs_inode(fs, nid, &inode) != 0 || !S_ISREG(inode.mode) || inode.size < sizeof(Elf64_Ehdr) ||
	    erofs_data(fs, &inode, 0, &run) != 0)
		return NULL;
	/* In one piece, as mkfs_run makes them. */
	if (!run.data || !run.mappable || run.bytes < inode.size || memcmp(run.data, ELFMAG, SELFMAG) != 0)
		return NULL;
	*size = inode.size;
	return run.data;
}

static int entry_visit(struct walk *walk, uint64_t nid)
{
	struct erofs_inode inode;
	uint64_t size;

	if (erofs_inode(walk->fs, nid, &inode) != 0)
		return -1;
	if (walk->seen[nid / 8] >> nid % 8 & 1)
		return 0;
	walk->seen[nid / 8] |= (uint8_t)(1 << nid % 8);
	if (S_ISDIR(inode.mode))
		return list_add(&walk->directories, nid);
	return executable_bytes(walk->fs, nid, &size) ? list_add(&walk->files, nid) : 0;
}

static int directory_visit(struct walk *walk, uint64_t nid)
{
	struct erofs_entry entry;
	struct erofs_inode dir;
	uint64_t cookie = 0;
	int result;

	if (erofs_inode(walk->fs, nid, &dir) != 0)
		return -1;
	while ((result = erofs_readdir(walk->fs, &dir, &cookie, &entry)) > 0) {
		if (entry_visit(walk, entry.nid) < 0)
			return -1;
	}
	return result;
}

static int nid_compare(const void *left, const void *right)
{
	const uint64_t *l = left, *r = right;

	return (*l > *r) - (*l < *r);
}

int executables_find(const struct erofs *fs, struct executables *executables, struct error *error)
{
	struct walk walk = {.fs = fs, .seen = calloc(1, fs->bytes / 32 / 8 + 1)};
	int result = walk.seen ? entry_visit(&walk, fs->root_nid) : -1;

	while (result == 0 && walk.directories.count)
		result = directory_visit(&walk, walk.directories.nids[--walk.directories.count]);
	free(walk.directories.nids);
	free(walk.seen);
	if (result < 0) {
		free(walk.files.nids);
		return error_set(error, "the file system cannot be read through: damaged, or out of memory");
	}
	if (walk.files.count)
		qsort(walk.files.nids, walk.files.count, sizeof(*walk.files.nids), nid_compare);
	*executables = (struct executables){.nids = walk.files.nids, .count = walk.files.count};
	return 0;
}

void executables_free(struct executables *executables)
{
	free(executables->nids);
}
