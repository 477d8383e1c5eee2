/* Copies of an image's files for debuggers: what they hold, and that a hostile image cannot fill a disk with them. */
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/debug/image_index.h"
#include "image/image.h"
#include "tests/unit/tree.h"
#include "tests/unit/unit.h"

#define LIBC "/lib/x86_64-linux-gnu/libc.so.6"

static struct tree tree;
static size_t libc_bytes;

static int tree_setup(void **state)
{
	struct tree_image libc = tree_image_map(LIBC);

	(void)state;
	tree_make(&tree);
	libc_bytes = libc.size;
	tree_write(&tree, "libc.so.6", libc.bytes, libc.size);
	tree_write(&tree, "many/libc-again.so", libc.bytes, libc.size);
	tree_image_unmap(&libc);
	return 0;
}

static int tree_teardown(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static struct image_index index_open(void)
{
	const struct image_request request = {.kind = IMAGE_KIND_ROOT, .source = tree.root};
	struct image_index index;
	struct error error = {0};
	int fd;

	success_expect("build", image_build(&request, tree.image, NULL, &error), &error);
	fd = open(tree.image, O_RDONLY | O_CLOEXEC);
	success_expect("index", image_index_open(&index, fd, &error), &error);
	close(fd);
	return index;
}

static void copies_are_bounded_together(void **state)
{
	struct image_index index = index_open();
	struct error error = {0};
	const char *first, *second;
	char wanted[4096];
	FILE *copy;

	(void)state;
	assert_int_equal(index.file_count, 2);
	assert_int_equal(index.copy_bytes, 2 * index.bytes);
	index.copy_bytes = 2 * libc_bytes - 1;
	first = image_file_extract(&index, 0, tree.dir, &error);
	assert_non_null(first);
	assert_int_equal(index.copy_bytes, libc_bytes - 1);
	copy = fopen(first, "r");
	assert_true(copy && fseek(copy, 0, SEEK_END) == 0 && (size_t)ftell(copy) == libc_bytes);
	fclose(copy);
	second = image_file_extract(&index, 1, tree.dir, &error);
	snprintf(wanted, sizeof(wanted), "%s%s: the image's files are together far larger than the image", tree.dir,
		 index.files[1].path);
	error_expect("the second one", second ? 0 : -1, &error, wanted);
	snprintf(wanted, sizeof(wanted), "%s%s", tree.dir, index.files[1].path);
	assert_int_equal(access(wanted, F_OK), -1);
	/* What was copied stays, and counts once. */
	assert_ptr_equal(image_file_extract(&index, 0, tree.dir, &error), first);
	image_index_close(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(copies_are_bounded_together)};

	return cmocka_run_group_tests(tests, tree_setup, tree_teardown);
}
