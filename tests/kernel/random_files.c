/* Random calls on files in two worlds: see random_files.h. */
#define _GNU_SOURCE
#include "random_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_process.h"
#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "unit.h"

#define FILES_MAX 6
#define BYTES_MAX 40000
#define LIST_BYTES 60000
#ifndef RENAME_EXCHANGE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif

static char directory[] = "/dev/shm/tend.XXXXXX";
static struct {
	int ours;
	int native;
	bool open;
} files[FILES_MAX];
static char data[BYTES_MAX], ours_data[LIST_BYTES], native_data[LIST_BYTES];

static long result(long value)
{
	return value == -1 ? -errno : value;
}

#define native_call(number, ...) result(syscall((number), __VA_ARGS__))

static bool short_of_memory;
static bool alone; /* nothing is compared */

void random_files_set_short_of_memory(bool is_short)
{
	short_of_memory = is_short;
}

static bool is_about_memory(long error)
{
	return error == -ENOMEM || error == -ENOSPC || error == -ENOLCK;
}

/* Writes are left out: they may end early, and then cannot be made again. */
static long call_kernel(long number, const long arguments[6])
{
	size_t allocations = 0;
	long done;

	if (!short_of_memory || number == SYS_write || number == SYS_pwrite64)
		return fake_process_call(number, arguments);
	do {
		fault_after(allocations++);
		done = fake_process_call(number, arguments);
		fault_after(SIZE_MAX);
	} while (is_about_memory(done));
	return done;
}

static long both_with(const char *text, long number, const long ours[6], const long native[6])
{
	long ours_result = call_kernel(number, ours);
	long native_result;

	if (alone)
		return ours_result;
	native_result = result(syscall(number, native[0], native[1], native[2], native[3], native[4], native[5]));
	if (getenv("TRACE"))
		print_message("%s = %ld [%ld %ld %ld %ld]\n", text, ours_result, ours[0], ours[1], ours[2], ours[3]);
	if (ours_result != native_result)
		print_error("%s: %ld, natively %ld\n", text, ours_result, native_result);
	assert_int_equal(ours_result, native_result);
	return native_result;
}

static long both_same(const char *text, long number, const long arguments[6])
{
	return both_with(text, number, arguments, arguments);
}

/* The same call on both sides; they must agree, and the result is returned. Arguments are evaluated once. */
#define both(number, ...) both_same(#number "(" #__VA_ARGS__ ")", number, (const long[6]){__VA_ARGS__})

static int removed(const char *path, const struct stat *stat, int flag, struct FTW *at)
{
	(void)stat, (void)flag, (void)at;
	return remove(path);
}

void random_files_native_begin(void)
{
	strcpy(directory, "/dev/shm/tend.XXXXXX");
	umask(022);
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(chdir(directory), 0);
}

