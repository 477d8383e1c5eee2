/*
 * Calls that run out of memory: whichever allocation fails, the call says so, and files, names, descriptors and memory
 * are as before; a lock that was left held would hang the next attempt. With enough memory the same call succeeds.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "fake_process.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "random_files.h"
#include "trees.h"
#include "unit.h"

#define PAGE 4096
#define STATE_BYTES 20000
#define ALLOCATIONS_MAX 100
#define HANG_SECONDS 60
/* Descriptors of the scene. */
enum { FILE_FD, DIRECTORY_FD, READ_END, WRITE_END, EPOLL_FD, EVENT_FD, SCENE_FDS };

struct operation {
	const char *name;
	long number;
	long arguments[6];
	bool may_keep; /* pieces that a failed call has cut the map of a file into stay cut */
};

/*
 * --- what there is before each call
 */

static void scene_make(bool full)
{
	static char data[3 * PAGE];
	int ends[2];

	fake_process_begin();
	kernel_call(SYS_mkdir, TEXT("/f"), 0755);
	assert_int_equal(trees_mount_tmpfs("/f", 0), 0);
	kernel_call(SYS_chdir, TEXT("/f"));
	memset(data, 'x', sizeof(data));
	assert_int_equal(kernel_call(SYS_open, TEXT("file"), O_RDWR | O_CREAT, 0644), FILE_FD);
	kernel_call(SYS_write, FILE_FD, TEXT(data), sizeof(data));
	kernel_call(SYS_pwrite64, FILE_FD, TEXT(data), PAGE, 8 * PAGE);
	kernel_call(SYS_fsetxattr, FILE_FD, TEXT("user.one"), TEXT("value"), 5, 0);
	kernel_call(SYS_mkdir, TEXT("dir"), 0755);
	kernel_call(SYS_mknod, TEXT("dir/below"), S_IFREG | 0644, 0);
	kernel_call(SYS_mkdir, TEXT("empty"), 0755);
	kernel_call(SYS_symlink, TEXT("dir/below"), TEXT("link"));
	assert_int_equal(kernel_call(SYS_open, TEXT("dir"), O_RDONLY, 0), DIRECTORY_FD);
	assert_int_equal(kernel_call(SYS_pipe2, TEXT(ends), O_NONBLOCK), 0);
	assert_int_equal(kernel_call(SYS_epoll_create1, 0), EPOLL_FD);
	assert_int_equal(kernel_call(SYS_eventfd2, 0, 0), EVENT_FD);
	/* Files without names have a file system that is made once. */
	kernel_call(SYS_close, kernel_call(SYS_memfd_create, TEXT("first"), 0));
	/* The next descriptor does not fit into the table. */
	for (int fd = SCENE_FDS; full && fd < 64; fd++)
		assert_int_equal(kernel_call(SYS_dup, DIRECTORY_FD), fd);
}

static void scene_end(void)
{
	kernel_call(SYS_close_range, 0, 10000, 0);
	kernel_call(SYS_chdir, TEXT("/"));
	trees_unmount();
	kernel_call(SYS_rmdir, TEXT("/f"));
	trees_forget();
	fake_process_end();
}

/*
 * --- the state of it all, as text
 */

static char *state_add(char *at, const char *path)
{
	char list[1000], child[300], names[100];
	struct stat stat;
	long fd, bytes;

	assert_int_equal(kernel_call(SYS_lstat, TEXT(path), TEXT(&stat)), 0);
	at += sprintf(at, "%s %o %lu %ld %ld %lu\n", path, stat.st_mode, stat.st_nlink, stat.st_size, stat.st_blocks,
		      stat.st_ino);
	bytes = kernel_call(SYS_llistxattr, TEXT(path), TEXT(names), sizeof(names));
	if (bytes > 0)
		at += sprintf(at, "  %s\n", names);
	if (!S_ISDIR(stat.st_mode))
		return at;
	fd = kernel_call(SYS_open, TEXT(path), O_RDONLY | O_DIRECTORY, 0);
	bytes = kernel_call(SYS_getdents64, fd, TEXT(list), sizeof(list));
	kernel_call(SYS_close, fd);
	for (long offset = 0; offset < bytes;) {
		struct dirent64 *entry = (void *)(list + offset);

		offset += entry->d_reclen;
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			at = state_add(at, child);
	}
	return at;
}

