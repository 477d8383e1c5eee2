/* chmod, chown, utimensat and their relatives; which times a call changes. */
#include "matrix.h"

#include <sys/time.h>
#include <time.h>

CHECK(chmod_basics, "chmod,fchmod,fchmodat,stat")
{
	struct stat status;
	tree_make();
	static const unsigned modes[] = {0, 07777, 0644, 0170644, 0xffffffff, 04711};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		CALL(chmod, "file", modes[i]);
		CALL(stat, "file", &status);
		SHOW_OCTAL(status.st_mode);
	}
	long fd = CALL(open, "file", O_RDONLY);
	CALL(fchmod, fd, 0600);
	CALL(fchmodat, AT_FDCWD, "link", 0640, 0x8000); /* the system call has no flags argument */
	CALL(stat, "file", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(chmod, "dir", 01777);
	CALL(stat, "dir", &status);
	SHOW_OCTAL(status.st_mode);
}

CHECK(chmod_errors, "chmod,fchmod,fchmodat,fchmodat2")
{
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
	FOR_PATHS(chmod, PATH, 0755);
	FOR_FDS(fchmod, FD, 0644);
	FOR_FDS(fchmodat, FD, "inner", 0644);
	FOR_ADDRESSES(chmod, BAD, 0644);
	FOR_PATHS(fchmodat2, AT_FDCWD, PATH, 0755, AT_SYMLINK_NOFOLLOW);
	FOR_FDS(fchmodat2, FD, "", 0644, AT_EMPTY_PATH);
	CALL(fchmodat2, AT_FDCWD, ".", 0755, 0x8000);
}

static void owner_show(const char *name)
{
	struct stat status;
	if (lstat(name, &status) == 0)
		NOTE("%s: %d:%d %#o", name, (int)status.st_uid, (int)status.st_gid, status.st_mode);
}

CHECK(chown_basics, "chown,lchown,fchown,fchownat")
{
	tree_make();
	CALL(chown, "file", 1, 2);
	owner_show("file");
	CALL(chown, "file", -1, 3);
	owner_show("file");
	CALL(chown, "file", 4, -1);
	owner_show("file");
	CALL(chown, "file", -1, -1);
	CALL(lchown, "link", 5, 6);
	owner_show("link");
	owner_show("file");
	CALL(chown, "link", 7, 8);
	owner_show("file");
	CALL(chown, "file", 0x7fffffff, 0xfffffffe);
	owner_show("file");
	CALL(fchown, CALL(open, "dir", O_RDONLY), 9, 10);
	owner_show("dir");
	CALL(fchownat, AT_FDCWD, "link", 11, 12, AT_SYMLINK_NOFOLLOW);
	owner_show("link");
	CALL(fchownat, CALL(open, "file", O_PATH), "", 13, 14, AT_EMPTY_PATH);
	owner_show("file");
	CALL(fchownat, AT_FDCWD, "file", 1, 1, 0x8000);
}

CHECK(chown_clears_set_id_bits, "chown,chmod")
{
	file_make("a", "");
	CALL(chmod, "a", 06755);
	CALL(chown, "a", -1, -1);
	owner_show("a");
	CALL(chmod, "a", 06755);
	CALL(chown, "a", 0, 0);
	owner_show("a");
	CALL(chmod, "a", 06644);
	CALL(chown, "a", 1, 1);
	owner_show("a");
	CALL(mkdir, "d", 0755);
	CALL(chmod, "d", 06755);
	CALL(chown, "d", 1, 1);
	owner_show("d");
}

CHECK(chown_errors, "chown,lchown,fchown,fchownat")
{
	FOR_PATHS(chown, PATH, 1, 1);
	FOR_PATHS(lchown, PATH, 1, 1);
	FOR_FDS(fchown, FD, 1, 1);
	FOR_FDS(fchownat, FD, "inner", 1, 1, 0);
	FOR_FDS(fchownat, FD, "", 1, 1, AT_EMPTY_PATH);
	FOR_ADDRESSES(chown, BAD, 1, 1);
	FOR_ADDRESSES(fchownat, AT_FDCWD, BAD, 1, 1, 0);
}

