/*
 * tmpfs: random calls with the same results as on Linux's, limits, seals, pages in use; and nothing is left at the
 * end.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_process.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif

static size_t heap_before, pages_at_start;

static void begin(uint64_t max_bytes)
{
	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/t"), 0755);
	/* The file system of files without names is made with the first one, and stays. */
	kernel_call(SYS_close, kernel_call(SYS_memfd_create, TEXT(""), 0));
	trees_forget();
	heap_before = heap_used();
	if (!pages_at_start)
		pages_at_start = pages_used();
	assert_int_equal(trees_mount_tmpfs("/t", max_bytes), 0);
	assert_int_equal(kernel_call(SYS_chmod, TEXT("/t"), 0755), 0);
	assert_int_equal(kernel_call(SYS_chdir, TEXT("/t")), 0);
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
}

static void test_random(void **state)
{
	const struct random_files_options options = {0};

	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		srand(seed);
		random_files_native_begin();
		begin(0);
		for (int step = 0; step < 1500; step++)
			random_files_step();
		random_files_compare(&options);
		random_files_close();
		end();
		random_files_native_end();
	}
}

/* Every call is tried with ever more memory until it succeeds. Until then nothing may have changed. */
static void test_no_memory(void **state)
{
	const struct random_files_options options = {0};

	(void)state;
	for (unsigned seed = 100; seed < 110; seed++) {
		srand(seed);
		random_files_native_begin();
		begin(0);
		random_files_set_short_of_memory(true);
		for (int step = 0; step < 1200; step++)
			random_files_step();
		random_files_set_short_of_memory(false);
		random_files_compare(&options);
		random_files_close();
		end();
		random_files_native_end();
	}
}

/* A write that runs out of memory ends early, and what it did is there. */
static void test_no_memory_write(void **state)
{
	static char data[6 * 4096], found[6 * 4096];
	long fd, done = -1;

	(void)state;
	begin(0);
	memset(data, 'x', sizeof(data));
	fd = kernel_call(SYS_open, TEXT("f"), O_RDWR | O_CREAT, 0644);
	kernel_call(SYS_ftruncate, fd, sizeof(data));
	for (long page = 1; page < 6; page += 2)
		assert_int_equal(kernel_call(SYS_pwrite64, fd, TEXT("y"), 1, page * 4096), 1);
	/* Each of the holes takes an extent and a page. */
	for (size_t allocations = 0; done != sizeof(data); allocations++) {
		long filled = (long)(allocations / 2) * 2 * 4096;

		fault_after(allocations);
		done = kernel_call(SYS_pwrite64, fd, TEXT(data), sizeof(data), 0);
		fault_after(SIZE_MAX);
		assert_int_equal(done, filled ? filled : allocations % 2 ? -ENOSPC : -ENOMEM);
		assert_int_equal(kernel_call(SYS_pread64, fd, TEXT(found), sizeof(found), 0), sizeof(found));
		assert_memory_equal(found, data, done > 0 ? (size_t)done : 0);
		assert_int_equal(found[sizeof(found) - 1], done == sizeof(data) ? 'x' : 0);
		kernel_call(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
		kernel_call(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2 * 4096, 4096);
		kernel_call(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * 4096, 4096);
	}
	kernel_call(SYS_close, fd);
	end();
}

static long file_new(const char *path)
{
	long fd = kernel_call(SYS_open, TEXT(path), O_RDWR | O_CREAT, 0644);

	assert_true(fd >= 0);
	return fd;
}

static void test_size_limit(void **state)
{
	static char data[10 * 4096];
	struct stat stat;
	long fd;

	(void)state;
	begin(8 * 4096);
	fd = file_new("f");
	assert_int_equal(kernel_call(SYS_write, fd, TEXT(data), sizeof(data)), 8 * 4096);
	assert_int_equal(kernel_call(SYS_write, fd, TEXT(data), 1), -ENOSPC);
	assert_int_equal(kernel_call(SYS_pwrite64, fd, TEXT(data), 100, 200), 100);
	assert_int_equal(kernel_call(SYS_ftruncate, fd, 3 * 4096), 0);
	/* All or nothing. */
	assert_int_equal(kernel_call(SYS_fallocate, fd, 0, 0, 9 * 4096), -ENOSPC);
	kernel_call(SYS_fstat, fd, TEXT(&stat));
	assert_int_equal(stat.st_size, 3 * 4096);
	assert_int_equal(stat.st_blocks, 24);
	assert_int_equal(kernel_call(SYS_fallocate, fd, 0, 0, 8 * 4096), 0);
	assert_int_equal(kernel_call(SYS_unlink, TEXT("f")), 0);
	kernel_call(SYS_close, fd);
	fd = file_new("g");
	assert_int_equal(kernel_call(SYS_write, fd, TEXT(data), sizeof(data)), 8 * 4096);
	kernel_call(SYS_close, fd);
	end();
}

/* A file that grows by small writes has few extents and no page too many when it is closed. */
static void test_append(void **state)
{
	static char line[100];
	const void *where;
	uint64_t bytes;
	unsigned runs = 0;
	size_t before;
	long fd;

	(void)state;
	begin(0);
	fd = file_new("log");
	before = pages_used();
	for (int i = 0; i < 50000; i++)
		assert_int_equal(kernel_call(SYS_write, fd, TEXT(line), sizeof(line)), sizeof(line));
	for (uint64_t at = 0; at < sizeof(line) * 50000; at += bytes, runs++) {
		bytes = 1ul << 40;
		assert_int_equal(trees_map((int)fd, at, false, &where, &bytes), TREES_ARENA);
	}
	assert_in_range(runs, 1, 20);
	kernel_call(SYS_close, fd);
	/* Its pages, and at most two of the heap. */
	assert_in_range(pages_used() - before, 1221, 1223);
	end();
}

/* --- directories that change while they are read ------------------------------------------------------------------ */

static void test_readdir_stable(void **state)
{
	char list[300], name[20];
	bool seen[200] = {0};
	long fd, done;

	(void)state;
	begin(0);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "%d", i);
		kernel_call(SYS_close, file_new(name));
	}
	fd = kernel_call(SYS_open, TEXT("."), O_RDONLY | O_DIRECTORY, 0);
	/* Odd names go and come while the directory is read: each even one is to be seen exactly once. */
	for (int round = 0; (done = kernel_call(SYS_getdents64, fd, TEXT(list), sizeof(list))) > 0; round++) {
		for (long at = 0; at < done;) {
			struct dirent64 *entry = (void *)(list + at);
			int number = atoi(entry->d_name);

			if (entry->d_name[0] != '.' && number % 2 == 0 && number < 200) {
				assert_false(seen[number]);
				seen[number] = true;
			}
			at += entry->d_reclen;
		}
		snprintf(name, sizeof(name), "%d", (round * 38 + 1) % 200 | 1);
		kernel_call(SYS_unlink, TEXT(name));
		snprintf(name, sizeof(name), "%d", 1001 + round * 2);
		if (round < 50)
			kernel_call(SYS_close, file_new(name));
	}
	assert_int_equal(done, 0);
	for (int i = 0; i < 200; i += 2)
		assert_true(seen[i]);
	kernel_call(SYS_close, fd);
	end();
}

