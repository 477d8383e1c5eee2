/* The overlay: on images of random trees the same calls have the same results as on a copy of the tree; damaged images
 * do no harm; only what was changed takes memory. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_process.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

extern char **environ;

/* mkfs.erofs 1.5 writes chunks only to the file system of its temporary files. */
static char image_path[] = "/tmp/tend-image.XXXXXX";
static uint8_t *image;
static size_t image_bytes, heap_before, pages_at_start;
static const struct random_files_options options = {.any_directory_size = true};

/* Packs the current directory, which is native, and maps the result. */
static void image_make(const char *layout)
{
	const char *arguments[] = {"mkfs.erofs", "--quiet", layout, image_path, ".", NULL};
	posix_spawn_file_actions_t quiet;
	struct stat stat;
	int status, fd;
	pid_t child;

	strcpy(image_path, "/tmp/tend-image.XXXXXX");
	fd = mkstemp(image_path);
	assert_true(fd >= 0);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&child, arguments[0], &quiet, NULL, (char **)(uintptr_t)arguments, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	fstat(fd, &stat);
	image_bytes = (size_t)stat.st_size;
	image = mmap(NULL, image_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(image, MAP_FAILED);
	close(fd);
	unlink(image_path);
}

static void begin(void)
{
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/o"), 0755);
	trees_forget();
	heap_before = heap_used();
	if (!pages_at_start)
		pages_at_start = pages_used();
	assert_int_equal(trees_mount_overlay(image, image_bytes, "/o"), 0);
	assert_int_equal(kernel_call(SYS_chdir, TEXT("/o")), 0);
}

/* Nothing may be left. */
static void end(void)
{
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	assert_int_equal(heap_used(), heap_before);
	/* The heap may keep some. */
	assert_in_range(pages_used() - pages_at_start, 0, 40);
	fake_process_end();
	munmap(image, image_bytes);
}

static void random_tree(unsigned seed, const char *layout, bool short_of_memory)
{
	srand(seed);
	random_files_native_begin();
	random_files_populate();
	image_make(layout);
	begin();
	random_files_compare(&options);
	/* Nothing has changed: nothing stays in memory. */
	kernel_call(SYS_chdir, TEXT("/"));
	trees_forget();
	assert_int_equal(trees_nodes(), 1);
	kernel_call(SYS_chdir, TEXT("/o"));
	random_files_set_short_of_memory(short_of_memory);
	for (int step = 0; step < 800; step++)
		random_files_step();
	random_files_set_short_of_memory(false);
	/* What was changed must not live on in the cache of names alone. */
	trees_forget();
	random_files_compare(&options);
	random_files_close();
	trees_forget();
	random_files_compare(&options);
	end();
	random_files_native_end();
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 30; seed++)
		random_tree(seed, seed % 2 ? "-x3" : "--chunksize=4096", false);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned seed = 100; seed < 108; seed++)
		random_tree(seed, "-x3", true);
}

/* --- copying up --------------------------------------------------------------------------------------------------- */

#define LARGE_PAGES 200

static void native_file(const char *path, size_t bytes)
{
	char *data = malloc(bytes);
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	for (size_t i = 0; i < bytes; i++)
		data[i] = (char)(i / 4096 + 1);
	assert_int_equal(write(fd, data, bytes), (long)bytes);
	close(fd);
	free(data);
}

static void begin_copy_up(void)
{
	random_files_native_begin();
	mkdir("dir", 0755);
	mkdir("dir/below", 0755);
	native_file("dir/below/file", 100);
	native_file("large", LARGE_PAGES * 4096);
	native_file("odd", 5000);
	link("large", "dir/linked");
	image_make("-x3");
	begin();
}

