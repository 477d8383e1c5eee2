/* inotify: what is told of files and names, and in which order. */
#include "watch.h"

#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

CHECK(inotify_life_of_a_file, "inotify_init1,inotify_add_watch,read,open,write,close,unlink")
{
	long queue = watched_directory(IN_ALL_EVENTS);
	long fd = QUIET(open, "d/file", O_RDWR | O_CREAT, 0644);
	events_show(queue, "making");
	AFTER(write, fd, "text", 4);
	AFTER(write, fd, "text", 0);
	AFTER(close, fd);
	fd = QUIET(open, "d/file", O_RDONLY);
	events_show(queue, "opening");
	char byte;
	AFTER(read, fd, &byte, 1);
	AFTER(close, fd);
	fd = QUIET(open, "d/file", O_WRONLY | O_TRUNC);
	events_show(queue, "truncating");
	AFTER(close, fd);
	AFTER(unlink, "d/file");
}

CHECK(inotify_reads, "inotify_add_watch,read,readv,pread64,preadv,getdents64")
{
	char bytes[64];
	struct iovec vector = {bytes, 8}, empty = {bytes, 0};
	long queue = watched_directory(IN_ACCESS);
	long fd = file_made("d/file", 10);
	CALL(inotify_add_watch, queue, "d/file", IN_ACCESS);
	AFTER(read, fd, bytes, 4);
	AFTER(pread64, fd, bytes, 4, 0);
	AFTER(pread64, fd, bytes, 4, 100);
	AFTER(read, fd, bytes, 0);
	AFTER(readv, fd, &vector, 1);
	AFTER(readv, fd, &vector, 1);
	AFTER(preadv, fd, &empty, 1, 0, 0);
	AFTER(preadv, fd, &empty, 0, 0, 0);
	AFTER(read, fd, 8, 4);
	long dir = QUIET(open, "d", O_RDONLY | O_DIRECTORY);
	char entries[512];
	AFTER(getdents64, dir, entries, sizeof(entries));
	AFTER(getdents64, dir, entries, sizeof(entries));
}

CHECK(inotify_writes, "inotify_add_watch,write,writev,pwrite64,ftruncate,truncate,fallocate")
{
	char bytes[64] = "";
	struct iovec vector = {bytes, 8};
	long queue = watched_directory(IN_MODIFY);
	long fd = file_made("d/file", 0);
	AFTER(write, fd, bytes, 4);
	AFTER(writev, fd, &vector, 1);
	AFTER(writev, fd, &vector, 0);
	AFTER(pwrite64, fd, bytes, 4, 100);
	AFTER(write, fd, 8, 4);
	AFTER(ftruncate, fd, 4);
	AFTER(ftruncate, fd, 4);
	AFTER(truncate, "d/file", 100);
	AFTER(fallocate, fd, 0, 0, 1000);
	AFTER(fallocate, fd, 0, 0, 0);
	void *page = MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(page);
	memset(page, 1, 8);
	events_show(queue, "writing to a mapping");
}

CHECK(inotify_transfers, "inotify_add_watch,sendfile,copy_file_range,splice,pipe")
{
	int pipe[2];
	long queue = watched_directory(IN_ALL_EVENTS & ~(IN_OPEN | IN_CLOSE));
	long in = file_made("d/in", 100), out = file_made("d/out", 0);
	events_show(queue, "making");
	AFTER(sendfile, out, in, NULL, 40);
	AFTER(copy_file_range, in, NULL, out, NULL, 40, 0);
	QUIET(pipe, pipe);
	AFTER(splice, in, NULL, pipe[1], NULL, 20, 0);
	AFTER(splice, pipe[0], NULL, out, NULL, 20, 0);
	AFTER(sendfile, out, in, NULL, 40);
}

