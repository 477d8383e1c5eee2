/* mkdir, rmdir, unlink, link, symlink, readlink and their *at forms. */
#include "matrix.h"

#include <linux/limits.h>

CHECK(mkdir_basics, "mkdir,mkdirat,stat")
{
	struct stat status;
	umask(027);
	CALL(mkdir, "a", 07777);
	CALL(stat, "a", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(mkdir, "a", 0755);
	CALL(mkdir, "a/b/", 0700);
	CALL(mkdir, "a/missing/c", 0700);
	long fd = CALL(open, "a", O_PATH);
	CALL(mkdirat, fd, "c", 0);
	CALL(stat, "a/c", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(mkdir, "/", 0755);
	CALL(mkdir, "/proc/new", 0755);
	CALL(mkdir, "/proc/self/new", 0755);
}

CHECK(mkdir_set_group, "mkdir,chmod,chown,open")
{
	struct stat status;
	CALL(mkdir, "d", 0755);
	CALL(chown, "d", 0, 7);
	CALL(chmod, "d", 02755);
	CALL(mkdir, "d/e", 0755);
	CALL(stat, "d/e", &status);
	SHOW_OCTAL(status.st_mode);
	SHOW(status.st_gid);
	CALL(open, "d/f", O_CREAT | O_WRONLY, 0644);
	CALL(stat, "d/f", &status);
	SHOW_OCTAL(status.st_mode);
	SHOW(status.st_gid);
}

CHECK(mkdir_errors, "mkdir,mkdirat")
{
	FOR_PATHS(mkdir, PATH, 0755);
	FOR_FDS(mkdirat, FD, "new", 0755);
	FOR_FDS(mkdirat, FD, "inner", 0755);
	FOR_ADDRESSES(mkdir, BAD, 0755);
	FOR_ADDRESSES(mkdirat, AT_FDCWD, BAD, 0755);
}

CHECK(rmdir_basics, "rmdir,mkdir")
{
	CALL(mkdir, "a", 0755);
	CALL(mkdir, "a/b", 0755);
	CALL(rmdir, "a");
	long fd = CALL(open, "a/b", O_RDONLY | O_DIRECTORY);
	CALL(rmdir, "a/b");
	CALL(openat, fd, ".", O_RDONLY);
	CALL(openat, fd, "new", O_CREAT | O_WRONLY, 0644);
	CALL(mkdirat, fd, "new", 0755);
	CALL(openat, fd, "..", O_RDONLY);
	CALL(rmdir, "a/");
	CALL(rmdir, "/");
	CALL(rmdir, "/dev/null");
	CALL(rmdir, "/proc");
}

CHECK(rmdir_errors, "rmdir")
{
	FOR_PATHS(rmdir, PATH);
	FOR_ADDRESSES(rmdir, BAD);
}

CHECK(unlink_errors, "unlink,unlinkat")
{
	FOR_PATHS(unlink, PATH);
	FOR_PATHS(unlinkat, AT_FDCWD, PATH, AT_REMOVEDIR);
	FOR_FDS(unlinkat, FD, "inner", 0);
	FOR_FDS(unlinkat, FD, "inner", AT_REMOVEDIR);
	CALL(unlinkat, AT_FDCWD, "missing", 1);
	CALL(unlinkat, AT_FDCWD, "missing", AT_REMOVEDIR | AT_SYMLINK_NOFOLLOW);
	CALL(unlink, "/");
	CALL(unlink, "/proc/self/stat");
	FOR_ADDRESSES(unlink, BAD);
	FOR_ADDRESSES(unlinkat, AT_FDCWD, BAD, 0);
}

CHECK(link_basics, "link,linkat,stat,unlink")
{
	char bytes[8];
	struct stat status;
	file_make("a", "text");
	CALL(link, "a", "b");
	CALL(link, "a", "b");
	CALL(link, "a", "c/");
	CALL(mkdir, "d", 0755);
	CALL(link, "d", "e");
	CALL(link, "a", "d/a");
	CALL(unlink, "a");
	long fd = CALL(open, "b", O_RDONLY);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 8));
	CALL(stat, "d/a", &status);
	SHOW(status.st_nlink);
	CALL(symlink, "b", "l");
	CALL(linkat, AT_FDCWD, "l", AT_FDCWD, "hard", 0);
	CALL(lstat, "hard", &status);
	SHOW(S_ISLNK(status.st_mode));
	SHOW(status.st_nlink);
	CALL(linkat, AT_FDCWD, "l", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW);
	CALL(lstat, "followed", &status);
	SHOW(S_ISREG(status.st_mode));
	CALL(linkat, AT_FDCWD, "l", AT_FDCWD, "x", 0x8000);
	CALL(link, "b", "/proc/x");
	CALL(link, "/dev/null", "null");
}

