/*
 * Fuzz target: the bytes are a file system, or a whole image with its tables. Everything in it is visited; what is
 * handed out must lie inside, and what readdir lists lookup must not contradict itself about.
 */
#include <string.h>

#include "freestanding/erofs/erofs.h"
#include "freestanding/image/image.h"
#include "tests/fuzz/fuzz.h"

#define INODES_MAX 200u
#define ENTRIES_MAX 500u

struct walk {
	struct erofs fs;
	const uint8_t *start;
	uint64_t bytes;
	uint64_t nids[INODES_MAX];
	unsigned count;
};

static void inside_check(const struct walk *walk, const void *bytes, uint64_t size)
{
	const uint8_t *first = bytes;

	FUZZ_CHECK(first >= walk->start && size <= walk->bytes);
	FUZZ_CHECK((uint64_t)(first - walk->start) <= walk->bytes - size);
}

static void data_visit(const struct walk *walk, const struct erofs_inode *inode)
{
	struct erofs_run run;
	uint64_t offset = 0;

	for (unsigned i = 0; i < ENTRIES_MAX && offset < inode->size; i++, offset += run.bytes) {
		if (erofs_data(&walk->fs, inode, offset, &run) != 0)
			break;
		FUZZ_CHECK(run.bytes && run.bytes <= inode->size - offset);
		if (run.data)
			inside_check(walk, run.data, run.bytes);
		if (run.data && run.mappable)
			FUZZ_CHECK((uint64_t)(run.data - walk->start) % EROFS_BLOCK_BYTES ==
				   offset % EROFS_BLOCK_BYTES);
	}
	FUZZ_CHECK(erofs_data(&walk->fs, inode, inode->size, &run) < 0);
	erofs_data(&walk->fs, inode, inode->size / 2, &run);
}

static void attributes_visit(const struct walk *walk, const struct erofs_inode *inode)
{
	struct erofs_xattr_cursor cursor = {0};
	struct erofs_xattr xattr;
	const uint8_t *value;
	uint32_t bytes;
	char name[300];

	for (unsigned i = 0; i < ENTRIES_MAX && erofs_xattr_next(&walk->fs, inode, &cursor, &xattr) == 1; i++) {
		inside_check(walk, xattr.name, xattr.name_length);
		inside_check(walk, xattr.value, xattr.value_bytes);
		FUZZ_CHECK(xattr.prefix_length + xattr.name_length < sizeof(name));
		memcpy(name, xattr.prefix, xattr.prefix_length);
		memcpy(name + xattr.prefix_length, xattr.name, xattr.name_length);
		FUZZ_CHECK(erofs_xattr_get(&walk->fs, inode, name, xattr.prefix_length + xattr.name_length, &value,
					   &bytes) == 0);
	}
	erofs_xattr_get(&walk->fs, inode, "user.x", 6, &value, &bytes);
}

static void nid_add(struct walk *walk, uint64_t nid)
{
	for (unsigned i = 0; i < walk->count; i++) {
		if (walk->nids[i] == nid)
			return;
	}
	if (walk->count < INODES_MAX)
		walk->nids[walk->count++] = nid;
}

static void directory_visit(struct walk *walk, const struct erofs_inode *dir)
{
	uint64_t cookie = 0, before = 0, nid;
	struct erofs_entry entry;
	uint8_t type;

	for (unsigned i = 0; i < ENTRIES_MAX && erofs_readdir(&walk->fs, dir, &cookie, &entry) == 1; i++) {
		FUZZ_CHECK(cookie > before && cookie <= dir->size + EROFS_BLOCK_BYTES);
		FUZZ_CHECK(entry.length && entry.length <= EROFS_NAME_MAX);
		inside_check(walk, entry.name, entry.length);
		FUZZ_CHECK(!memchr(entry.name, 0, entry.length) && !memchr(entry.name, '/', entry.length));
		/* In a directory that is not sorted, a name may be lost. */
		erofs_lookup(&walk->fs, dir, entry.name, entry.length, &nid, &type);
		nid_add(walk, entry.nid);
		before = cookie;
	}
	erofs_lookup(&walk->fs, dir, "m", 1, &nid, &type);
	cookie = before * 5 + 7;
	erofs_readdir(&walk->fs, dir, &cookie, &entry);
}

static void tables_visit(const uint8_t *data, size_t size)
{
	struct image_object object;
	struct image_run run;
	struct image image;

	if (image_open(&image, data, size) != 0)
		return;
	for (uint64_t nid = 0; nid < 64; nid++) {
		if (image_object_find(&image, nid, &object) != 1)
			continue;
		FUZZ_CHECK(object.stubs <= size && object.stub_bytes <= size - object.stubs);
		for (uint32_t i = 0; i < object.run_count && i < ENTRIES_MAX; i++) {
			if (image_run_get(&image, &object, i, &run) == 0)
				FUZZ_CHECK(run.image_offset <= size && run.bytes <= size - run.image_offset);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct walk walk = {.start = data, .bytes = size};
	struct erofs_inode inode;

	tables_visit(data, size);
	if (erofs_open(&walk.fs, data, size) != 0)
		return 0;
	nid_add(&walk, walk.fs.root_nid);
	for (unsigned i = 0; i < walk.count; i++) {
		if (erofs_inode(&walk.fs, walk.nids[i], &inode) != 0)
			continue;
		attributes_visit(&walk, &inode);
		directory_visit(&walk, &inode);
		data_visit(&walk, &inode);
	}
	return 0;
}
