/* rename, renameat, renameat2. */
#include "matrix.h"

#include <stdio.h>

#ifndef RENAME_NOREPLACE
#include <linux/fs.h>
#endif

/* What is under a name afterwards. */
static void name_show(const char *name)
{
	struct stat status;
	char target[16] = "";
	if (lstat(name, &status) != 0)
		NOTE("  %s: %s", name, strerrorname_np(errno));
	else if (S_ISLNK(status.st_mode))
		NOTE("  %s: link to %.*s", name, (int)readlink(name, target, sizeof target), target);
	else
		NOTE("  %s: %s of %ld", name, S_ISDIR(status.st_mode) ? "directory" : "file",
		     S_ISDIR(status.st_mode) ? (long)status.st_nlink : (long)status.st_size);
}

static const char *const things[] = {"file",     "other", "empty", "full",      "full/inner", "full/sub", "link",
				     "dangling", "same",  "new",   "empty/new", "missing/x",  "file/x",   "."};
enum { THING_COUNT = sizeof things / sizeof things[0] };

static void things_make(int from, int to)
{
	char directory[32];
	snprintf(directory, sizeof directory, "t%d.%d", from, to);
	work_return();
	if (mkdir(directory, 0755) != 0 || chdir(directory) != 0)
		return;
	file_make("file", "file");
	file_make("other", "others");
	if (mkdir("empty", 0755) != 0 || mkdir("full", 0755) != 0 || mkdir("full/sub", 0755) != 0 ||
	    symlink("file", "link") != 0 || symlink("missing", "dangling") != 0 || link("file", "same") != 0)
		NOTE("cannot prepare");
	file_make("full/inner", "in");
}

/* Every pair of things. */
static void pairs_try(unsigned flags)
{
	for (int from = 0; from < THING_COUNT; from++) {
		char line[512];
		size_t used = 0;
		for (int to = 0; to < THING_COUNT; to++) {
			things_make(from, to);
			long result = QUIET(renameat2, AT_FDCWD, things[from], AT_FDCWD, things[to], flags);
			used += snprintf(line + used, sizeof line - used, " %s %s", things[to], result_name(result));
		}
		NOTE("%s to:%s", things[from], line);
	}
	work_return();
}

CHECK(rename_pairs, "renameat2")
{
	pairs_try(0);
}

CHECK(rename_pairs_noreplace, "renameat2")
{
	pairs_try(RENAME_NOREPLACE);
}

CHECK(rename_pairs_exchange, "renameat2")
{
	pairs_try(RENAME_EXCHANGE);
}

CHECK(rename_effects, "rename")
{
	things_make(0, 0);
	CALL(rename, "file", "other");
	name_show("file");
	name_show("other");
	CALL(rename, "full", "empty");
	name_show("full");
	name_show("empty");
	name_show("empty/inner");
	CALL(rename, "link", "dangling");
	name_show("dangling");
	CALL(rename, "same", "other"); /* two names of one file: nothing happens */
	name_show("same");
	name_show("other");
	work_return();
}

CHECK(rename_exchange_effects, "renameat2")
{
	things_make(0, 0);
	CALL(renameat2, AT_FDCWD, "file", AT_FDCWD, "full", RENAME_EXCHANGE);
	name_show("file");
	name_show("file/inner");
	name_show("full");
	CALL(renameat2, AT_FDCWD, "empty", AT_FDCWD, "file/inner", RENAME_EXCHANGE);
	name_show("empty");
	name_show("file/inner");
	name_show("file");
	work_return();
}

CHECK(rename_replaces_open_file, "rename,fstat,read")
{
	char bytes[16];
	struct stat status;
	file_make("a", "old");
	file_make("b", "newer");
	long fd = CALL(open, "a", O_RDONLY);
	CALL(rename, "b", "a");
	CALL(fstat, fd, &status);
	SHOW(status.st_nlink);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 16));
	fd = CALL(open, "a", O_RDONLY);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 16));
}

CHECK(rename_moves_working_directory, "rename,getcwd,chdir")
{
	char bytes[4096];
	CALL(mkdir, "a", 0755);
	CALL(mkdir, "b", 0755);
	CALL(chdir, "a");
	CALL(rename, "../a", "../b/c");
	long length = QUIET(getcwd, bytes, sizeof bytes);
	REQUIRE(length > 4);
	SHOW_TEXT(bytes + length - 5, 4);
	CALL(chdir, "..");
	name_show("c");
}

CHECK(rename_flags, "renameat2")
{
	file_make("a", "");
	CALL(renameat2, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE | RENAME_EXCHANGE);
	CALL(renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 8);
	CALL(renameat2, AT_FDCWD, "a", AT_FDCWD, "b", -1);
	CALL(renameat2, AT_FDCWD, "a", AT_FDCWD, "/proc/b", 0);
	CALL(renameat2, AT_FDCWD, "a", AT_FDCWD, ".", 0);
}

CHECK(rename_errors, "rename,renameat,renameat2")
{
	FOR_PATHS(rename, PATH, "new");
	FOR_PATHS(rename, "file", PATH);
	FOR_PATHS(rename, "dir", PATH);
	FOR_FDS(renameat, FD, "inner", AT_FDCWD, "new");
	FOR_FDS(renameat, AT_FDCWD, "file", FD, "new");
	FOR_FDS(renameat2, FD, "inner", FD, "new", RENAME_NOREPLACE);
	FOR_ADDRESSES(rename, BAD, "new");
	FOR_ADDRESSES(rename, "missing", BAD);
	FOR_ADDRESSES(renameat2, AT_FDCWD, BAD, AT_FDCWD, "new", 0);
}
