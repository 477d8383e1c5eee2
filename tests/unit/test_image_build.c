/* Whole images: what is built can be opened, holds tree and patches, is the same each time; the cache keeps it. */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "freestanding/erofs/erofs.h"
#include "freestanding/image/image.h"
#include "image/image.h"
#include "image/patch/patch.h"
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#define LIBC "/lib/x86_64-linux-gnu/libc.so.6"

static struct tree tree;

static int tree_setup(void **state)
{
	struct tree_image libc = tree_image_map(LIBC);

	(void)state;
	tree_make(&tree);
	tree_write(&tree, "libc.so.6", libc.bytes, libc.size);
	tree_write(&tree, "many/libc-again.so", libc.bytes, libc.size);
	tree_write(&tree, "script", "#!/bin/sh\n", 10);
	tree_image_unmap(&libc);
	return setenv("XDG_CACHE_HOME", tree.dir, 1);
}

static int tree_teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static struct image_request root_request(const char *root)
{
	return (struct image_request){.kind = IMAGE_KIND_ROOT, .source = root};
}

static int root_build(const char *root, const char *image, struct error *error)
{
	const struct image_request request = root_request(root);

	return image_build(&request, image, NULL, error);
}

static void image_make(const struct image_request *request, struct image_report *report)
{
	struct error error = {0};

	success_expect("image_build", image_build(request, tree.image, report, &error), &error);
}

static const uint8_t *file_find(const struct erofs *fs, const char *name, struct erofs_inode *inode)
{
	struct erofs_run run;
	uint64_t nid;

	assert_int_equal(erofs_inode(fs, fs->root_nid, inode), 0);
	assert_int_equal(erofs_lookup(fs, inode, name, strlen(name), &nid, NULL), 0);
	assert_int_equal(erofs_inode(fs, nid, inode), 0);
	assert_int_equal(erofs_data(fs, inode, 0, &run), 0);
	assert_true(run.bytes == inode->size && run.mappable);
	return run.data;
}

static void patches_are_in_the_image(void **state)
{
	static const char config[] = "{\"config\":{}}";
	struct image_request request = root_request(tree.root);
	struct tree_image file, libc = tree_image_map(LIBC);
	struct patch_object patched;
	struct image_report report;
	struct image_object object;
	struct error error = {0};
	struct erofs_inode inode;
	struct image_run run;
	struct image image;
	struct erofs fs;

	(void)state;
	request.config = config;
	request.config_bytes = sizeof(config) - 1;
	image_make(&request, &report);
	file = tree_image_map(tree.image);
	assert_int_equal(image_open(&image, file.bytes, file.size), 0);
	assert_int_equal(file.size % IMAGE_PAGE_BYTES, 0);
	assert_memory_equal(file.bytes + image.header.config, config, sizeof(config) - 1);
	assert_int_equal(erofs_open(&fs, file.bytes, image.header.erofs_bytes), 0);
	assert_memory_equal(file_find(&fs, "libc.so.6", &inode), libc.bytes, libc.size);
	assert_int_equal(image_object_find(&image, inode.nid, &object), 1);
	assert_int_equal(patch_object_make(libc.bytes, libc.size, &patched, &error), 1);
	assert_int_equal(object.run_count, patched.run_count);
	assert_int_equal(object.vaddr_start, patched.vaddr_start);
	assert_int_equal(object.vaddr_end, patched.vaddr_end);
	assert_memory_equal(file.bytes + object.stubs, patched.stubs, patched.stub_bytes);
	for (uint32_t i = 0; i < object.run_count; i++) {
		assert_int_equal(image_run_get(&image, &object, i, &run), 0);
		assert_int_equal(run.bytes, patched.runs[i].bytes);
		assert_int_equal(run.vaddr, patched.runs[i].vaddr);
		assert_memory_equal(file.bytes + run.image_offset, patched.runs[i].data, run.bytes);
	}
	assert_int_equal(report.objects, 2);
	assert_int_equal(report.elf_files, 2);
	assert_int_equal(report.sites, 2 * object.site_count);
	file_find(&fs, "script", &inode);
	assert_int_equal(image_object_find(&image, inode.nid, &object), 0);
	patch_object_free(&patched);
	tree_image_unmap(&file);
	tree_image_unmap(&libc);
}

/* A copy is another tree with other inodes. */
static void images_are_reproducible(void **state)
{
	struct tree_image first, second;
	struct error error = {0};
	char command[400], copy[120], image[120];

	(void)state;
	snprintf(copy, sizeof(copy), "%s/copy", tree.dir);
	snprintf(image, sizeof(image), "%s/image2", tree.dir);
	snprintf(command, sizeof(command), "cp -a %s %s", tree.root, copy);
	assert_int_equal(system(command), 0);
	success_expect("the tree", root_build(tree.root, tree.image, &error), &error);
	success_expect("the copy", root_build(copy, image, &error), &error);
	first = tree_image_map(tree.image);
	second = tree_image_map(image);
	assert_int_equal(first.size, second.size);
	assert_true(memcmp(first.bytes, second.bytes, first.size) == 0);
	tree_image_unmap(&first);
	tree_image_unmap(&second);
}

