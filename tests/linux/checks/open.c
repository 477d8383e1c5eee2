/* open, openat, openat2, creat: flags, paths, errors. */
#include "matrix.h"

#include <linux/openat2.h>

CHECK(open_creat_excl, "openat")
{
	CALL(openat, AT_FDCWD, "a", O_RDONLY, 0);
	CALL(openat, AT_FDCWD, "a", O_CREAT | O_EXCL | O_RDWR, 0644);
	CALL(openat, AT_FDCWD, "a", O_CREAT | O_EXCL | O_RDWR, 0644);
	CALL(openat, AT_FDCWD, "a", O_CREAT | O_RDWR, 0644);
	CALL(symlink, "nowhere", "dangling");
	CALL(openat, AT_FDCWD, "dangling", O_CREAT | O_EXCL | O_RDWR, 0644);
	CALL(openat, AT_FDCWD, "dangling", O_CREAT | O_RDWR, 0644);
	CALL(faccessat, AT_FDCWD, "nowhere", F_OK);
	CALL(openat, AT_FDCWD, "d/", O_CREAT | O_RDWR, 0644);
	CALL(mkdir, "d", 0755);
	CALL(openat, AT_FDCWD, "d", O_CREAT | O_RDONLY, 0644);
	CALL(openat, AT_FDCWD, "d", O_CREAT | O_EXCL, 0644);
	CALL(openat, AT_FDCWD, "new", O_CREAT | O_DIRECTORY, 0644);
}

CHECK(open_creat_mode, "openat,umask,fstat")
{
	struct stat status;
	static const int modes[] = {0, 0777, 0644, 07777, 0100644, 0200, 0x7fffffff};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		char name[2] = {(char)('a' + i), 0};
		umask(i % 2 ? 027 : 0);
		long fd = CALL(openat, AT_FDCWD, name, O_CREAT | O_RDWR, modes[i]);
		if (CALL(fstat, fd, &status) == 0)
			SHOW_OCTAL(status.st_mode);
	}
	CALL_OK(umask, 022);
	CALL(umask, 0777);
	CALL(umask, 07777);
	CALL(umask, 0);
}

CHECK(open_write_without_permission_bits, "openat,write")
{
	/* A descriptor made by O_CREAT may write whatever the mode says. */
	long fd = CALL(openat, AT_FDCWD, "a", O_CREAT | O_WRONLY, 0);
	CALL(write, fd, "x", 1);
	CALL(openat, AT_FDCWD, "a", O_RDWR); /* root may */
}

CHECK(open_trunc, "openat,fstat")
{
	struct stat status;
	file_make("a", "content");
	long fd = CALL(openat, AT_FDCWD, "a", O_RDWR);
	long other = CALL(openat, AT_FDCWD, "a", O_WRONLY | O_TRUNC);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(write, other, "abc", 3);
	CALL(openat, AT_FDCWD, "a", O_RDONLY | O_TRUNC);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(mkdir, "d", 0755);
	CALL(openat, AT_FDCWD, "d", O_RDONLY | O_TRUNC);
	CALL(openat, AT_FDCWD, "d", O_WRONLY);
	CALL(openat, AT_FDCWD, "d", O_RDWR);
}

CHECK(open_append, "openat,write,pwrite64,lseek,fcntl")
{
	char bytes[32] = {0};
	file_make("a", "123");
	long fd = CALL(openat, AT_FDCWD, "a", O_RDWR | O_APPEND);
	CALL(lseek, fd, 0, SEEK_SET);
	CALL(write, fd, "456", 3);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(pwrite64, fd, "789", 3, 0); /* Linux appends here too, against POSIX */
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(fcntl, fd, F_SETFL, 0);
	CALL(pwrite64, fd, "x", 1, 0);
	CALL(write, fd, "y", 1);
	long count = CALL(pread64, fd, bytes, sizeof bytes, 0);
	SHOW_TEXT(bytes, count);
	CALL(fcntl, fd, F_SETFL, O_APPEND);
	CALL(write, fd, "z", 1);
	count = CALL(pread64, fd, bytes, sizeof bytes, 0);
	SHOW_TEXT(bytes, count);
}

CHECK(open_directory, "openat")
{
	tree_make();
	CALL(openat, AT_FDCWD, "dir", O_DIRECTORY);
	CALL(openat, AT_FDCWD, "file", O_DIRECTORY);
	CALL(openat, AT_FDCWD, "dirlink", O_DIRECTORY);
	CALL(openat, AT_FDCWD, "link", O_DIRECTORY);
	CALL(openat, AT_FDCWD, "fifo", O_DIRECTORY);
	CALL(openat, AT_FDCWD, "dir", O_DIRECTORY | O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "dirlink", O_DIRECTORY | O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "dirlink/", O_DIRECTORY | O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "dir", O_DIRECTORY | O_RDWR);
	CALL(openat, AT_FDCWD, "dir", O_DIRECTORY | O_CREAT, 0644);
}