void random_files_native_end(void)
{
	assert_int_equal(chdir("/"), 0);
	nftw(directory, removed, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- random arguments --------------------------------------------------------------------------------------------- */

static const char *random_path(char *path)
{
	static const char *const names[] = {"a", "b", "c", "long_name_of_a_file_that_is_looked_for", "d", "e"};
	int depth = rand() % 3;

	*path = 0;
	for (int i = 0; i < depth; i++) {
		strcat(path, names[4 + rand() % 2]);
		strcat(path, "/");
	}
	return strcat(path, names[rand() % 6]);
}

static uint64_t random_offset(void)
{
	return rand() % 2 ? (uint64_t)rand() % BYTES_MAX : (uint64_t)(rand() % 12) * 4096;
}

static void random_bytes(size_t count)
{
	for (size_t i = 0; i < count; i++)
		data[i] = (char)(rand() | 1);
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static void step_open(const char *path)
{
	static const int flags[] = {O_RDWR,   O_RDWR | O_CREAT, O_RDWR | O_CREAT | O_EXCL, O_RDWR | O_CREAT | O_TRUNC,
				    O_RDONLY, O_RDWR | O_APPEND};
	int at = rand() % FILES_MAX, flag = flags[rand() % 6] | O_NOFOLLOW | O_NONBLOCK;
	struct stat stat;

	if (files[at].open) {
		assert_int_equal(kernel_call(SYS_close, files[at].ours), 0);
		close(files[at].native);
	}
	files[at].open = false;
	files[at].ours = (int)kernel_call(SYS_openat, AT_FDCWD, TEXT(path), flag, 0644);
	if (alone) {
		files[at].open = files[at].ours >= 0;
		files[at].native = -1;
		return;
	}
	files[at].native = (int)native_call(SYS_openat, AT_FDCWD, path, flag, 0644);
	assert_int_equal(files[at].ours < 0 ? files[at].ours : 0, files[at].native < 0 ? files[at].native : 0);
	if (files[at].native < 0)
		return;
	fstat(files[at].native, &stat);
	files[at].open = S_ISREG(stat.st_mode);
	if (!files[at].open) {
		kernel_call(SYS_close, files[at].ours);
		close(files[at].native);
	}
}

static long both_on_file(const char *text, int at, long number, const long arguments[6])
{
	long ours[6], native[6];

	memcpy(ours, arguments, sizeof(ours));
	memcpy(native, arguments, sizeof(native));
	ours[0] = files[at].ours;
	native[0] = files[at].native;
	return both_with(text, number, ours, native);
}

/* The same with an open file, whose descriptors differ, as the first argument. */
#define both_at(at, number, ...) both_on_file(#number "(" #__VA_ARGS__ ")", at, number, (const long[6]){0, __VA_ARGS__})

static void step_data(int at)
{
	size_t bytes = (size_t)rand() % (rand() % 4 ? 300 : BYTES_MAX);
	uint64_t offset = random_offset();
	long done;

	switch (rand() % 12) {
	case 0 ... 3:
		random_bytes(bytes);
		both_at(at, SYS_pwrite64, TEXT(data), (long)bytes, (long)offset);
		break;
	case 4:
		random_bytes(bytes);
		both_at(at, SYS_write, TEXT(data), (long)bytes);
		break;
	case 5 ... 7:
		done = kernel_call(SYS_pread64, files[at].ours, TEXT(ours_data), (long)bytes, (long)offset);
		if (alone)
			break;
		assert_int_equal(done, native_call(SYS_pread64, files[at].native, native_data, bytes, offset));
		if (done > 0)
			assert_memory_equal(ours_data, native_data, (size_t)done);
		break;
	case 8:
		both_at(at, SYS_ftruncate, (long)offset);
		break;
	case 9:
		both_at(at, SYS_lseek, (long)offset, rand() % 3);
		break;
	case 10:
		both_at(at, SYS_fallocate, rand() % 2 ? FALLOC_FL_KEEP_SIZE : 0, (long)offset, (long)bytes);
		break;
	default:
		both_at(at, SYS_fallocate, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (long)offset, (long)bytes);
		break;
	}
}

static void step_name(const char *path, const char *other)
{
	switch (rand() % 12) {
	case 0 ... 1:
		both(SYS_mkdir, TEXT(path), 0755);
		break;
	case 2:
		both(SYS_rmdir, TEXT(path));
		break;
	case 3 ... 4:
		both(SYS_unlink, TEXT(path));
		break;
	case 5:
		both(SYS_link, TEXT(path), TEXT(other));
		break;
	case 6:
		both(SYS_symlink, TEXT(path), TEXT(other));
		break;
	case 7 ... 8:
		both(SYS_rename, TEXT(path), TEXT(other));
		break;
	case 9:
		both(SYS_renameat2, AT_FDCWD, TEXT(path), AT_FDCWD, TEXT(other), RENAME_EXCHANGE);
		break;
	case 10:
		both(SYS_renameat2, AT_FDCWD, TEXT(path), AT_FDCWD, TEXT(other), RENAME_NOREPLACE);
		break;
	default:
		both(SYS_mknod, TEXT(path), S_IFIFO | 0600, 0);
		break;
	}
}

static void step_attribute(const char *path)
{
	static const char *const names[] = {"user.one", "user.second", "other.four"};
	const char *name = names[rand() % 3];
	size_t bytes = (size_t)rand() % 100;

	switch (rand() % 6) {
	case 0:
		both(SYS_chmod, TEXT(path), rand() % 4096);
		break;
	case 1:
		both(SYS_truncate, TEXT(path), (long)random_offset());
		break;
	case 2 ... 3:
		random_bytes(bytes);
		both(SYS_lsetxattr, TEXT(path), TEXT(name), TEXT(data), (long)bytes, rand() % 3);
		break;
	case 4:
		both(SYS_lremovexattr, TEXT(path), TEXT(name));
		break;
	default:
		both(SYS_lchown, TEXT(path), rand() % 3, rand() % 3);
		break;
	}
}

void random_files_close(void)
{
	for (int at = 0; at < FILES_MAX; at++) {
		if (files[at].open) {
			assert_int_equal(kernel_call(SYS_close, files[at].ours), 0);
			close(files[at].native);
			files[at].open = false;
		}
	}
}

/* --- comparison --------------------------------------------------------------------------------------------------- */

static int name_order(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The names of a directory, sorted, that getdents64 put into a buffer; types are the last character. */
static int names_take(char *list, long bytes, char **names)
{
	int count = 0;

	for (long at = 0; at < bytes;) {
		struct dirent64 *entry = (void *)(list + at);

		assert_int_not_equal(asprintf(&names[count++], "%s %d", entry->d_name, entry->d_type), -1);
		at += entry->d_reclen;
	}
	qsort(names, (size_t)count, sizeof(*names), name_order);
	return count;
}

static long directory_read(bool ours, const char *path, char *list)
{
	long fd = ours ? kernel_call(SYS_open, TEXT(path), O_RDONLY | O_DIRECTORY, 0)
		       : native_call(SYS_open, path, O_RDONLY | O_DIRECTORY, 0);
	long done = 1, bytes = 0;

	assert_true(fd >= 0);
	/* In small steps: offsets must lead on. */
	for (; done > 0; bytes += done)
		done = ours ? kernel_call(SYS_getdents64, fd, TEXT(list + bytes), 200)
			    : native_call(SYS_getdents64, fd, list + bytes, 200);
	assert_int_equal(done, 0);
	if (ours)
		kernel_call(SYS_close, fd);
	else
		close((int)fd);
	return bytes;
}

static void compare(const char *path, const struct random_files_options *options);

static void compare_directory(const char *path, const struct random_files_options *options)
{
	char *ours[100], *native[100], child[512];
	int count = names_take(ours_data, directory_read(true, path, ours_data), ours);

	assert_int_equal(names_take(native_data, directory_read(false, path, native_data), native), count);
	for (int i = 0; i < count; i++) {
		assert_string_equal(ours[i], native[i]);
		free(ours[i]);
	}
	for (int i = 0; i < count; i++) {
		*strrchr(native[i], ' ') = 0;
		snprintf(child, sizeof(child), "%s/%s", path, native[i]);
		if (strcmp(native[i], ".") != 0 && strcmp(native[i], "..") != 0)
			compare(child, options);
		free(native[i]);
	}
}

static void compare_contents(const char *path)
{
	long ours = kernel_call(SYS_open, TEXT(path), O_RDONLY, 0), done;
	int native = open(path, O_RDONLY);

	assert_true(ours >= 0 && native >= 0);
	do {
		done = kernel_call(SYS_read, ours, TEXT(ours_data), 10000);
		assert_int_equal(done, read(native, native_data, 10000));
		if (done > 0)
			assert_memory_equal(ours_data, native_data, (size_t)done);
	} while (done > 0);
	kernel_call(SYS_close, ours);
	close(native);
}

static void compare_attributes(const char *path)
{
	static const char *const names[] = {"user.one", "user.second"};
	long bytes;

	both(SYS_llistxattr, TEXT(path), 0, 0);
	for (size_t i = 0; i < 2; i++) {
		bytes = kernel_call(SYS_lgetxattr, TEXT(path), TEXT(names[i]), TEXT(ours_data), 200);
		assert_int_equal(bytes, native_call(SYS_lgetxattr, path, names[i], native_data, 200));
		if (bytes > 0)
			assert_memory_equal(ours_data, native_data, (size_t)bytes);
	}
}

static void compare(const char *path, const struct random_files_options *options)
{
	struct stat ours, native;
	long length;

	assert_int_equal(kernel_call(SYS_lstat, TEXT(path), TEXT(&ours)), 0);
	assert_int_equal(lstat(path, &native), 0);
	assert_int_equal(ours.st_mode, native.st_mode);
	assert_int_equal(ours.st_nlink, native.st_nlink);
	assert_int_equal(ours.st_uid, native.st_uid);
	assert_int_equal(ours.st_gid, native.st_gid);
	assert_int_equal(ours.st_rdev, native.st_rdev);
	if (!S_ISDIR(native.st_mode) || !options->any_directory_size)
		assert_int_equal(ours.st_size, native.st_size);
	compare_attributes(path);
	if (S_ISREG(native.st_mode)) {
		if (ours.st_blocks != native.st_blocks)
			print_error("%s: %ld blocks, natively %ld; %ld bytes\n", path, ours.st_blocks, native.st_blocks,
				    native.st_size);
		assert_int_equal(ours.st_blocks, native.st_blocks);
		compare_contents(path);
	} else if (S_ISLNK(native.st_mode)) {
		length = kernel_call(SYS_readlink, TEXT(path), TEXT(ours_data), 500);
		assert_int_equal(length, readlink(path, native_data, 500));
		assert_memory_equal(ours_data, native_data, (size_t)length);
	} else if (S_ISDIR(native.st_mode)) {
		compare_directory(path, options);
	}
}

void random_files_compare(const struct random_files_options *options)
{
	compare(".", options);
}

void random_files_step(void)
{
	char path[200], other[200];
	int at = rand() % FILES_MAX;

	random_path(path);
	random_path(other);
	switch (rand() % 8) {
	case 0:
		step_open(path);
		break;
	case 1 ... 3:
		if (files[at].open)
			step_data(at);
		break;
	case 4 ... 6:
		step_name(path, other);
		break;
	default:
		step_attribute(path);
		break;
	}
}

/* Reads everything, too: directories, links, attributes, files. */
void random_files_step_alone(void)
{
	char path[200];
	long fd;

	alone = true;
	random_files_step();
	random_path(path);
	fd = kernel_call(SYS_open, TEXT(path), O_RDONLY | O_NONBLOCK, 0);
	if (fd >= 0) {
		kernel_call(SYS_getdents64, fd, TEXT(ours_data), rand() % 2000);
		kernel_call(SYS_pread64, fd, TEXT(ours_data), rand() % 20000, (long)random_offset());
		kernel_call(SYS_close, fd);
	}
	kernel_call(SYS_readlink, TEXT(path), TEXT(ours_data), 4096);
	kernel_call(SYS_llistxattr, TEXT(path), TEXT(ours_data), 1000);
	kernel_call(SYS_lgetxattr, TEXT(path), TEXT("user.one"), TEXT(ours_data), 1000);
	alone = false;
}

static void populate_file(const char *path)
{
	size_t bytes = rand() % 3 ? (size_t)rand() % 9000 : (size_t)(rand() % 5) * 4096;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0640);

	if (fd < 0)
		return;
	random_bytes(bytes);
	assert_int_equal(write(fd, data, bytes), (long)bytes);
	if (rand() % 2)
		native_call(SYS_fsetxattr, fd, "user.one", data, (size_t)(rand() % 50), 0);
	if (rand() % 4 == 0)
		native_call(SYS_fsetxattr, fd, "user.second", "second", 6ul, 0);
	close(fd);
}

void random_files_populate(void)
{
	char path[200], other[200];

	for (int i = 0; i < 60; i++) {
		random_path(path);
		switch (rand() % 5) {
		case 0 ... 1:
			mkdir(path, 0755);
			break;
		case 2:
			assert_true(link(path, random_path(other)) == 0 || errno);
			break;
		case 3:
			assert_true(symlink("somewhere/else", path) == 0 || errno);
			break;
		default:
			populate_file(path);
			break;
		}
	}
}