/* Names and their attributes, the file's bytes, descriptors. Leaves no names in the cache. */
static void state_take(char *state)
{
	static char data[10 * PAGE];
	long bytes = kernel_call(SYS_pread64, FILE_FD, TEXT(data), sizeof(data), 0);
	uint32_t sum = 0;

	state = state_add(state, ".");
	for (long i = 0; i < bytes; i++)
		sum = sum * 31 + (uint8_t)data[i];
	state += sprintf(state, "%ld bytes %u, at %ld\n", bytes, sum, kernel_call(SYS_lseek, FILE_FD, 0, SEEK_CUR));
	for (int fd = 0; fd < 70; fd++)
		state += sprintf(state, "%ld ", kernel_call(SYS_fcntl, fd, F_GETFD, 0));
	trees_forget();
}

/*
 * --- the calls
 */

static char bytes[4 * PAGE];
static int two[2];
static struct epoll_event event = {.events = EPOLLIN};
static const struct flock record = {.l_type = F_WRLCK, .l_start = 10, .l_len = 10};
static struct iovec segments[2] = {{bytes, 10}, {bytes, 10}};

#define CALL(name, ...)                                                                                                \
	{                                                                                                              \
#name, SYS_##name, {__VA_ARGS__ }, false                                                               \
	}
#define CUTTING_CALL(name, ...)                                                                                        \
	{                                                                                                              \
#name, SYS_##name, {__VA_ARGS__ }, true                                                                \
	}

