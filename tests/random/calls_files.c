/* Names in a small tree that all processes share, and the files behind them. None of the calls ever waits. */
#include "random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

/* Files, directories, links and what is beyond them; none leads out of the tree, whatever the links are. */
static const char *name_choose(void)
{
	static const char *const names[] = {"a",   "b",   "c",     "d",    "d/a",    "d/b",  "d/d",   "e",
					    "e/a", "e/d", "d/d/a", "d/./", "e/../a", "link", "link/a"};
	return names[random_below(sizeof names / sizeof names[0])];
}

static void file_open(void)
{
	static const int flags[] = {O_CREAT,    O_CREAT, O_CREAT | O_EXCL, O_CREAT | O_TRUNC, O_APPEND,
				    O_NOFOLLOW, 0,       O_DIRECTORY};
	const char *name = name_choose();
	int how = (int)random_below(3) | flags[random_below(8)];
	/* So that descriptors stay in their range. */
	if (fcntl(FD_FIRST + FD_COUNT - 4, F_GETFD) >= 0) {
		tell("enough");
		return;
	}
	tell("open(%s, %#x)", name, (unsigned)how);
	tell_result(open(name, how | O_NONBLOCK, 0644));
}

static void name_make(void)
{
	const char *name = name_choose(), *other = name_choose();
	switch (random_below(5)) {
	case 0:
		tell("mkfifo(%s)", name);
		tell_result(mkfifo(name, 0600));
		return;
	case 1:
		tell("symlink(%s, %s)", name, other);
		tell_result(symlink(name, other));
		return;
	case 2:
		tell("link(%s, %s)", name, other);
		tell_result(link(name, other));
		return;
	default:
		tell("mkdir(%s)", name);
		tell_result(mkdir(name, 0755));
	}
}

static void name_change(void)
{
	const char *name = name_choose(), *other = name_choose();
	unsigned flags;
	switch (random_below(5)) {
	case 0:
		tell("unlink(%s)", name);
		tell_result(unlink(name));
		return;
	case 1:
		tell("rmdir(%s)", name);
		tell_result(rmdir(name));
		return;
	default:
		flags = random_below(4);
		tell("renameat2(%s, %s, %u)", name, other, flags);
		tell_result(renameat2(AT_FDCWD, name, AT_FDCWD, other, flags));
	}
}

static void stat_tell(const struct stat *is)
{
	tell(" %o", is->st_mode);
	if (!S_ISDIR(is->st_mode))
		tell(" links %lu", (unsigned long)is->st_nlink);
	if (S_ISREG(is->st_mode) || S_ISLNK(is->st_mode))
		tell(" size %ld", (long)is->st_size);
}

static void name_look(void)
{
	const char *name = name_choose();
	char target[64] = "";
	struct stat is;
	switch (random_below(4)) {
	case 0:
		tell("readlink(%s)", name);
		tell_result(readlink(name, target, sizeof target - 1));
		tell(" %s", target);
		return;
	case 1:
		tell("access(%s)", name);
		tell_result(access(name, (int)random_below(8)));
		return;
	default:
		tell("stat(%s)", name);
		if (tell_result(fstatat(AT_FDCWD, name, &is, random_below(2) ? AT_SYMLINK_NOFOLLOW : 0)) == 0)
			stat_tell(&is);
	}
}

static void name_set(void)
{
	const char *name = name_choose();
	unsigned value;
	if (random_below(2)) {
		value = random_below(01000);
		tell("chmod(%s, %o)", name, value);
		tell_result(chmod(name, value));
		return;
	}
	value = random_below(3 * PAGE);
	tell("truncate(%s, %u)", name, value);
	tell_result(truncate(name, value));
}

static int by_name(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static void directory_list(void)
{
	const char *name = random_below(3) ? name_choose() : ".";
	char *names[64];
	int count = 0;
	tell("list(%s)", name);
	DIR *directory = opendir(name);
	if (!directory) {
		tell_result(-1);
		return;
	}
	for (const struct dirent *entry; count < 64 && (entry = readdir(directory));)
		names[count++] = strdup(entry->d_name);
	closedir(directory);
	qsort(names, (size_t)count, sizeof *names, by_name);
	for (int i = 0; i < count; i++) {
		tell(" %s", names[i]);
		free(names[i]);
	}
}

static void position_use(void)
{
	/* Not SEEK_DATA and SEEK_HOLE: which pages of zeroes are there is each kernel's own affair. */
	static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
	char bytes[300] = "";
	int fd = random_fd(), whence = whences[random_below(3)];
	size_t count = random_below(sizeof bytes);
	off_t at = random_below(5 * PAGE);
	switch (random_below(4)) {
	case 0:
		memset(bytes, 'a' + (int)random_below(26), count);
		tell("pwrite(%d, %zu, %ld)", fd, count, (long)at);
		tell_result(pwrite(fd, bytes, count, at));
		return;
	case 1:
		tell("pread(%d, %zu, %ld)", fd, count, (long)at);
		tell_result(pread(fd, bytes, count, at));
		tell(" %c", bytes[0] ? bytes[0] : '-');
		return;
	default:
		tell("lseek(%d, %ld, %d)", fd, (long)at, whence);
		tell_result(lseek(fd, at, whence));
	}
}

static void file_change(void)
{
	static const int modes[] = {0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE};
	int fd = random_fd(), mode = modes[random_below(3)];
	off_t at = random_below(3 * PAGE), count = random_below(2 * PAGE);
	struct stat is;
	if (random_below(2)) {
		tell("fallocate(%d, %d, %ld, %ld)", fd, mode, (long)at, (long)count);
		tell_result(fallocate(fd, mode, at, count));
	} else {
		tell("fstat(%d)", fd);
		if (tell_result(fstat(fd, &is)) == 0 && S_ISREG(is.st_mode))
			stat_tell(&is);
	}
}

void call_files(void)
{
	static void (*const calls[])(void) = {file_open,      file_open,    file_open,   name_make,
					      name_make,      name_change,  name_change, name_look,
					      directory_list, position_use, file_change, name_set};
	calls[random_below(sizeof calls / sizeof calls[0])]();
}