CHECK(inotify_attributes, "inotify_add_watch,chmod,fchmod,chown,utimensat,setxattr,removexattr,link")
{
	struct timespec times[2] = {{1, 0}, {2, 0}};
	long queue = watched_directory(IN_ALL_EVENTS & ~(IN_OPEN | IN_CLOSE));
	long fd = file_made("d/file", 10);
	CALL(inotify_add_watch, queue, "d/file", IN_ALL_EVENTS & ~(IN_OPEN | IN_CLOSE));
	events_show(queue, "making");
	AFTER(chmod, "d/file", 0600);
	AFTER(fchmod, fd, 0600);
	AFTER(chown, "d/file", 0, -1);
	AFTER(chown, "d/file", -1, -1);
	AFTER(utimensat, AT_FDCWD, "d/file", times, 0);
	AFTER(utimensat, AT_FDCWD, "d/file", NULL, 0);
	times[0].tv_nsec = UTIME_OMIT;
	AFTER(utimensat, AT_FDCWD, "d/file", times, 0);
	times[0].tv_nsec = 0;
	times[1].tv_nsec = UTIME_OMIT;
	AFTER(utimensat, AT_FDCWD, "d/file", times, 0);
	times[0].tv_nsec = UTIME_OMIT;
	AFTER(utimensat, AT_FDCWD, "d/file", times, 0);
	AFTER(setxattr, "d/file", "trusted.x", "1", 1, 0);
	AFTER(removexattr, "d/file", "trusted.y");
	AFTER(link, "d/file", "d/second");
	AFTER(unlink, "d/second");
	QUIET(chmod, "d/file", 06711);
	events_show(queue, "setting the set-id bits");
	AFTER(chown, "d/file", 0, 0);
	AFTER(chmod, "d", 0711);
	AFTER(chmod, "d/missing", 0711);
}

CHECK(inotify_names, "inotify_add_watch,mkdir,rmdir,mknod,symlink,link,unlink,rename,open")
{
	long queue = watched_directory(IN_CREATE | IN_DELETE | IN_MOVE);
	AFTER(mkdir, "d/directory", 0755);
	AFTER(mknod, "d/fifo", S_IFIFO | 0600, 0);
	AFTER(symlink, "nowhere", "d/symlink");
	AFTER(link, "d/fifo", "d/hard");
	AFTER(open, "d/file", O_CREAT | O_WRONLY, 0600);
	AFTER(open, "d/file", O_CREAT | O_WRONLY, 0600);
	AFTER(mkdir, "d/file", 0755);
	AFTER(unlink, "d/symlink");
	AFTER(rmdir, "d/directory");
	AFTER(rmdir, "d/directory");
	AFTER(rename, "d/fifo", "d/other");
	AFTER(rename, "d/other", "outside");
	AFTER(rename, "outside", "d/a name of just fifteen and more");
	AFTER(rename, "d/hard", "d/a name of just fifteen and more");
	AFTER(mkdir, "d/sixteen-and-more", 0755);
	AFTER(mkdir, "d/sixteen-bytes-16", 0755);
	AFTER(mkdir, "d/fifteen-bytes-1", 0755);
}

CHECK(inotify_rename, "inotify_add_watch,rename,renameat2")
{
	long queue = watched_directory(IN_ALL_EVENTS);
	QUIET(mkdir, "other", 0755);
	CALL(inotify_add_watch, queue, "other", IN_ALL_EVENTS);
	QUIET(close, file_made("d/one", 1));
	QUIET(close, file_made("other/two", 1));
	CALL(inotify_add_watch, queue, "d/one", IN_ALL_EVENTS);
	CALL(inotify_add_watch, queue, "other/two", IN_ALL_EVENTS);
	events_show(queue, "making");
	AFTER(renameat2, AT_FDCWD, "d/one", AT_FDCWD, "other/two", 2 /* RENAME_EXCHANGE */);
	AFTER(renameat2, AT_FDCWD, "d/one", AT_FDCWD, "other/two", 1 /* RENAME_NOREPLACE */);
	AFTER(rename, "d/one", "d/uno");
	AFTER(rename, "d/uno", "other/two");
	QUIET(mkdir, "d/empty", 0755);
	QUIET(mkdir, "d/moved", 0755);
	CALL(inotify_add_watch, queue, "d/empty", IN_ALL_EVENTS);
	CALL(inotify_add_watch, queue, "d/moved", IN_ALL_EVENTS);
	events_show(queue, "making directories");
	AFTER(rename, "d/moved", "d/empty");
	AFTER(rename, "other/two", "other/two");
	AFTER(rename, "d", "d-moved");
	AFTER(mkdir, "d-moved/still", 0755);
	AFTER(mkdir, "d-moved/empty/still", 0755);
}