static const struct operation *operations(size_t *count)
{
	static struct operation table[] = {
		CALL(openat, AT_FDCWD, TEXT("file"), O_RDONLY),
		CALL(openat, AT_FDCWD, TEXT("link"), O_RDONLY),
		CALL(openat, AT_FDCWD, TEXT("new"), O_RDWR | O_CREAT, 0644),
		CALL(openat, AT_FDCWD, TEXT("file"), O_RDWR | O_TRUNC),
		CALL(openat, AT_FDCWD, TEXT("dir"), O_RDWR | O_TMPFILE, 0644),
		CALL(openat, AT_FDCWD, TEXT("dir"), O_PATH),
		CALL(mkdir, TEXT("new"), 0755),
		CALL(mknod, TEXT("new"), S_IFIFO | 0600, 0),
		CALL(symlink, TEXT("target"), TEXT("new")),
		CALL(link, TEXT("file"), TEXT("new")),
		CALL(rename, TEXT("file"), TEXT("new")),
		CALL(rename, TEXT("file"), TEXT("dir/below")),
		CALL(rename, TEXT("dir"), TEXT("empty")),
		CALL(renameat2, AT_FDCWD, TEXT("dir"), AT_FDCWD, TEXT("file"), RENAME_EXCHANGE),
		CALL(unlink, TEXT("file")),
		CALL(rmdir, TEXT("empty")),
		CALL(chmod, TEXT("dir/below"), 0600),
		CALL(stat, TEXT("link"), TEXT(bytes)),
		CALL(readlink, TEXT("link"), TEXT(bytes), 100),
		CALL(chdir, TEXT("dir")),
		CALL(getcwd, TEXT(bytes), 100),
		CALL(getdents64, DIRECTORY_FD, TEXT(bytes), 1000),
		CALL(lsetxattr, TEXT("file"), TEXT("user.two"), TEXT("v"), 1, 0),
		CALL(lsetxattr, TEXT("file"), TEXT("user.one"), TEXT("other"), 5, 0),
		CALL(lgetxattr, TEXT("file"), TEXT("user.one"), TEXT(bytes), 100),
		CALL(llistxattr, TEXT("file"), TEXT(bytes), 100),
		CALL(lremovexattr, TEXT("file"), TEXT("user.one")),
		CUTTING_CALL(truncate, TEXT("file"), PAGE + 100),
		CUTTING_CALL(ftruncate, FILE_FD, 20 * PAGE),
		CUTTING_CALL(fallocate, FILE_FD, 0, 0, 12 * PAGE),
		CUTTING_CALL(fallocate, FILE_FD, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 2 * PAGE),
		CUTTING_CALL(fallocate, FILE_FD, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 50),
		CALL(pwrite64, FILE_FD, TEXT(bytes), 100, 5 * PAGE),
		CALL(preadv, FILE_FD, TEXT(segments), 2, 0, 0),
		CALL(pwritev, FILE_FD, TEXT(segments), 2, 0, 0),
		CALL(sendfile, WRITE_END, FILE_FD, 0, 100),
		CALL(flock, FILE_FD, LOCK_EX),
		CALL(fcntl, FILE_FD, F_SETLK, TEXT(&record)),
		CALL(fcntl, FILE_FD, F_DUPFD, 200),
		CALL(fcntl, WRITE_END, F_SETPIPE_SZ, 1 << 18),
		CALL(dup, FILE_FD),
		CALL(dup2, FILE_FD, 300),
		CALL(dup3, FILE_FD, DIRECTORY_FD, 0),
		CALL(close, FILE_FD),
		CALL(pipe2, TEXT(two), 0),
		CALL(write, WRITE_END, TEXT(bytes), 100),
		CALL(epoll_create1, 0),
		CALL(epoll_ctl, EPOLL_FD, EPOLL_CTL_ADD, READ_END, TEXT(&event)),
		CALL(epoll_ctl, EPOLL_FD, EPOLL_CTL_ADD, EVENT_FD, TEXT(&event)),
		CALL(epoll_wait, EPOLL_FD, TEXT(bytes), 10, 0),
		CALL(eventfd2, 0, 0),
		CALL(timerfd_create, CLOCK_MONOTONIC, 0),
		CALL(memfd_create, TEXT("name"), 0),
		CALL(poll, TEXT(bytes), 1, 0),
	};

	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

static bool is_about_memory(long result)
{
	return result == -ENOMEM || result == -ENOSPC || result == -ENOLCK;
}

/* Tries the call with one more allocation each time until it does not lack memory. */
static void operation_try(const struct operation *operation)
{
	static char before[STATE_BYTES], after[STATE_BYTES];
	size_t allocations = 0, used;
	long result;

	state_take(before);
	used = heap_used();
	for (;; allocations++) {
		fault_after(allocations);
		result = fake_process_call(operation->number, operation->arguments);
		fault_after(SIZE_MAX);
		if (!is_about_memory(result))
			break;
		state_take(after);
		if (strcmp(before, after) != 0)
			print_error("%s failed at allocation %zu; before:\n%safter:\n%s", operation->name, allocations,
				    before, after);
		assert_string_equal(before, after);
		if (heap_used() != used && !operation->may_keep)
			print_error("%s leaks at allocation %zu\n", operation->name, allocations);
		assert_true(operation->may_keep || heap_used() == used);
		assert_in_range(allocations, 0, ALLOCATIONS_MAX);
	}
	if (result < 0)
		print_error("%s: %ld after %zu allocations\n", operation->name, result, allocations);
	assert_true(result >= 0);
}

static void try_all(bool full)
{
	size_t count, used = 0;
	const struct operation *table = operations(&count);

	for (size_t i = 0; i < count; i++) {
		alarm(HANG_SECONDS);
		scene_make(full);
		operation_try(&table[i]);
		scene_end();
		/* The first round leaves what is made once. */
		if (i > 0 && used != heap_used())
			print_error("after %s: %zu bytes, not %zu\n", table[i].name, heap_used(), used);
		assert_true(i == 0 || used == heap_used());
		used = heap_used();
	}
}

static void test_calls(void **state)
{
	(void)state;
	try_all(false);
}

static void test_full_table(void **state)
{
	(void)state;
	try_all(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls), cmocka_unit_test(test_full_table)};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
