/* /sys is read-only, as in a container: what it says to those who want to change names. */
#include "../conform.h"

static void names_try(const char *directory, const char *file, const char *subdirectory)
{
	struct stat before;
	CALL_OK(chdir, directory);
	CALL(openat, AT_FDCWD, "new", O_RDWR | O_CREAT, 0644);
	CALL(openat, AT_FDCWD, "new", O_RDWR | O_CREAT | O_EXCL, 0644);
	CALL(openat, AT_FDCWD, "new", O_RDONLY);
	CALL(mkdir, "new", 0755);
	CALL(mkdir, subdirectory, 0755);
	CALL(mknod, "new", S_IFREG | 0644, 0);
	CALL(symlink, "a", "new");
	CALL(link, file, "new");
	CALL(unlink, "new");
	CALL(unlink, file);
	CALL(rename, file, "new");
	CALL(rename, "new", "newer");
	CALL(rmdir, subdirectory);
	CALL(openat, AT_FDCWD, file, O_WRONLY);
	CALL(openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_EXCL, 0644);
	SHOW(QUIET(openat, AT_FDCWD, file, O_RDONLY | O_CREAT, 0644) >= 0);
	CALL(chmod, file, 0600);
	CALL(truncate, file, 0);
	CALL(stat, file, &before);
	SHOW_OCTAL(before.st_mode);
}

CHECK(sys_names, "openat,mkdir,mknod,symlink,link,unlink,rename,rmdir,chmod,truncate,chdir,stat")
{
	names_try("/sys/devices/system/cpu", "online", "cpu0");
}

/* proc is not, and says that there is no place for the name. */
CHECK(proc_names, "openat,mkdir,mknod,symlink,rename")
{
	REQUIRE(chdir("/proc/self") == 0);
	CALL(openat, AT_FDCWD, "new", O_RDWR | O_CREAT, 0644);
	CALL(mkdir, "new", 0755);
	CALL(mknod, "new", S_IFREG | 0644, 0);
	CALL(symlink, "a", "new");
	CALL(rename, "new", "newer");
}