static unsigned files_count(const char *dir, const char *part)
{
	DIR *handle = opendir(dir);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(handle);
	while ((entry = readdir(handle)) != NULL)
		count += strstr(entry->d_name, part) != NULL;
	closedir(handle);
	return count;
}

static void failures_leave_nothing(void **state)
{
	static const char *const configs[][2] = {
		{"{", "image configuration: line 1: string or '}' expected near end of file"},
		{"[]", "image configuration: is not an object"},
		{"{\"config\": {\"Cmd\": \"x\"}}", "image configuration: Cmd: is not an array of strings"},
		{"{\"config\": {\"WorkingDir\": \"x\"}}", "image configuration: WorkingDir: x: is not absolute"},
	};
	struct image_request request = root_request(tree.root);
	struct error error = {0};

	(void)state;
	unlink(tree.image);
	error_expect("no root", root_build("/nonexistent", tree.image, &error), &error,
		     "/nonexistent: No such file or directory");
	error_expect("a file", root_build(LIBC, tree.image, &error), &error, LIBC ": Unrecognized archive format");
	error_expect("no place", root_build(tree.root, "/nonexistent/image", &error), &error,
		     "/nonexistent/image: could not be created: No such file or directory");
	for (size_t i = 0; i < ARRAY_COUNT(configs); i++) {
		request.config = configs[i][0];
		request.config_bytes = strlen(configs[i][0]);
		error_expect(configs[i][0], image_build(&request, tree.image, NULL, &error), &error, configs[i][1]);
	}
	assert_int_equal(files_count(tree.dir, ".tmp"), 0);
	assert_int_equal(access(tree.image, F_OK), -1);
}

static int cached_open(char *path, size_t size)
{
	struct error error = {0};
	int fd = image_of_source(tree.root, path, size, &error);

	if (fd < 0)
		fail_msg("%s", error.text);
	return fd;
}

static ino_t inode_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	close(fd);
	return status.st_ino;
}

static void cache_follows_the_tree(void **state)
{
	char path[400], changed[400], cache[100];
	ino_t first;

	(void)state;
	snprintf(cache, sizeof(cache), "%s/tend/images", tree.dir);
	first = inode_of(cached_open(path, sizeof(path)));
	assert_int_equal(inode_of(cached_open(changed, sizeof(changed))), first);
	assert_string_equal(path, changed);
	tree_write(&tree, "script", "#!/bin/ls\n", 10);
	assert_true(inode_of(cached_open(changed, sizeof(changed))) != first);
	assert_string_not_equal(path, changed);
	assert_int_equal(files_count(cache, ".tend"), 1);
	/* A damaged image is built again. */
	assert_int_equal(truncate(changed, 8192), 0);
	close(cached_open(path, sizeof(path)));
	assert_string_equal(path, changed);
	assert_int_equal(files_count(cache, ".tend"), 1);
	assert_int_equal(chmod(tree_path(&tree, "script"), 0755), 0);
	close(cached_open(path, sizeof(path)));
	assert_string_not_equal(path, changed);
}

static void builders_wait_for_one_another(void **state)
{
	pid_t children[4];
	ino_t inodes[4];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	tree_write(&tree, "script", "#!/bin/cat\n", 11);
	for (unsigned i = 0; i < ARRAY_COUNT(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			char path[400];
			struct error error;
			int fd = image_of_source(tree.root, path, sizeof(path), &error);
			ino_t inode = fd < 0 ? 0 : inode_of(fd);

			_exit(write(ends[1], &inode, sizeof(inode)) != sizeof(inode));
		}
	}
	for (unsigned i = 0; i < ARRAY_COUNT(children); i++) {
		assert_int_equal(read(ends[0], &inodes[i], sizeof(inodes[i])), sizeof(inodes[i]));
		assert_true(inodes[i] != 0 && inodes[i] == inodes[0]);
		waitpid(children[i], NULL, 0);
	}
}

static void image_files_stand_for_themselves(void **state)
{
	struct error error = {0};
	char path[200], file[200], expected[300];
	int fd;

	(void)state;
	success_expect("the tree", root_build(tree.root, tree.image, &error), &error);
	fd = image_of_source(tree.image, path, sizeof(path), &error);
	assert_true(fd >= 0);
	close(fd);
	assert_string_equal(path, tree.image);
	snprintf(file, sizeof(file), "%s", tree_path(&tree, "script"));
	assert_int_equal(chmod(file, 0644), 0);
	snprintf(expected, sizeof(expected), "%s: Unrecognized archive format", file);
	error_expect("no image", image_of_source(file, path, sizeof(path), &error), &error, expected);
	assert_int_equal(truncate(tree.image, 40960), 0);
	snprintf(expected, sizeof(expected), "%s: damaged or cut short: build it again", tree.image);
	error_expect("short", image_of_source(tree.image, path, sizeof(path), &error), &error, expected);
	error_expect("nothing", image_of_source("/nonexistent", path, sizeof(path), &error), &error,
		     "/nonexistent: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patches_are_in_the_image),      cmocka_unit_test(images_are_reproducible),
		cmocka_unit_test(failures_leave_nothing),        cmocka_unit_test(cache_follows_the_tree),
		cmocka_unit_test(builders_wait_for_one_another), cmocka_unit_test(image_files_stand_for_themselves),
	};

	return cmocka_run_group_tests(tests, tree_setup, tree_teardown);
}
