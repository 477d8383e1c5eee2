/* stat, lstat, fstat, newfstatat, statx, access, faccessat, faccessat2, statfs, fstatfs. */
#include "matrix.h"

#include <linux/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#define STATX_SHOWN (STATX_BASIC_STATS & ~STATX_BLOCKS)

static void status_show(const struct stat *status)
{
	NOTE("mode %#o links %lu uid %u gid %u size %ld", status->st_mode, (unsigned long)status->st_nlink,
	     status->st_uid, status->st_gid, S_ISDIR(status->st_mode) ? -1 : (long)status->st_size);
}

CHECK(stat_types, "stat,lstat")
{
	struct stat status;
	static const char *const names[] = {"file", "dir", "link", "dirlink", "fifo", "dir/inner", "."};
	tree_make();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		NOTE("%s", names[i]);
		if (CALL(stat, names[i], &status) == 0)
			status_show(&status);
		if (CALL(lstat, names[i], &status) == 0)
			status_show(&status);
	}
	if (CALL(lstat, "dangling", &status) == 0)
		status_show(&status);
	CALL(stat, "/dev/null", &status);
	SHOW(S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3));
	SHOW(status.st_size);
}

CHECK(stat_identity, "stat,fstat,link")
{
	struct stat one, two, descriptor;
	file_make("a", "a");
	file_make("other", "a");
	CALL(link, "a", "b");
	CALL(stat, "a", &one);
	CALL(stat, "b", &two);
	EXPECT(one.st_ino == two.st_ino && one.st_dev == two.st_dev && two.st_nlink == 2);
	long fd = CALL(open, "b", O_RDONLY);
	CALL(fstat, fd, &descriptor);
	EXPECT(one.st_ino == descriptor.st_ino && one.st_dev == descriptor.st_dev);
	CALL(stat, "other", &two);
	EXPECT(one.st_ino != two.st_ino);
	CALL(rename, "a", "c");
	CALL(stat, "c", &two);
	EXPECT(one.st_ino == two.st_ino);
	SHOW(one.st_blksize);
}

CHECK(stat_directory_links, "stat,mkdir,rmdir,fstat")
{
	struct stat status;
	CALL(mkdir, "d", 0755);
	CALL(stat, "d", &status);
	SHOW(status.st_nlink);
	CALL(mkdir, "d/e", 0755);
	file_make("d/f", "");
	CALL(stat, "d", &status);
	SHOW(status.st_nlink);
	CALL(rename, "d/e", "e");
	CALL(stat, "d", &status);
	SHOW(status.st_nlink);
	long fd = CALL(open, "e", O_RDONLY | O_DIRECTORY);
	CALL(rmdir, "e");
	CALL(fstat, fd, &status);
	SHOW(status.st_nlink);
}

CHECK(stat_pseudo_files, "fstat,pipe2,eventfd2,epoll_create1")
{
	struct stat status;
	int ends[2];
	CALL(pipe2, ends, 0);
	CALL(fstat, ends[0], &status);
	SHOW_OCTAL(status.st_mode);
	SHOW(status.st_size);
	SHOW(status.st_nlink);
	CALL(write, ends[1], "abc", 3);
	CALL(fstat, ends[1], &status);
	SHOW(status.st_size);
	CALL(fstat, CALL(eventfd2, 0, 0), &status);
	SHOW_OCTAL(status.st_mode);
	CALL(fstat, CALL(epoll_create1, 0), &status);
	SHOW_OCTAL(status.st_mode);
	CALL(fstat, CALL(memfd_create, "name", 0), &status);
	SHOW_OCTAL(status.st_mode);
	SHOW(status.st_nlink);
}

CHECK(stat_paths, "stat,lstat,newfstatat")
{
	struct stat status;
	FOR_PATHS(stat, PATH, &status);
	FOR_PATHS(lstat, PATH, &status);
	FOR_PATHS(newfstatat, AT_FDCWD, PATH, &status, 0);
	FOR_PATHS(newfstatat, AT_FDCWD, PATH, &status, AT_SYMLINK_NOFOLLOW);
	FOR_PATHS(newfstatat, AT_FDCWD, PATH, &status, AT_EMPTY_PATH);
}

CHECK(stat_descriptors, "fstat,newfstatat")
{
	struct stat status;
	FOR_FDS(fstat, FD, &status);
	FOR_FDS(newfstatat, FD, "", &status, AT_EMPTY_PATH);
	FOR_FDS(newfstatat, FD, NULL, &status, AT_EMPTY_PATH);
	FOR_FDS(newfstatat, FD, "", &status, 0);
	FOR_FDS(newfstatat, FD, "inner", &status, 0);
	CALL(newfstatat, AT_FDCWD, "", &status, AT_EMPTY_PATH);
	CALL(newfstatat, AT_FDCWD, ".", &status, 0x8000);
	CALL(newfstatat, -5, ".", &status, 0);
	CALL(newfstatat, -5, "/", &status, 0);
}