static void times_show(const char *name)
{
	struct stat status;
	if (lstat(name, &status) == 0)
		NOTE("%s: %ld.%09ld %ld.%09ld", name, status.st_atim.tv_sec, status.st_atim.tv_nsec,
		     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

CHECK(utimensat_basics, "utimensat")
{
	struct timespec times[2] = {{1000, 1}, {2000, 999999999}};
	tree_make();
	CALL(utimensat, AT_FDCWD, "file", times, 0);
	times_show("file");
	times[0].tv_nsec = UTIME_OMIT;
	times[1] = (struct timespec){-5, 7};
	CALL(utimensat, AT_FDCWD, "file", times, 0);
	times_show("file");
	times[1].tv_nsec = UTIME_OMIT;
	CALL(utimensat, AT_FDCWD, "file", times, 0);
	CALL(utimensat, AT_FDCWD, "missing", times, 0); /* nothing to do: not even looked up */
	times[1].tv_nsec = 1000000000;
	CALL(utimensat, AT_FDCWD, "file", times, 0);
	times[1].tv_nsec = -1;
	CALL(utimensat, AT_FDCWD, "file", times, 0);
	times[0] = times[1] = (struct timespec){3000, 5};
	CALL(utimensat, AT_FDCWD, "link", times, AT_SYMLINK_NOFOLLOW);
	times_show("link");
	long fd = CALL(open, "file", O_RDONLY);
	CALL(utimensat, fd, NULL, times, 0);
	times_show("file");
	CALL(utimensat, fd, NULL, times, AT_SYMLINK_NOFOLLOW);
	CALL(utimensat, AT_FDCWD, NULL, times, 0);
	CALL(utimensat, AT_FDCWD, "file", times, 0x8000);
}

CHECK(utimensat_now, "utimensat,clock_gettime,stat")
{
	struct timespec before, after, times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
	struct stat status;
	file_make("a", "");
	CALL(clock_gettime, CLOCK_REALTIME_COARSE, &before);
	CALL(utimensat, AT_FDCWD, "a", times, 0);
	CALL(stat, "a", &status);
	CALL(clock_gettime, CLOCK_REALTIME, &after);
	EXPECT(status.st_mtim.tv_sec >= before.tv_sec && status.st_mtim.tv_sec <= after.tv_sec);
	EXPECT(status.st_mtim.tv_nsec == status.st_atim.tv_nsec);
	CALL(utimensat, AT_FDCWD, "a", NULL, 0);
	CALL(stat, "a", &status);
	EXPECT(status.st_mtim.tv_sec >= before.tv_sec);
}

CHECK(utime_legacy, "utime,utimes,futimesat")
{
	long seconds[2] = {10, 20};
	struct timeval micros[2] = {{30, 1}, {40, 999999}};
	file_make("a", "");
	CALL(utime, "a", seconds);
	times_show("a");
	CALL(utimes, "a", micros);
	times_show("a");
	micros[1].tv_usec = 1000000;
	CALL(utimes, "a", micros);
	micros[1].tv_usec = -1;
	CALL(futimesat, AT_FDCWD, "a", micros);
	micros[1].tv_usec = 5;
	CALL(futimesat, AT_FDCWD, "a", micros);
	times_show("a");
	CALL(utime, "missing", seconds);
}

CHECK(utimensat_errors, "utimensat,utimes")
{
	FOR_PATHS(utimensat, AT_FDCWD, PATH, NULL, 0);
	FOR_PATHS(utimensat, AT_FDCWD, PATH, NULL, AT_SYMLINK_NOFOLLOW);
	FOR_FDS(utimensat, FD, NULL, NULL, 0);
	FOR_FDS(utimensat, FD, "", NULL, AT_EMPTY_PATH);
	FOR_FDS(utimensat, FD, "inner", NULL, 0);
	file_make("a", "");
	FOR_ADDRESSES(utimensat, AT_FDCWD, "a", BAD, 0);
	FOR_ADDRESSES(utimensat, AT_FDCWD, BAD, NULL, 0);
	FOR_ADDRESSES(utimes, "a", BAD);
}

/* Sets the access and modification times of `name` far back, so that a change shows. */
static void times_reset(const char *name)
{
	const struct timespec times[2] = {{1000, 5}, {1000, 5}};
	utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW);
}

static void times_changed(const char *action, const char *name)
{
	struct stat status;
	if (lstat(name, &status) != 0)
		return;
	NOTE("%s: atime %s, mtime %s", action, status.st_atim.tv_sec == 1000 ? "kept" : "set",
	     status.st_mtim.tv_sec == 1000 ? "kept" : "set");
	times_reset(name);
}

CHECK(times_of_files, "read,write,ftruncate,chmod,rename")
{
	char bytes[16];
	file_make("a", "content");
	times_reset("a");
	long fd = CALL(open, "a", O_RDWR);
	times_changed("open", "a");
	CALL(read, fd, bytes, 0);
	times_changed("read of nothing", "a");
	CALL(read, fd, bytes, 3);
	times_changed("read", "a");
	CALL(write, fd, bytes, 0);
	times_changed("write of nothing", "a");
	CALL(write, fd, bytes, 3);
	times_changed("write", "a");
	CALL(ftruncate, fd, 7);
	times_changed("ftruncate to the same size", "a");
	CALL(ftruncate, fd, 9);
	times_changed("ftruncate", "a");
	CALL(truncate, "a", 9);
	times_changed("truncate to the same size", "a");
	CALL(chmod, "a", 0600);
	times_changed("chmod", "a");
	CALL(link, "a", "b");
	times_changed("link", "a");
	CALL(rename, "a", "c");
	times_changed("rename", "c");
	CALL(open, "c", O_WRONLY | O_TRUNC);
	times_changed("O_TRUNC", "c");
	CALL(open, "c", O_WRONLY | O_TRUNC);
	times_changed("O_TRUNC of an empty file", "c");
}

CHECK(times_of_directories, "mkdir,unlink,rename,open")
{
	CALL(mkdir, "d", 0755);
	times_reset("d");
	file_make("d/a", "");
	times_changed("create", "d");
	CALL(open, "d/a", O_RDWR);
	times_changed("open", "d");
	CALL(rename, "d/a", "d/b");
	times_changed("rename within", "d");
	CALL(symlink, "x", "d/l");
	times_changed("symlink", "d");
	CALL(unlink, "d/b");
	times_changed("unlink", "d");
	CALL(mkdir, "d/e", 0755);
	times_changed("mkdir", "d");
	CALL(unlink, "d/missing");
	times_changed("failed unlink", "d");
	CALL(chmod, "d", 0700);
	times_changed("chmod", "d");
}