static void test_copy_up_pages(void **state)
{
	char byte = 'x', page[4096];
	const void *where, *bare = NULL;
	struct stat before, after;
	uint64_t bytes = 1ul << 40;
	size_t pages;
	long fd;

	(void)state;
	begin_copy_up();
	kernel_call(SYS_stat, TEXT("large"), TEXT(&before));
	fd = kernel_call(SYS_open, TEXT("large"), O_RDWR, 0);
	assert_int_equal(trees_map((int)fd, 0, false, &bare, &bytes), TREES_IMAGE);
	assert_int_equal(bytes, LARGE_PAGES * 4096);
	assert_in_range((uintptr_t)bare, (uintptr_t)image, (uintptr_t)image + image_bytes);
	assert_int_equal(trees_map_nid((int)fd), before.st_ino);
	pages = pages_used();
	trees_changes = 0;
	assert_int_equal(kernel_call(SYS_pwrite64, fd, TEXT(&byte), 1, 100 * 4096 + 5), 1);
	assert_in_range(pages_used() - pages, 1, 2);
	assert_int_equal(trees_changes, 1);
	assert_int_equal(trees_change_offset, 100 * 4096);
	assert_int_equal(trees_change_bytes, 4096);
	bytes = 1ul << 40;
	assert_int_equal(trees_map((int)fd, 4096, false, &where, &bytes), TREES_IMAGE);
	assert_int_equal(bytes, 99 * 4096);
	bytes = 1ul << 40;
	assert_int_equal(trees_map((int)fd, 100 * 4096, false, &where, &bytes), TREES_ARENA);
	assert_int_equal(bytes, 4096);
	assert_memory_equal((const char *)where + 4, "\x65x\x65", 3);
	assert_int_equal(trees_map_nid((int)fd), 0);
	/* One file, whatever it is called. */
	kernel_call(SYS_stat, TEXT("dir/linked"), TEXT(&after));
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_nlink, 2);
	assert_int_equal(after.st_blocks, before.st_blocks);
	kernel_call(SYS_close, fd);
	trees_forget();
	fd = kernel_call(SYS_open, TEXT("dir/linked"), O_RDONLY, 0);
	assert_int_equal(kernel_call(SYS_pread64, fd, TEXT(page), 4096, 100 * 4096), 4096);
	assert_memory_equal(page + 4, "\x65x\x65", 3);
	kernel_call(SYS_close, fd);
	end();
	random_files_native_end();
}

/* Behind the end of the file a mapping shows zeroes, whatever the image has there. */
static void test_tail(void **state)
{
	uint64_t bytes = 1ul << 40;
	const char *where;
	long fd;

	(void)state;
	begin_copy_up();
	fd = kernel_call(SYS_open, TEXT("odd"), O_RDONLY, 0);
	assert_true(trees_map((int)fd, 4096, false, (const void **)&where, &bytes) >= 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(where[5000 - 4096 - 1], 2);
	for (int i = 5000 - 4096; i < 4096; i++)
		assert_int_equal(where[i], 0);
	assert_int_not_equal(trees_map_nid((int)fd), 0);
	kernel_call(SYS_close, fd);
	end();
	random_files_native_end();
}

/* A moved directory keeps what is in it; attributes alone copy no data; a name that went does not come back. */
static void test_names(void **state)
{
	struct stat before, after;
	size_t pages;

	(void)state;
	begin_copy_up();
	kernel_call(SYS_stat, TEXT("dir/below"), TEXT(&before));
	assert_int_equal(kernel_call(SYS_rename, TEXT("dir/below"), TEXT("moved")), 0);
	trees_forget();
	kernel_call(SYS_stat, TEXT("moved"), TEXT(&after));
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(kernel_call(SYS_stat, TEXT("moved/file"), TEXT(&after)), 0);
	assert_int_equal(after.st_size, 100);
	assert_int_equal(kernel_call(SYS_stat, TEXT("dir/below"), TEXT(&after)), -ENOENT);
	assert_int_equal(kernel_call(SYS_mkdir, TEXT("dir/below"), 0700), 0);
	trees_forget();
	assert_int_equal(kernel_call(SYS_stat, TEXT("dir/below/file"), TEXT(&after)), -ENOENT);
	pages = pages_used();
	assert_int_equal(kernel_call(SYS_chmod, TEXT("large"), 0600), 0);
	assert_in_range(pages_used() - pages, 0, 2);
	trees_forget();
	kernel_call(SYS_stat, TEXT("dir/linked"), TEXT(&after));
	assert_int_equal(after.st_mode & 07777, 0600);
	end();
	random_files_native_end();
}

/* --- damaged images ----------------------------------------------------------------------------------------------- */

/* Whatever the image says, calls end, touch nothing outside of it, and everything can be given back. */
static void test_damaged(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 150; seed++) {
		srand(seed % 10);
		random_files_native_begin();
		random_files_populate();
		image_make("-x3");
		srand(seed);
		for (int i = rand() % 60; i >= 0; i--) {
			size_t limit = rand() % 2 ? image_bytes : image_bytes < 16384 ? image_bytes : 16384;

			image[1152 + (size_t)rand() % (limit - 1152)] = (uint8_t)rand();
		}
		fake_process_begin();
		kernel_call(SYS_mkdir, TEXT("/o"), 0755);
		trees_forget();
		heap_before = heap_used();
		if (trees_mount_overlay(image, image_bytes, "/o") == 0) {
			kernel_call(SYS_chdir, TEXT("/o"));
			for (int step = 0; step < 300; step++)
				random_files_step_alone();
			random_files_close();
			kernel_call(SYS_chdir, TEXT("/"));
			trees_unmount();
		}
		assert_int_equal(heap_used(), heap_before);
		fake_process_end();
		munmap(image, image_bytes);
		random_files_native_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random), cmocka_unit_test(test_no_memory), cmocka_unit_test(test_copy_up_pages),
		cmocka_unit_test(test_tail),   cmocka_unit_test(test_names),     cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
