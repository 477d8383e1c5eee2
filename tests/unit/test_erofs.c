/*
 * The EROFS reader against real images: a tree with everything is packed by mkfs.erofs in all its ways, and the image
 * must be the tree.
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "freestanding/erofs/erofs.h"
#include "image/image.h"
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

struct walk {
	struct erofs fs;
	bool times;
	unsigned inodes;
};

static struct tree tree;

static int tree_setup(void **state)
{
	(void)state;
	tree_make(&tree);
	return 0;
}

static int tree_teardown(void **state)
{
	(void)state, tree_remove(&tree);
	return 0;
}

static void content_compare(const struct walk *walk, const char *path, const struct erofs_inode *inode,
			    const uint8_t *wanted)
{
	static const uint8_t zeroes[EROFS_BLOCK_BYTES];
	uint64_t offset = 0;
	struct erofs_run run;

	while (offset < inode->size) {
		assert_int_equal(erofs_data(&walk->fs, inode, offset, &run), 0);
		if (!run.bytes || run.bytes > inode->size - offset)
			fail_msg("%s: a run of %lu bytes", path, run.bytes);
		if (run.data && run.mappable && (uint64_t)(run.data - walk->fs.image) % EROFS_BLOCK_BYTES)
			fail_msg("%s: not aligned at %lu", path, offset);
		for (uint64_t done = 0; done < run.bytes;) {
			uint64_t piece = run.bytes - done < sizeof(zeroes) ? run.bytes - done : sizeof(zeroes);

			if (memcmp(run.data ? run.data + done : zeroes, wanted + offset + done, piece) != 0)
				fail_msg("%s: differs behind %lu", path, offset + done);
			done += piece;
		}
		offset += run.bytes;
	}
	assert_int_equal(erofs_data(&walk->fs, inode, offset, &run), -ENODATA);
	assert_int_equal(erofs_data(&walk->fs, inode, UINT64_MAX, &run), -ENODATA);
}

static void file_compare(const struct walk *walk, const char *path, const struct erofs_inode *inode)
{
	int fd = open(path, O_RDONLY);
	void *bytes = NULL;

	assert_true(fd >= 0);
	if (inode->size)
		bytes = mmap(NULL, inode->size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(bytes != MAP_FAILED);
	content_compare(walk, path, inode, bytes);
	if (inode->size)
		munmap(bytes, inode->size);
	close(fd);
}

static void link_compare(const struct walk *walk, const char *path, const struct erofs_inode *inode)
{
	char target[4097];

	if (readlink(path, target, sizeof(target)) != (ssize_t)inode->size)
		fail_msg("%s: length %lu", path, inode->size);
	content_compare(walk, path, inode, (const uint8_t *)target);
}

static void attributes_compare(const struct walk *walk, const char *path, const struct erofs_inode *inode)
{
	struct erofs_xattr_cursor cursor = {0};
	struct erofs_xattr xattr;
	char names[4096], value[4096];
	ssize_t names_bytes = llistxattr(path, names, sizeof(names));
	unsigned count = 0, found = 0;
	const uint8_t *bytes;
	uint32_t size;
	int result;

	assert_true(names_bytes >= 0);
	for (char *name = names; name < names + names_bytes; name += strlen(name) + 1, count++) {
		ssize_t length = lgetxattr(path, name, value, sizeof(value));

		result = erofs_xattr_get(&walk->fs, inode, name, strlen(name), &bytes, &size);
		if (result != 0 || size != (size_t)length || memcmp(bytes, value, size) != 0)
			fail_msg("%s: %s: %d, %u bytes", path, name, result, size);
	}
	while ((result = erofs_xattr_next(&walk->fs, inode, &cursor, &xattr)) > 0)
		found++;
	if (result != 0 || found != count)
		fail_msg("%s: %d, %u attributes instead of %u", path, result, found, count);
	assert_int_equal(erofs_xattr_get(&walk->fs, inode, "user.none", 9, &bytes, &size), -ENODATA);
}

static void inode_compare(const struct walk *walk, const char *path, const struct stat *stat,
			  const struct erofs_inode *inode)
{
	if (inode->mode != stat->st_mode || inode->uid != stat->st_uid || inode->gid != stat->st_gid ||
	    inode->nlink != stat->st_nlink || inode->rdev != stat->st_rdev)
		fail_msg("%s: mode %o, owner %u %u, %u links, device %x", path, inode->mode, inode->uid, inode->gid,
			 inode->nlink, inode->rdev);
	if (walk->times && (inode->mtime != stat->st_mtim.tv_sec || inode->mtime_nsec != stat->st_mtim.tv_nsec))
		fail_msg("%s: time %ld.%09u", path, inode->mtime, inode->mtime_nsec);
	if (!S_ISDIR(stat->st_mode) && inode->size != (uint64_t)stat->st_size)
		fail_msg("%s: %lu bytes", path, inode->size);
}

static void directory_compare(struct walk *walk, const char *path, const struct erofs_inode *dir);

static void tree_compare(struct walk *walk, const char *path, uint64_t nid)
{
	struct erofs_inode inode;
	struct stat stat;
	int error = erofs_inode(&walk->fs, nid, &inode);

	if (error)
		fail_msg("%s: %s", path, strerror(-error));
	assert_int_equal(lstat(path, &stat), 0);
	inode_compare(walk, path, &stat, &inode);
	attributes_compare(walk, path, &inode);
	walk->inodes++;
	if (S_ISDIR(stat.st_mode))
		directory_compare(walk, path, &inode);
	else if (S_ISREG(stat.st_mode))
		file_compare(walk, path, &inode);
	else if (S_ISLNK(stat.st_mode))
		link_compare(walk, path, &inode);
}

/* Every name of the host's directory is found, names near it are not, and readdir lists as many, in order. */
static void directory_compare(struct walk *walk, const char *path, const struct erofs_inode *dir)
{
	struct erofs_entry entry, before = {0};
	struct dirent *dirent;
	uint64_t cookie = 0, nid;
	unsigned count = 0;
	char child[8192];
	DIR *host = opendir(path);
	uint8_t type;

	assert_non_null(host);
	while ((dirent = readdir(host)) != NULL) {
		size_t length = strlen(dirent->d_name);
		int error = erofs_lookup(&walk->fs, dir, dirent->d_name, length, &nid, &type);

		if (error || type != dirent->d_type)
			fail_msg("%s/%s: %d, type %u", path, dirent->d_name, error, type);
		count++;
		if (strcmp(dirent->d_name, ".") == 0 || strcmp(dirent->d_name, "..") == 0)
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, dirent->d_name);
		tree_compare(walk, child, nid);
		snprintf(child, sizeof(child), "%s~", dirent->d_name);
		error = erofs_lookup(&walk->fs, dir, child, length + 1, &nid, &type);
		assert_int_equal(error, length == EROFS_NAME_MAX ? -ENAMETOOLONG : -ENOENT);
	}
	closedir(host);
	while (erofs_readdir(&walk->fs, dir, &cookie, &entry) == 1) {
		size_t common = before.length < entry.length ? before.length : entry.length;
		int order = before.name ? memcmp(before.name, entry.name, common) : -1;

		assert_true(order < 0 || (order == 0 && before.length < entry.length));
		assert_int_equal(erofs_lookup(&walk->fs, dir, entry.name, entry.length, &nid, NULL), 0);
		assert_int_equal(nid, entry.nid);
		before = entry;
		count--;
	}
	assert_int_equal(count, 0);
}

