/* Extended attributes. */
#include "matrix.h"

#include <linux/xattr.h>

CHECK(xattr_basics, "setxattr,getxattr,listxattr,removexattr")
{
	char bytes[64];
	file_make("a", "");
	CALL(getxattr, "a", "user.x", bytes, sizeof bytes);
	CALL(setxattr, "a", "user.x", "value", 5, 0);
	SHOW_TEXT(bytes, CALL(getxattr, "a", "user.x", bytes, sizeof bytes));
	CALL(getxattr, "a", "user.x", NULL, 0);
	CALL(getxattr, "a", "user.x", bytes, 4);
	SHOW_TEXT(bytes, CALL(listxattr, "a", bytes, sizeof bytes));
	CALL(listxattr, "a", NULL, 0);
	CALL(listxattr, "a", bytes, 3);
	CALL(setxattr, "a", "user.x", "v2", 2, XATTR_CREATE);
	CALL(setxattr, "a", "user.x", "v2", 2, XATTR_REPLACE);
	CALL(setxattr, "a", "user.y", "v2", 2, XATTR_REPLACE);
	CALL(setxattr, "a", "user.y", "", 0, XATTR_CREATE);
	CALL(getxattr, "a", "user.y", bytes, sizeof bytes);
	CALL(setxattr, "a", "user.z", "v", 1, XATTR_CREATE | XATTR_REPLACE);
	CALL(setxattr, "a", "user.z", "v", 1, 4);
	CALL(removexattr, "a", "user.x");
	CALL(removexattr, "a", "user.x");
	CALL(getxattr, "a", "user.x", bytes, sizeof bytes);
}

CHECK(xattr_names, "setxattr,getxattr,listxattr")
{
	char name[300], bytes[64];
	file_make("a", "");
	CALL(setxattr, "a", "", "v", 1, 0);
	CALL(setxattr, "a", "user.", "v", 1, 0);
	CALL(setxattr, "a", "noprefix", "v", 1, 0);
	CALL(setxattr, "a", "other.x", "v", 1, 0);
	CALL(setxattr, "a", "trusted.x", "v", 1, 0); /* needs CAP_SYS_ADMIN */
	CALL(getxattr, "a", "trusted.x", bytes, sizeof bytes);
	CALL(setxattr, "a", "security.x", "v", 1, 0);
	memset(name, 'n', sizeof name);
	memcpy(name, "user.", 5);
	name[255] = '\0';
	CALL(setxattr, "a", name, "v", 1, 0);
	name[255] = 'n';
	name[256] = '\0';
	CALL(setxattr, "a", name, "v", 1, 0);
	CALL(listxattr, "a", NULL, 0);
}

CHECK(xattr_sizes, "setxattr,getxattr")
{
	static char value[70000];
	memset(value, 'v', sizeof value);
	file_make("a", "");
	CALL(setxattr, "a", "user.big", value, 65536, 0);
	CALL(getxattr, "a", "user.big", value, sizeof value);
	CALL(setxattr, "a", "user.bigger", value, 65537, 0);
	CALL(setxattr, "a", "user.big", value, -1, 0);
	CALL(setxattr, "a", "user.null", NULL, 0, 0);
	CALL(setxattr, "a", "user.null", NULL, 1, 0);
}

CHECK(xattr_kinds_of_files, "setxattr,lsetxattr,fsetxattr,lgetxattr,fgetxattr,llistxattr,flistxattr,lremovexattr,"
			    "fremovexattr")
{
	char bytes[64];
	tree_make();
	CALL(setxattr, "dir", "user.d", "1", 1, 0);
	CALL(setxattr, "link", "user.l", "1", 1, 0);
	SHOW_TEXT(bytes, CALL(listxattr, "file", bytes, sizeof bytes));
	CALL(lsetxattr, "link", "user.l", "1", 1, 0); /* not on links, not on FIFOs */
	CALL(setxattr, "fifo", "user.l", "1", 1, 0);
	CALL(lgetxattr, "link", "user.l", bytes, sizeof bytes);
	CALL(llistxattr, "link", bytes, sizeof bytes);
	CALL(lremovexattr, "link", "user.l");
	long fd = CALL(open, "file", O_RDONLY);
	CALL(fsetxattr, fd, "user.f", "22", 2, 0);
	CALL(fgetxattr, fd, "user.f", bytes, sizeof bytes);
	CALL(fremovexattr, fd, "user.f");
	CALL(flistxattr, fd, bytes, sizeof bytes);
	CALL(setxattr, "/proc/self/stat", "user.x", "1", 1, 0);
	CALL(getxattr, "/proc/self/stat", "user.x", bytes, sizeof bytes);
}

CHECK(xattr_errors, "setxattr,getxattr,fsetxattr,fgetxattr,flistxattr,removexattr")
{
	char bytes[64];
	FOR_PATHS(setxattr, PATH, "user.x", "1", 1, 0);
	FOR_PATHS(getxattr, PATH, "user.x", bytes, 64);
	FOR_PATHS(removexattr, PATH, "user.x");
	FOR_FDS(fsetxattr, FD, "user.x", "1", 1, 0);
	FOR_FDS(fgetxattr, FD, "user.x", bytes, 64);
	file_make("a", "");
	CALL(setxattr, "a", "user.a", "12", 2, 0);
	FOR_ADDRESSES(setxattr, "a", BAD, "1", 1, 0);
	FOR_ADDRESSES(setxattr, "a", "user.b", BAD, 2, 0);
	FOR_ADDRESSES(getxattr, "a", "user.a", BAD, 2);
	FOR_ADDRESSES(listxattr, "a", BAD, 64);
	FOR_FDS(flistxattr, FD, NULL, 0);
}
