/* A tree for the tests of image files: see tree.h. */
#define _GNU_SOURCE

#include "tests/unit/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define MANY_FILES 3000
#define DEPTH 40
#define SPARSE_BYTES (64ull << 20)

static void check(int result, const char *what)
{
	if (result < 0)
		fail_msg("%s: %s", what, strerror(errno));
}

const char *tree_path(const struct tree *tree, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", tree->root, name);
	return path;
}

void tree_write(const struct tree *tree, const char *name, const void *bytes, size_t size)
{
	int fd = open(tree_path(tree, name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	check(fd, name);
	if (write(fd, bytes, size) != (ssize_t)size)
		fail_msg("%s: %s", name, strerror(errno));
	close(fd);
}

static void directory_make(const struct tree *tree, const char *name)
{
	check(mkdir(tree_path(tree, name), 0755), name);
}

/* Sizes around block boundaries: where inline and plain data differ. */
static void sizes_make(const struct tree *tree)
{
	static const size_t sizes[] = {0, 1, 31, 32, 2048, 4000, 4064, 4095, 4096, 4097, 8191, 8192, 12345, 100000};
	static char bytes[100000];
	char name[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 31 + i / 4096);
	directory_make(tree, "sizes");
	for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
		snprintf(name, sizeof(name), "sizes/%zu", sizes[i]);
		tree_write(tree, name, bytes, sizes[i]);
	}
	tree_write(tree, "sparse", "begin", 5);
	check(truncate(tree_path(tree, "sparse"), SPARSE_BYTES), "sparse");
}

static void names_make(const struct tree *tree)
{
	char name[400] = "many";
	char longest[256];

	directory_make(tree, name);
	for (unsigned i = 0; i < MANY_FILES; i++) {
		snprintf(name, sizeof(name), "many/%u", i * 7919 % 100003);
		tree_write(tree, name, name, i % 3);
	}
	/* mkfs.erofs 1.5 cannot pack names of 255 bytes. */
	memset(longest, 'x', 254);
	longest[254] = 0;
	directory_make(tree, "long");
	for (char first = 'a'; first <= 'z'; first++) {
		longest[0] = first;
		snprintf(name, sizeof(name), "long/%s", longest);
		tree_write(tree, name, "long", 4);
	}
	tree_write(tree, "long/\xff\xfe\x80", "bytes", 5);
	tree_write(tree, "long/ ", "space", 5);
	directory_make(tree, "empty");
	strcpy(name, "deep");
	for (unsigned i = 0; i < DEPTH; i++) {
		directory_make(tree, name);
		strcat(name, "/d");
	}
}

static void kinds_make(const struct tree *tree)
{
	int root = open(tree->root, O_PATH);
	char target[4096];

	memset(target, 't', sizeof(target));
	target[4095] = 0;
	check(symlink(target, tree_path(tree, "link-longest")), "symlink");
	check(symlink("sizes/4096", tree_path(tree, "link")), "symlink");
	check(symlink("/", tree_path(tree, "link-root")), "symlink");
	check(mkfifo(tree_path(tree, "fifo"), 0600), "mkfifo");
	if (geteuid() == 0) {
		check(mknod(tree_path(tree, "char"), S_IFCHR | 0620, makedev(5, 300)), "mknod");
		check(mknod(tree_path(tree, "block"), S_IFBLK | 0660, makedev(2000, 100000)), "mknod");
		check(mknod(tree_path(tree, "socket"), S_IFSOCK | 0777, 0), "mknod");
		tree_write(tree, "owned", "o", 1);
		check(chown(tree_path(tree, "owned"), 100000, 70000), "chown");
	}
	tree_write(tree, "suid", "s", 1);
	check(chmod(tree_path(tree, "suid"), 07711), "chmod");
	check(linkat(root, "sizes/4097", root, "hard", 0), "link");
	check(linkat(root, "sizes/4097", root, "many/hard", 0), "link");
	close(root);
}

static void times_make(const struct tree *tree)
{
	static const struct timespec times[] = {{1, 1}, {0, 0}, {-5, 999999999}, {4294967296, 5}};
	char name[32];

	for (size_t i = 0; i < ARRAY_COUNT(times); i++) {
		struct timespec both[2] = {times[i], times[i]};

		snprintf(name, sizeof(name), "time%zu", i);
		tree_write(tree, name, "t", 1);
		check(utimensat(AT_FDCWD, tree_path(tree, name), both, 0), "utimensat");
	}
}

/* One attribute on many files becomes shared, rare ones stay with their inodes. */
static void attributes_make(const struct tree *tree)
{
	char value[1000];

	memset(value, 'v', sizeof(value));
	check(setxattr(tree_path(tree, "suid"), "user.large", value, sizeof(value), 0), "setxattr");
	check(setxattr(tree_path(tree, "sizes/4000"), "user.empty", "", 0, 0), "setxattr");
	for (unsigned i = 0; i < 10; i++) {
		char name[32];

		snprintf(name, sizeof(name), "many/%u", i * 7919 % 100003);
		check(setxattr(tree_path(tree, name), "user.shared", value, 300, 0), "setxattr");
	}
	check(setxattr(tree_path(tree, "many/0"), "user.own", "own", 3, 0), "setxattr");
	check(setxattr(tree_path(tree, "empty"), "user.dir", "d", 1, 0), "setxattr");
	if (geteuid() == 0)
		check(setxattr(tree_path(tree, "suid"), "trusted.t", "trust", 5, 0), "setxattr");
}

void tree_make(struct tree *tree)
{
	strcpy(tree->dir, "/var/tmp/tend-test-XXXXXX");
	assert_non_null(mkdtemp(tree->dir));
	snprintf(tree->root, sizeof(tree->root), "%s/root", tree->dir);
	snprintf(tree->image, sizeof(tree->image), "%s/image", tree->dir);
	check(mkdir(tree->root, 0755), tree->root);
	sizes_make(tree);
	names_make(tree);
	kinds_make(tree);
	times_make(tree);
	attributes_make(tree);
}

static int entry_remove(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
	(void)stat, (void)flag, (void)ftw;
	return remove(path);
}

void tree_remove(struct tree *tree)
{
	check(nftw(tree->dir, entry_remove, 20, FTW_DEPTH | FTW_PHYS), tree->dir);
}

struct tree_image tree_image_map(const char *path)
{
	struct tree_image image;
	struct stat stat;
	void *bytes;
	int fd = open(path, O_RDONLY);

	check(fd, path);
	check(fstat(fd, &stat), path);
	image.size = (size_t)stat.st_size;
	/* Writable, private: tests damage it. */
	bytes = mmap(NULL, image.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	assert_true(bytes != MAP_FAILED);
	close(fd);
	image.bytes = bytes;
	return image;
}

struct tree_image tree_pack(const struct tree *tree, const char *options)
{
	char command[512];

	unlink(tree->image);
	snprintf(command, sizeof(command), "mkfs.erofs --quiet %s %s %s 2>&1", options, tree->image, tree->root);
	if (system(command) != 0)
		fail_msg("%s", command);
	return tree_image_map(tree->image);
}

void tree_image_unmap(struct tree_image *image)
{
	munmap((void *)(uintptr_t)image->bytes, image->size);
}