CHECK(open_nofollow, "openat")
{
	tree_make();
	CALL(openat, AT_FDCWD, "link", O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "file", O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "dirlink/inner", O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "dangling", O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "dangling", O_NOFOLLOW | O_CREAT, 0644);
	CALL(openat, AT_FDCWD, "loop", O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "loop", 0);
	CALL(openat, AT_FDCWD, "link", O_NOFOLLOW | O_PATH);
}

CHECK(open_path_descriptor, "openat,fstat,readlinkat,fchdir,dup,fcntl,openat")
{
	char bytes[64];
	struct stat status;
	tree_make();
	long link = CALL(openat, AT_FDCWD, "link", O_PATH | O_NOFOLLOW);
	CALL(fstat, link, &status);
	SHOW(S_ISLNK(status.st_mode));
	long count = CALL(readlinkat, link, "", bytes, sizeof bytes);
	SHOW_TEXT(bytes, count);
	CALL(openat, link, "", O_RDONLY);
	long directory = CALL(openat, AT_FDCWD, "dir", O_PATH | O_RDWR | O_TRUNC);
	CALL(openat, directory, "inner", O_RDONLY);
	CALL(openat, directory, "../file", O_RDONLY);
	SHOW_HEX(CALL(fcntl, directory, F_GETFL) & ~O_LARGEFILE);
	CALL(fcntl, directory, F_GETFD);
	CALL(fcntl, directory, F_SETFL, O_NONBLOCK);
	CALL(dup, directory);
	CALL(fchdir, directory);
	CALL(openat, AT_FDCWD, "inner", O_RDONLY);
	CALL(openat, AT_FDCWD, "missing", O_PATH | O_CREAT, 0644);
	CALL(openat, AT_FDCWD, "inner", O_PATH | O_DIRECTORY);
	CALL(openat, AT_FDCWD, "inner/", O_PATH);
}

