/* The root directory of a process, and ustat. */
#include "matrix.h"

#include <sys/sysmacros.h>

CHECK(chroot_and_back, "chroot,fchdir,chdir,getcwd,stat,open")
{
	char bytes[256];
	struct stat status;
	long outside = CALL(open, "/", O_RDONLY | O_DIRECTORY), here = CALL(open, ".", O_RDONLY | O_DIRECTORY);
	tree_make();
	CALL(chroot, "dir");
	CALL(stat, "/inner", &status);
	CALL(stat, "/../inner", &status);
	CALL(stat, "/proc", &status);
	CALL(stat, "file", &status);        /* the working directory stays outside */
	CALL(stat, "dir/../file", &status); /* and from there so do ways up */
	SHOW_TEXT(bytes, QUIET(getcwd, bytes, 256) < 13 ? 0 : 13);
	CALL(chdir, "/");
	SHOW_TEXT(bytes, CALL(getcwd, bytes, 256));
	CALL(open, "..", O_RDONLY);
	CALL(symlink, "/inner", "link");
	CALL(stat, "link", &status); /* absolute links start at the root there is */
	CALL(fchdir, outside);
	CALL(chroot, ".");
	CALL(stat, "/proc", &status);
	CALL(fchdir, here);
	CALL(stat, "dir/link", &status);
}

CHECK(chroot_errors, "chroot,setresuid")
{
	long outside = QUIET(open, "/", O_RDONLY | O_DIRECTORY), here = QUIET(open, ".", O_RDONLY | O_DIRECTORY);
	tree_make();
	static const char *const paths[] = {"", "missing", "file", "file/", "link", "dangling", "loop", "dir/inner/x"};
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		CALL(chroot, paths[i]);
	FOR_ADDRESSES(chroot, BAD);
	CALL(setresuid, -1, 1000, -1);
	CALL(chroot, "dir");
	CALL(setresuid, -1, 0, -1);
	CALL(chroot, "dirlink");
	QUIET(fchdir, outside);
	CALL(chroot, ".");
	QUIET(fchdir, here);
}

CHECK(ustat_of_devices, "ustat,stat")
{
	struct {
		int free_blocks;
		long free_inodes;
		char names[12];
	} space;
	struct stat status;
	CALL(stat, ".", &status);
	memset(&space, 0xff, sizeof space);
	CALL(ustat, status.st_dev, &space);
	EXPECT(space.free_blocks > 0);
	SHOW(space.names[0] + space.names[6]);
	CALL(ustat, makedev(250, 77), &space);
	CALL(ustat, 0, &space);
	FOR_ADDRESSES(ustat, status.st_dev, BAD);
}