CHECK(link_errors, "link,linkat")
{
	FOR_PATHS(link, PATH, "new");
	FOR_PATHS(link, "file", PATH);
	FOR_FDS(linkat, FD, "inner", AT_FDCWD, "new", 0);
	FOR_FDS(linkat, AT_FDCWD, "file", FD, "new2", 0);
	FOR_ADDRESSES(link, BAD, "new3");
	FOR_ADDRESSES(linkat, AT_FDCWD, "missing", AT_FDCWD, BAD, 0);
}

CHECK(symlink_basics, "symlink,readlink,lstat")
{
	static char target[PATH_MAX + 8], bytes[PATH_MAX + 8];
	struct stat status;
	CALL(symlink, "", "a");
	CALL(symlink, "x", "a");
	CALL(symlink, "y", "a");
	CALL(symlink, "y", "b/");
	CALL(readlink, "a", bytes, 0);
	CALL(readlink, "a", bytes, -1);
	memset(target, 't', PATH_MAX - 1);
	CALL(symlink, target, "long");
	SHOW_TEXT(bytes, CALL(readlink, "long", bytes, sizeof bytes));
	SHOW_TEXT(bytes, CALL(readlink, "long", bytes, 3)); /* cut off */
	CALL(lstat, "long", &status);
	SHOW(status.st_size);
	SHOW_OCTAL(status.st_mode);
	target[PATH_MAX - 1] = 't';
	CALL(symlink, target, "longer");
	CALL(open, "long", O_RDONLY);
}

CHECK(symlink_errors, "symlink,symlinkat")
{
	FOR_PATHS(symlink, "target", PATH);
	FOR_FDS(symlinkat, "target", FD, "new");
	FOR_ADDRESSES(symlink, BAD, "new");
	FOR_ADDRESSES(symlinkat, "target", AT_FDCWD, BAD);
}

CHECK(readlink_errors, "readlink,readlinkat")
{
	char bytes[64];
	FOR_PATHS(readlink, PATH, bytes, sizeof bytes);
	FOR_FDS(readlinkat, FD, "inner", bytes, sizeof bytes);
	FOR_FDS(readlinkat, FD, "", bytes, sizeof bytes);
	CALL(symlink, "target", "l");
	FOR_ADDRESSES(readlink, "l", BAD, 6);
	FOR_ADDRESSES(readlink, BAD, bytes, 6);
	FOR_ADDRESSES(readlinkat, AT_FDCWD, "l", BAD, 6);
	CALL(readlink, "missing", bytes, 0);
}

CHECK(mknod_kinds, "mknod,mknodat,stat")
{
	struct stat status;
	static const unsigned modes[] = {S_IFREG | 0644, 0600,           S_IFIFO | 0666, S_IFSOCK | 0755,
					 S_IFDIR | 0755, S_IFLNK | 0777, 0170000};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		char name[2] = {(char)('a' + i), 0};
		SHOW_OCTAL(modes[i]);
		if (CALL(mknod, name, modes[i], 0) == 0 && CALL(stat, name, &status) == 0)
			SHOW_OCTAL(status.st_mode);
	}
	CALL(mknod, "a", S_IFREG | 0644, 0);
	CALL(mknod, "dev", S_IFCHR | 0644, 0x103);
	CALL(stat, "dev", &status);
	SHOW_HEX(status.st_rdev);
	FOR_PATHS(mknod, PATH, S_IFREG | 0644, 0);
	FOR_PATHS(mknod, PATH, S_IFIFO | 0644, 0);
	FOR_FDS(mknodat, FD, "new", S_IFREG | 0644, 0);
	FOR_ADDRESSES(mknod, BAD, S_IFREG | 0644, 0);
}