CHECK(open_tmpfile, "openat,linkat,fstat")
{
	struct stat status;
	CALL(openat, AT_FDCWD, ".", O_TMPFILE | O_RDONLY, 0644);
	CALL(openat, AT_FDCWD, "missing", O_TMPFILE | O_RDWR, 0644);
	long fd = CALL(openat, AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0644);
	CALL(fstat, fd, &status);
	SHOW(status.st_nlink);
	SHOW_OCTAL(status.st_mode);
	CALL(write, fd, "content", 7);
	CALL(linkat, AT_FDCWD, "/proc/self/fd/3", AT_FDCWD, "name", AT_SYMLINK_FOLLOW);
	CALL(fstat, fd, &status);
	SHOW(status.st_nlink);
	CALL(stat, "name", &status);
	SHOW(status.st_size);
	long exclusive = CALL(openat, AT_FDCWD, ".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	SHOW(exclusive);
	CALL(linkat, AT_FDCWD, "/proc/self/fd/4", AT_FDCWD, "other", AT_SYMLINK_FOLLOW);
	file_make("file", "");
	CALL(openat, AT_FDCWD, "file", O_TMPFILE | O_RDWR, 0600);
}

CHECK(open_cloexec_and_numbers, "openat,fcntl,close")
{
	file_make("a", "");
	long first = CALL(openat, AT_FDCWD, "a", O_RDONLY | O_CLOEXEC);
	long second = CALL(openat, AT_FDCWD, "a", O_RDONLY);
	CALL(fcntl, first, F_GETFD);
	CALL(fcntl, second, F_GETFD);
	CALL(close, first);
	CALL(openat, AT_FDCWD, "a", O_RDONLY); /* the lowest free number */
	CALL(fcntl, first, F_GETFD);
	CALL(close, second);
	CALL(close, second);
	CALL(close, -1);
	CALL(close, 0x7fffffff);
}

CHECK(open_access_modes, "openat,read,write,fcntl")
{
	char byte;
	file_make("a", "a");
	static const int modes[] = {O_RDONLY, O_WRONLY, O_RDWR, O_ACCMODE};
	for (int i = 0; i < 4; i++) {
		long fd = CALL(openat, AT_FDCWD, "a", modes[i]);
		SHOW_OCTAL(CALL(fcntl, fd, F_GETFL) & O_ACCMODE);
		CALL(read, fd, &byte, 1);
		CALL(write, fd, "b", 1);
	}
	SHOW_OCTAL(CALL(fcntl, 3, F_GETFL) & ~O_ACCMODE);
	CALL(openat, AT_FDCWD, "a", 0x40000000 | O_RDONLY); /* unknown flags are ignored */
	SHOW_OCTAL(CALL(fcntl, 7, F_GETFL));
	CALL(openat, AT_FDCWD, "a", O_SYNC | O_DSYNC | O_NOATIME | O_NOCTTY | O_NONBLOCK);
	SHOW_OCTAL(CALL(fcntl, 8, F_GETFL));
}

CHECK(open_paths, "openat")
{
	FOR_PATHS(openat, AT_FDCWD, PATH, O_RDONLY | O_NONBLOCK);
	FOR_PATHS(openat, AT_FDCWD, PATH, O_RDWR | O_CREAT, 0644);
	FOR_PATHS(openat, AT_FDCWD, PATH, O_RDWR | O_CREAT | O_EXCL, 0644);
	FOR_PATHS(openat, AT_FDCWD, PATH, O_PATH | O_NOFOLLOW);
	FOR_PATHS(openat, AT_FDCWD, PATH, O_DIRECTORY | O_NOFOLLOW);
	FOR_PATHS(openat, AT_FDCWD, PATH, O_TMPFILE | O_RDWR, 0644);
}

CHECK(open_legacy, "open,creat")
{
	FOR_PATHS(open, PATH, O_WRONLY | O_TRUNC | O_NONBLOCK);
	FOR_PATHS(creat, PATH, 0600);
	FOR_ADDRESSES(open, BAD, O_RDONLY);
	FOR_ADDRESSES(creat, BAD, 0600);
	FOR_ADDRESSES(openat, AT_FDCWD, BAD, O_RDONLY);
}

CHECK(openat_directories, "openat")
{
	file_make("name", "");
	FOR_FDS(openat, FD, "inner", O_RDONLY);
	FOR_FDS(openat, FD, "", O_RDONLY);
	FOR_FDS(openat, FD, "new", O_CREAT | O_RDWR, 0644);
	FOR_FDS(openat, FD, "/dev/null", O_RDONLY);
}

CHECK(openat2_basics, "openat2")
{
	struct open_how how = {.flags = O_RDONLY};
	tree_make();
	CALL(openat2, AT_FDCWD, "file", &how, sizeof how);
	CALL(openat2, AT_FDCWD, "file", &how, sizeof how - 1);
	CALL(openat2, AT_FDCWD, "file", &how, 0);
	CALL(openat2, AT_FDCWD, "file", NULL, sizeof how);
	how.mode = 0644;
	CALL(openat2, AT_FDCWD, "file", &how, sizeof how); /* a mode without O_CREAT */
	how = (struct open_how){.flags = 0x40000000};
	CALL(openat2, AT_FDCWD, "file", &how, sizeof how); /* unknown flags are refused */
	how = (struct open_how){.flags = O_RDONLY, .resolve = 0x8000};
	CALL(openat2, AT_FDCWD, "file", &how, sizeof how);
	how.resolve = RESOLVE_NO_SYMLINKS;
	CALL(openat2, AT_FDCWD, "link", &how, sizeof how);
	CALL(openat2, AT_FDCWD, "dirlink/inner", &how, sizeof how);
	how.resolve = RESOLVE_BENEATH;
	CALL(openat2, AT_FDCWD, "/dev/null", &how, sizeof how);
	CALL(openat2, AT_FDCWD, "../x", &how, sizeof how);
	CALL(openat2, AT_FDCWD, "dir/../file", &how, sizeof how);
	how.resolve = RESOLVE_IN_ROOT;
	CALL(openat2, AT_FDCWD, "/../file", &how, sizeof how);
	struct {
		struct open_how how;
		long more;
	} longer = {.how = {.flags = O_RDONLY}};
	CALL(openat2, AT_FDCWD, "file", &longer, sizeof longer);
	longer.more = 1;
	CALL(openat2, AT_FDCWD, "file", &longer, sizeof longer);
}

CHECK(open_symlink_chains, "openat,symlink")
{
	char from[8] = "l0", to[8];
	file_make("target", "");
	CALL(symlink, "target", from);
	for (int i = 1; i <= 41; i++) {
		memcpy(to, "l00", 4);
		to[1] = (char)('a' + i / 10);
		to[2] = (char)('0' + i % 10);
		QUIET(symlink, from, to);
		memcpy(from, to, sizeof from);
		if (i >= 38)
			NOTE("%d links: %s", i + 1, result_name(QUIET(openat, AT_FDCWD, to, O_RDONLY)));
	}
}