/* --- pages in use ------------------------------------------------------------------------------------------------- */

static size_t pages_at_change;

static void change_seen(void)
{
	pages_at_change = pages_used();
}

/* mm hears of pages before they are free; and only of files that were mapped. */
static void test_change_order(void **state)
{
	static char data[40 * 4096];
	const void *where;
	uint64_t bytes = 4096;
	size_t before;
	long fd;

	(void)state;
	begin(0);
	fd = file_new("f");
	kernel_call(SYS_write, fd, TEXT(data), sizeof(data));
	trees_changes = 0;
	kernel_call(SYS_ftruncate, fd, 30 * 4096);
	assert_int_equal(trees_changes, 0);
	assert_int_equal(trees_map((int)fd, 0, false, &where, &bytes), TREES_ARENA);
	before = pages_used();
	trees_on_change = change_seen;
	kernel_call(SYS_ftruncate, fd, 10 * 4096 + 1);
	trees_on_change = NULL;
	assert_int_equal(trees_changes, 1);
	assert_int_equal(trees_change_offset, 10 * 4096);
	assert_int_equal(trees_change_bytes, 20 * 4096);
	assert_int_equal(pages_at_change, before);
	assert_true(pages_used() < before);
	/* A hole that is filled is a change; so are pages that come behind the end, where a mapping may have waited. */
	kernel_call(SYS_ftruncate, fd, 20 * 4096);
	assert_int_equal(trees_map((int)fd, 15 * 4096, false, &where, &bytes), TREES_ZERO);
	trees_changes = 0;
	kernel_call(SYS_pwrite64, fd, TEXT(data), 4096, 25 * 4096);
	assert_int_equal(trees_changes, 1);
	assert_int_equal(trees_change_offset, 20 * 4096);
	assert_int_equal(trees_change_bytes, 6 * 4096);
	kernel_call(SYS_pwrite64, fd, TEXT(data), 10, 15 * 4096 + 100);
	assert_int_equal(trees_changes, 2);
	assert_int_equal(trees_change_offset, 15 * 4096);
	assert_int_equal(trees_map((int)fd, 26 * 4096, true, &where, &bytes), -ENXIO);
	kernel_call(SYS_close, fd);
	end();
}