static void packings_are_read(void **state)
{
	static const struct {
		const char *options;
		bool times;
	} cases[] = {
		{"-T0 -Enoinline_data", false},
		{"--preserve-mtime -Enoinline_data", true},
		{"--preserve-mtime", true},
		{"-T7 -Eforce-inode-extended", false},
		{"-T7 -x1", false},
		{"--preserve-mtime --chunksize=4096", true},
		{"-T0 --chunksize=16384 -Eforce-chunk-indexes", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct tree_image image = tree_pack(&tree, cases[i].options);
		struct walk walk = {.times = cases[i].times};
		struct erofs_inode root;

		assert_int_equal(erofs_open(&walk.fs, image.bytes, image.size), 0);
		tree_compare(&walk, tree.root, walk.fs.root_nid);
		assert_true(walk.inodes > 3000);
		assert_int_equal(erofs_inode(&walk.fs, walk.fs.root_nid, &root), 0);
		assert_int_equal(root.mode & S_IFMT, S_IFDIR);
		tree_image_unmap(&image);
	}
}

/* The builder's own writer, which keeps times always and owners if it is root. */
static void images_are_read(void **state)
{
	const struct image_request request = {.kind = IMAGE_KIND_ROOT, .source = tree.root};
	struct walk walk = {.times = true};
	struct error error = {0};
	struct tree_image image;

	(void)state;
	success_expect("image_build", image_build(&request, tree.image, NULL, &error), &error);
	image = tree_image_map(tree.image);
	assert_int_equal(erofs_open(&walk.fs, image.bytes, image.size), 0);
	tree_compare(&walk, tree.root, walk.fs.root_nid);
	assert_true(walk.inodes > 3000);
	tree_image_unmap(&image);
}

static void directories_are_sought(void **state)
{
	struct tree_image image = tree_pack(&tree, "-T0 -Enoinline_data");
	uint64_t nid, cookie = 0, cookies[3100];
	struct erofs_inode dir, file;
	struct erofs_entry entry;
	unsigned count = 0;
	struct erofs fs;

	(void)state;
	assert_int_equal(erofs_open(&fs, image.bytes, image.size), 0);
	assert_int_equal(erofs_inode(&fs, fs.root_nid, &dir), 0);
	assert_int_equal(erofs_lookup(&fs, &dir, "many", 4, &nid, NULL), 0);
	assert_int_equal(erofs_inode(&fs, nid, &dir), 0);
	do {
		assert_true(count < ARRAY_COUNT(cookies));
		cookies[count++] = cookie;
	} while (erofs_readdir(&fs, &dir, &cookie, &entry) == 1);
	for (unsigned i = 0; i + 1 < count; i++) {
		assert_true(cookies[i + 1] > cookies[i]);
		cookie = cookies[i];
		assert_int_equal(erofs_readdir(&fs, &dir, &cookie, &entry), 1);
		assert_int_equal(cookie, cookies[i + 1]);
	}
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t from = cookie = 5ull << bit;

		if (erofs_readdir(&fs, &dir, &cookie, &entry) == 1)
			assert_true(cookie > from && cookie < dir.size);
	}
	assert_int_equal(erofs_lookup(&fs, &dir, "0", 1, &nid, NULL), 0);
	assert_int_equal(erofs_inode(&fs, nid, &file), 0);
	assert_int_equal(erofs_lookup(&fs, &file, "x", 1, &nid, NULL), -ENOTDIR);
	assert_int_equal(erofs_readdir(&fs, &file, &cookie, &entry), -ENOTDIR);
	assert_int_equal(erofs_lookup(&fs, &dir, "", 0, &nid, NULL), -ENOENT);
	tree_image_unmap(&image);
}

