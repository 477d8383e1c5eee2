/* getdents64, getdents and directory positions; chdir, fchdir, getcwd. */
#include "matrix.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES_MAX = 1024 };

static int name_compare(const void *first, const void *second)
{
	return strcmp(*(char *const *)first, *(char *const *)second);
}

/* Reads to the end with a buffer of this size; returns how many entries, their names sorted in `names`. */
static int entries_read(int fd, size_t buffer_bytes, char *names[ENTRIES_MAX])
{
	static char buffer[65536] __attribute__((aligned(8))), text[65536];
	char *next = text;
	int count = 0;
	for (;;) {
		long bytes = QUIET(getdents64, fd, buffer, buffer_bytes);
		if (bytes <= 0) {
			if (bytes < 0)
				NOTE("getdents64 = %s", result_name(bytes));
			break;
		}
		for (long at = 0; at < bytes && count < ENTRIES_MAX;) {
			const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
			names[count] = next;
			next += snprintf(next, 64, "%s/%d", entry->d_name, entry->d_type) + 1;
			at += entry->d_reclen;
			count++;
		}
	}
	qsort(names, count, sizeof names[0], name_compare);
	return count;
}

CHECK(getdents_names, "getdents64,lseek")
{
	char *names[ENTRIES_MAX];
	tree_make();
	long fd = CALL(open, ".", O_RDONLY | O_DIRECTORY);
	int count = entries_read(fd, 4096, names);
	for (int i = 0; i < count; i++)
		NOTE("%s", names[i]);
	CALL(lseek, fd, 0, SEEK_SET);
	SHOW(entries_read(fd, 32, names)); /* little by little */
	CALL(lseek, fd, 0, SEEK_SET);
	SHOW(entries_read(fd, 65536, names));
}

CHECK(getdents_many, "getdents64")
{
	char *names[ENTRIES_MAX];
	for (int i = 0; i < 500; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		file_make(name, "");
	}
	static const size_t sizes[] = {24, 64, 280, 1000, 32768};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		long fd = QUIET(open, ".", O_RDONLY);
		NOTE("buffer of %zu: %d", sizes[i], entries_read(fd, sizes[i], names));
	}
}

CHECK(getdents_while_deleting, "getdents64,unlink")
{
	char buffer[512] __attribute__((aligned(8))), *names[ENTRIES_MAX];
	for (int i = 0; i < 100; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		file_make(name, "");
	}
	int deleted = 0;
	long fd = CALL(open, ".", O_RDONLY), bytes;
	while ((bytes = QUIET(getdents64, fd, buffer, sizeof buffer)) > 0)
		for (long at = 0; at < bytes; at += ((struct dirent64 *)(buffer + at))->d_reclen)
			if (((struct dirent64 *)(buffer + at))->d_name[0] == 'n')
				deleted += QUIET(unlink, ((struct dirent64 *)(buffer + at))->d_name) == 0;
	SHOW(deleted);
	CALL(lseek, fd, 0, SEEK_SET);
	SHOW(entries_read(fd, 4096, names));
}

CHECK(getdents_seek, "getdents64,lseek")
{
	char buffer[4096] __attribute__((aligned(8))) = {0}, second[4096] = {0}; /* padding is not written */
	tree_make();
	long fd = CALL(open, ".", O_RDONLY);
	long bytes = QUIET(getdents64, fd, buffer, sizeof buffer);
	REQUIRE(bytes > 0);
	/* Each entry's d_off leads to the entry behind it. */
	for (long at = 0; at < bytes;) {
		const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);
		at += entry->d_reclen;
		EXPECT(QUIET(lseek, fd, entry->d_off, SEEK_SET) == entry->d_off);
		memset(second, 0, sizeof second);
		long rest = QUIET(getdents64, fd, second, sizeof second);
		EXPECT(rest == bytes - at && memcmp(second, buffer + at, rest > 0 ? rest : 0) == 0);
	}
}

CHECK(getdents_errors, "getdents64,getdents")
{
	char buffer[512];
	FOR_FDS(getdents64, FD, buffer, 16);
	FOR_FDS(getdents, FD, buffer, 16);
	long fd = CALL(open, ".", O_RDONLY);
	CALL(getdents64, fd, buffer, 0);
	CALL(getdents64, fd, buffer, 23);
	FOR_ADDRESSES(getdents64, fd, BAD, 512);
	CALL(mkdir, "gone", 0755);
	fd = CALL(open, "gone", O_RDONLY);
	CALL(rmdir, "gone");
	CALL(getdents64, fd, buffer, sizeof buffer);
}

CHECK(getdents_old, "getdents")
{
	static char buffer[8192] __attribute__((aligned(8)));
	tree_make();
	long fd = CALL(open, ".", O_RDONLY), bytes, count = 0, types = 0;
	while ((bytes = QUIET(getdents, fd, buffer, sizeof buffer)) > 0)
		for (long at = 0; at < bytes; at += *(unsigned short *)(buffer + at + 16), count++)
			types += buffer[at + *(unsigned short *)(buffer + at + 16) - 1];
	SHOW(count);
	SHOW(types); /* the last byte of each entry is its type */
}

CHECK(chdir_and_getcwd, "chdir,getcwd")
{
	char bytes[4096], root[64];
	const char *work = work_directory();
	CALL(mkdir, "a", 0755);
	CALL(chdir, "a");
	long length = QUIET(getcwd, bytes, sizeof bytes);
	EXPECT(length == (long)strlen(work) + 3 && strncmp(bytes, work, strlen(work)) == 0);
	EXPECT(QUIET(getcwd, bytes, length) == length);
	CALL(getcwd, bytes, strlen(work) + 2);
	CALL(getcwd, bytes, 0);
	CALL(getcwd, NULL, 4096);
	CALL(chdir, "/");
	SHOW_TEXT(root, CALL(getcwd, root, sizeof root));
	CALL(getcwd, root, 1);
	CALL(chdir, "/proc/self/..");
	SHOW_TEXT(root, CALL(getcwd, root, sizeof root));
	CALL(chdir, "/../..");
	SHOW_TEXT(root, CALL(getcwd, root, sizeof root));
}

CHECK(chdir_deleted, "chdir,getcwd,rmdir,open")
{
	char bytes[4096];
	CALL(mkdir, "a", 0755);
	CALL(chdir, "a");
	CALL(rmdir, "../a");
	CALL(getcwd, bytes, sizeof bytes);
	CALL(open, "x", O_CREAT | O_WRONLY, 0644);
	CALL(open, ".", O_RDONLY);
	CALL(mkdir, "x", 0755);
	CALL(chdir, ".");
	CALL(stat, "..", bytes);
	CALL(chdir, "..");
	EXPECT(QUIET(getcwd, bytes, sizeof bytes) == (long)strlen(work_directory()) + 1);
}

CHECK(chdir_errors, "chdir,fchdir,getcwd")
{
	FOR_PATHS(chdir, PATH);
	FOR_FDS(fchdir, FD);
	work_return();
	FOR_ADDRESSES(chdir, BAD);
	CALL(chdir, "/");
	FOR_ADDRESSES(getcwd, BAD, 2);
}