CHECK(inotify_delete_self, "inotify_add_watch,unlink,rmdir,close,inotify_rm_watch")
{
	long queue = watched_directory(IN_ALL_EVENTS);
	long fd = file_made("d/open", 1);
	QUIET(close, file_made("d/closed", 1));
	QUIET(link, "d/open", "d/second");
	CALL(inotify_add_watch, queue, "d/open", IN_ALL_EVENTS);
	CALL(inotify_add_watch, queue, "d/closed", IN_ALL_EVENTS);
	events_show(queue, "making");
	AFTER(unlink, "d/closed");
	AFTER(unlink, "d/second");
	AFTER(unlink, "d/open");
	AFTER(write, fd, "x", 1);
	AFTER(close, fd);
	CALL(inotify_rm_watch, queue, 2);
	QUIET(mkdir, "d/sub", 0755);
	CALL(inotify_add_watch, queue, "d/sub", IN_DELETE_SELF);
	AFTER(rmdir, "d/sub");
	AFTER(rmdir, "d");
	CALL(inotify_rm_watch, queue, 1);
	CALL(inotify_add_watch, queue, "d", IN_OPEN);
	QUIET(mkdir, "d", 0755);
	CALL(inotify_add_watch, queue, "d", IN_OPEN); /* the next number */
}

CHECK(inotify_directories, "inotify_add_watch,open,getdents64,close,rmdir")
{
	char entries[512];
	long queue = watched_directory(IN_ALL_EVENTS);
	QUIET(mkdir, "d/sub", 0755);
	CALL(inotify_add_watch, queue, "d/sub", IN_ALL_EVENTS);
	events_show(queue, "making");
	long dir = QUIET(open, "d/sub", O_RDONLY | O_DIRECTORY);
	events_show(queue, "opening");
	AFTER(getdents64, dir, entries, sizeof(entries));
	QUIET(close, file_made("d/sub/file", 0));
	events_show(queue, "making below");
	AFTER(close, dir);
	AFTER(rmdir, "d/sub");
	AFTER(unlink, "d/sub/file");
	AFTER(rmdir, "d/sub");
	long chained = QUIET(open, "d", O_RDONLY | O_DIRECTORY);
	events_show(queue, "opening the watched one");
	AFTER(close, chained);
}

CHECK(inotify_unlinked_still_told, "inotify_add_watch,unlink,write,read,close")
{
	char byte;
	long queue = watched_directory(IN_ALL_EVENTS);
	long fd = file_made("d/file", 2);
	events_show(queue, "making");
	AFTER(unlink, "d/file");
	AFTER(write, fd, "x", 1);
	AFTER(read, fd, &byte, 1);
	AFTER(close, fd);
}

CHECK(inotify_other_process, "inotify_add_watch,read")
{
	long queue = watched_directory(IN_ALL_EVENTS);
	pid_t child = fork();
	if (!child) {
		int fd = open("d/file", O_CREAT | O_WRONLY, 0600);
		_exit(write(fd, "text", 4) != 4);
	}
	waitpid(child, NULL, 0);
	events_show(queue, "a child's life"); /* its descriptor was closed with it */
}