static void others_are_refused(void **state)
{
	struct tree_image image = tree_pack(&tree, "-T0 -zlz4hc");
	uint8_t *bytes = (uint8_t *)(uintptr_t)image.bytes;
	struct erofs_inode inode;
	struct erofs fs;
	uint64_t nid;

	(void)state;
	if (erofs_open(&fs, bytes, image.size) == 0) {
		assert_int_equal(erofs_inode(&fs, fs.root_nid, &inode), 0);
		assert_int_equal(erofs_lookup(&fs, &inode, "sparse", 6, &nid, NULL), 0);
		assert_int_equal(erofs_inode(&fs, nid, &inode), -EOPNOTSUPP);
	}
	tree_image_unmap(&image);
	image = tree_pack(&tree, "-T0");
	bytes = (uint8_t *)(uintptr_t)image.bytes;
	assert_int_equal(erofs_open(&fs, bytes, 1024 + 127), -EINVAL);
	assert_int_equal(erofs_open(&fs, bytes, image.size - 1), -EUCLEAN);
	assert_int_equal(erofs_open(&fs, bytes, image.size), 0);
	assert_int_equal(erofs_inode(&fs, UINT64_MAX, &inode), -EUCLEAN);
	assert_int_equal(erofs_inode(&fs, fs.bytes / 32, &inode), -EUCLEAN);
	bytes[1024 + 12] = 9; /* block size */
	assert_int_equal(erofs_open(&fs, bytes, image.size), -EOPNOTSUPP);
	bytes[1024] ^= 1; /* magic */
	assert_int_equal(erofs_open(&fs, bytes, image.size), -EINVAL);
	tree_image_unmap(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packings_are_read),
		cmocka_unit_test(images_are_read),
		cmocka_unit_test(directories_are_sought),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, tree_setup, tree_teardown);
}