/* Pages that are written to in place stay where they are; pinned ones outlive their file's truncation. */
static void test_pin(void **state)
{
	static char data[8 * 4096];
	const void *where, *again;
	long fd;

	(void)state;
	begin(0);
	memset(data, 'x', sizeof(data));
	fd = file_new("f");
	kernel_call(SYS_write, fd, TEXT(data), sizeof(data));
	trees_pin((int)fd);
	assert_int_equal(trees_peek((int)fd, 100, 1000, &where), 1000);
	kernel_call(SYS_pwrite64, fd, TEXT("yy"), 2, 101);
	assert_memory_equal(where, "xyyx", 4);
	assert_int_equal(trees_peek((int)fd, 100, 1000, &again), 1000);
	assert_ptr_equal(where, again);
	kernel_call(SYS_ftruncate, fd, 0);
	kernel_call(SYS_pwrite64, fd, TEXT("new"), 3, 0);
	kernel_call(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
	assert_memory_equal(where, "xyyx", 4);
	assert_int_equal(trees_peek((int)fd, 0, 1000, &again), 3);
	assert_memory_equal(again, "\0\0", 3);
	assert_int_equal(trees_peek((int)fd, 3, 1000, &again), 0);
	trees_unpin((int)fd);
	kernel_call(SYS_close, fd);
	end();
}

/* --- memfd and seals: the same as on this machine ----------------------------------------------------------------- */

static long native(long value)
{
	return value == -1 ? -errno : value;
}

static void same_call(long number, long ours, long theirs, const long arguments[4])
{
	const long call[6] = {ours, arguments[0], arguments[1], arguments[2]};

	assert_int_equal(fake_process_call(number, call),
			 native(syscall(number, theirs, arguments[0], arguments[1], arguments[2])));
}

/* The same call on both descriptors. Arguments are evaluated once. */
#define SAME(number, ...) same_call(number, ours, theirs, (const long[4]){__VA_ARGS__})

static void test_seals(void **state)
{
	static const unsigned creations[] = {0,
					     MFD_ALLOW_SEALING,
					     MFD_CLOEXEC | MFD_ALLOW_SEALING,
					     MFD_NOEXEC_SEAL,
					     0x10 | MFD_ALLOW_SEALING,
					     0x18,
					     0x20};
	static char data[3 * 4096];

	(void)state;
	begin(0);
	srand(1);
	for (int round = 0; round < 3000; round++) {
		unsigned flags = creations[rand() % 7];
		long ours = kernel_call(SYS_memfd_create, TEXT("name"), flags);
		long theirs = native(syscall(SYS_memfd_create, "name", flags));

		assert_int_equal(ours < 0 ? ours : 0, theirs < 0 ? theirs : 0);
		for (int step = 0; theirs >= 0 && step < 12; step++) {
			long offset = rand() % 3 * 4096 + rand() % 3 * 1000, bytes = 1 + rand() % 6000;
			struct stat our_stat, their_stat;

			switch (rand() % 8) {
			case 0:
				SAME(SYS_fcntl, F_ADD_SEALS, rand() % 3 ? 1l << rand() % 7 : rand() % 64);
				break;
			case 1:
				SAME(SYS_fcntl, F_GET_SEALS, 0);
				break;
			case 2 ... 3:
				SAME(SYS_pwrite64, TEXT(data), bytes, offset);
				break;
			case 4:
				SAME(SYS_ftruncate, offset);
				break;
			case 5:
				SAME(SYS_fallocate, rand() % 2 ? 3 : rand() % 2, offset, bytes);
				break;
			case 6:
				SAME(SYS_fchmod, rand() % 2 ? 0700 : 0640);
				break;
			default:
				kernel_call(SYS_fstat, ours, TEXT(&our_stat));
				fstat((int)theirs, &their_stat);
				assert_int_equal(our_stat.st_size, their_stat.st_size);
				assert_int_equal(our_stat.st_mode, their_stat.st_mode);
				assert_int_equal(our_stat.st_nlink, 0);
				assert_int_equal(our_stat.st_blocks, their_stat.st_blocks);
				break;
			}
		}
		kernel_call(SYS_close, ours);
		close((int)theirs);
	}
	assert_int_equal(kernel_call(SYS_memfd_create, 1, 0), -EFAULT);
	memset(data, 'n', 250);
	assert_int_equal(kernel_call(SYS_memfd_create, TEXT(data), 0), -EINVAL);
	data[249] = 0;
	assert_int_equal(kernel_call(SYS_close, kernel_call(SYS_memfd_create, TEXT(data), 0)), 0);
	end();
}

static void test_seals_and_mappings(void **state)
{
	long fd;

	(void)state;
	begin(0);
	fd = kernel_call(SYS_memfd_create, TEXT("m"), MFD_ALLOW_SEALING);
	assert_int_equal(trees_map_writable((int)fd, true), 0);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
	assert_int_equal(trees_map_writable((int)fd, true), -EPERM);
	assert_int_equal(trees_map_writable((int)fd, false), 0);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	assert_int_equal(trees_map_writable((int)fd, true), -EPERM);
	kernel_call(SYS_close, fd);
	/* Files with names cannot be sealed. */
	fd = file_new("f");
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_GET_SEALS, 0), F_SEAL_SEAL);
	assert_int_equal(kernel_call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_GROW), -EPERM);
	kernel_call(SYS_close, fd);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),          cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_memory_write), cmocka_unit_test(test_size_limit),
		cmocka_unit_test(test_append),          cmocka_unit_test(test_readdir_stable),
		cmocka_unit_test(test_change_order),    cmocka_unit_test(test_pin),
		cmocka_unit_test(test_seals),           cmocka_unit_test(test_seals_and_mappings),
	};

	return cmocka_run_group_tests_name("tmpfs", tests, NULL, NULL);
}