CHECK(stat_addresses, "stat,lstat,fstat,newfstatat,statx")
{
	struct stat status;
	file_make("a", "");
	FOR_ADDRESSES(stat, BAD, &status);
	FOR_ADDRESSES(stat, "a", BAD);
	FOR_ADDRESSES(lstat, "a", BAD);
	FOR_ADDRESSES(fstat, 0, BAD);
	FOR_ADDRESSES(newfstatat, AT_FDCWD, "a", BAD, 0);
	FOR_ADDRESSES(newfstatat, AT_FDCWD, BAD, &status, 0);
	FOR_ADDRESSES(newfstatat, 0, BAD, &status, AT_EMPTY_PATH);
	FOR_ADDRESSES(statx, AT_FDCWD, "a", 0, STATX_ALL, BAD);
	FOR_ADDRESSES(statx, AT_FDCWD, BAD, 0, STATX_ALL, &status);
	FOR_ADDRESSES(statx, 0, BAD, AT_EMPTY_PATH, STATX_ALL, NULL);
}

CHECK(statx_fields, "statx,stat")
{
	struct statx extended;
	struct stat status;
	tree_make();
	memset(&extended, 0x55, sizeof extended);
	CALL(statx, AT_FDCWD, "file", 0, STATX_BASIC_STATS, &extended);
	CALL(stat, "file", &status);
	SHOW_HEX(extended.stx_mask & STATX_SHOWN);
	EXPECT(extended.stx_ino == status.st_ino && extended.stx_mode == status.st_mode);
	EXPECT(makedev(extended.stx_dev_major, extended.stx_dev_minor) == status.st_dev);
	EXPECT(extended.stx_mtime.tv_sec == status.st_mtim.tv_sec &&
	       extended.stx_mtime.tv_nsec == status.st_mtim.tv_nsec);
	SHOW(extended.stx_size);
	SHOW(extended.stx_nlink);
	SHOW(extended.stx_blksize);
	SHOW(extended.stx_rdev_major);
	CALL(statx, AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &extended);
	SHOW_OCTAL(extended.stx_mode & S_IFMT);
	CALL(statx, AT_FDCWD, "link", AT_STATX_FORCE_SYNC, STATX_TYPE, &extended);
	SHOW_OCTAL(extended.stx_mode & S_IFMT);
}

CHECK(statx_errors, "statx")
{
	struct statx status;
	FOR_PATHS(statx, AT_FDCWD, PATH, 0, STATX_ALL, &status);
	FOR_FDS(statx, FD, "", AT_EMPTY_PATH, STATX_ALL, &status);
	FOR_FDS(statx, FD, "inner", 0, STATX_ALL, &status);
	CALL(statx, AT_FDCWD, ".", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, STATX_ALL, &status);
	CALL(statx, AT_FDCWD, ".", 0, 0x80000000, &status);
	CALL(statx, AT_FDCWD, ".", 0x80000, STATX_ALL, &status);
	CALL(statx, AT_FDCWD, ".", 0, 0, &status);
}

CHECK(access_modes, "access,faccessat,faccessat2")
{
	tree_make();
	CALL(access, "file", F_OK);
	CALL(access, "file", R_OK | W_OK);
	CALL(access, "file", X_OK); /* not even root, without an x bit */
	CALL(chmod, "file", 0100);
	CALL(access, "file", X_OK);
	CALL(access, "dir", X_OK);
	CALL(chmod, "dir", 0);
	CALL(access, "dir", R_OK | W_OK | X_OK);
	CALL(access, "file", 8);
	CALL(access, "file", -1);
	CALL(faccessat, AT_FDCWD, "dangling", F_OK);
	CALL(faccessat2, AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW);
	CALL(faccessat2, AT_FDCWD, "file", W_OK, AT_EACCESS);
	CALL(faccessat2, AT_FDCWD, "file", W_OK, 0x8000);
	CALL(faccessat2, AT_FDCWD, "", F_OK, AT_EMPTY_PATH);
}

CHECK(access_errors, "access,faccessat,faccessat2")
{
	FOR_PATHS(access, PATH, F_OK);
	FOR_PATHS(access, PATH, X_OK);
	FOR_FDS(faccessat, FD, "inner", F_OK);
	FOR_FDS(faccessat2, FD, "", R_OK, AT_EMPTY_PATH);
	FOR_ADDRESSES(access, BAD, F_OK);
	FOR_ADDRESSES(faccessat, AT_FDCWD, BAD, F_OK);
	FOR_ADDRESSES(faccessat2, AT_FDCWD, BAD, F_OK, 0);
}

CHECK(statfs_basics, "statfs,fstatfs")
{
	struct statfs place, descriptor;
	CALL(statfs, ".", &place);
	CALL(fstatfs, CALL(open, ".", O_RDONLY), &descriptor);
	EXPECT(place.f_type == descriptor.f_type && place.f_bsize == descriptor.f_bsize);
	EXPECT(place.f_bfree <= place.f_blocks && place.f_bavail <= place.f_bfree);
	SHOW(place.f_bsize);
	SHOW(place.f_namelen);
	CALL(statfs, "/proc/self", &place);
	SHOW_HEX(place.f_type);
	FOR_FDS(fstatfs, FD, &place);
	FOR_PATHS(statfs, PATH, &place);
	FOR_ADDRESSES(statfs, ".", BAD);
	FOR_ADDRESSES(statfs, BAD, &place);
	FOR_ADDRESSES(fstatfs, 0, BAD);
}
