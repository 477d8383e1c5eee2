/* inotify: files that are no regular ones, and names that come, go and lie elsewhere. */
#include "watch.h"

#include <stdio.h>
#include <sys/sysmacros.h>

CHECK(inotify_fifo, "inotify_add_watch,open,write,read,close")
{
	char bytes[4];
	long queue = watched_directory(IN_ALL_EVENTS);
	QUIET(mknod, "d/fifo", S_IFIFO | 0600, 0);
	CALL(inotify_add_watch, queue, "d/fifo", IN_ALL_EVENTS);
	long fd = QUIET(open, "d/fifo", O_RDWR);
	events_show(queue, "opening");
	AFTER(write, fd, "abcd", 4);
	AFTER(read, fd, bytes, 4);
	AFTER(close, fd);
}

CHECK(inotify_device, "inotify_add_watch,open,write,read,close")
{
	char bytes[4];
	long queue = watched_directory(IN_ALL_EVENTS);
	CALL(mknod, "d/zero", S_IFCHR | 0600, makedev(1, 5));
	CALL(inotify_add_watch, queue, "d/zero", IN_ALL_EVENTS);
	long fd = QUIET(open, "d/zero", O_RDWR);
	events_show(queue, "opening");
	AFTER(write, fd, "abcd", 4);
	AFTER(read, fd, bytes, 4);
	AFTER(close, fd);
}

CHECK(inotify_path_descriptors, "inotify_add_watch,open,close")
{
	long queue = watched_directory(IN_ALL_EVENTS);
	QUIET(close, file_made("d/file", 1));
	events_show(queue, "making");
	long fd = QUIET(open, "d/file", O_PATH);
	events_show(queue, "opening with O_PATH");
	AFTER(close, fd);
	long copy = QUIET(dup, QUIET(open, "d/file", O_RDONLY));
	events_show(queue, "opening");
	AFTER(close, copy - 1);
	AFTER(close, copy);
	AFTER(open, "d/missing", O_RDONLY);
	AFTER(open, "d/file", O_CREAT | O_EXCL | O_RDWR, 0600);
}

CHECK(inotify_late_watch, "inotify_add_watch,write,open")
{
	long queue = QUIET(inotify_init1, IN_NONBLOCK);
	QUIET(mkdir, "d", 0755);
	long fd = file_made("d/file", 0);
	QUIET(mkdir, "elsewhere", 0755);
	QUIET(close, file_made("elsewhere/file", 0));
	CALL(inotify_add_watch, queue, "d", IN_ALL_EVENTS);
	AFTER(write, fd, "x", 1); /* opened before */
	QUIET(rename, "elsewhere/file", "d/moved");
	events_show(queue, "moving in");
	QUIET(chmod, "d/moved", 0600);
	events_show(queue, "changing it");
	QUIET(rename, "d/moved", "elsewhere/back");
	QUIET(chmod, "elsewhere/back", 0644);
	events_show(queue, "moving out and changing it");
	QUIET(rename, "elsewhere", "d/elsewhere");
	QUIET(chmod, "d/elsewhere/back", 0600);
	events_show(queue, "two below");
}

CHECK(inotify_links_elsewhere, "inotify_add_watch,link,write")
{
	long queue = watched_directory(IN_MODIFY);
	QUIET(mkdir, "elsewhere", 0755);
	QUIET(close, file_made("elsewhere/file", 0));
	QUIET(link, "elsewhere/file", "d/link");
	long by_link = QUIET(open, "d/link", O_RDWR), by_file = QUIET(open, "elsewhere/file", O_RDWR);
	AFTER(write, by_file, "x", 1);
	AFTER(write, by_link, "x", 1);
	AFTER(write, by_file, "x", 1);
	AFTER(write, by_link, "x", 1);
}

CHECK(inotify_tmpfile, "inotify_add_watch,linkat,openat")
{
	char path[64];
	long queue = watched_directory(IN_CREATE | IN_DELETE | IN_ATTRIB);
	long fd = QUIET(openat, AT_FDCWD, "d", O_TMPFILE | O_RDWR, 0600);
	events_show(queue, "making it");
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	CALL(linkat, AT_FDCWD, path, AT_FDCWD, "d/named", AT_SYMLINK_FOLLOW);
	events_show(queue, "naming it");
}
