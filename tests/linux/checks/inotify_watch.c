/* inotify: watches, and reading what they tell. */
#include "watch.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/wait.h>

CHECK(inotify_flags, "inotify_init,inotify_init1,fcntl")
{
	CALL(inotify_init);
	CALL(fcntl, 3, F_GETFL);
	CALL(fcntl, 3, F_GETFD);
	CALL(inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
	CALL(fcntl, 4, F_GETFL);
	CALL(fcntl, 4, F_GETFD);
	CALL(inotify_init1, 1);
	CALL(inotify_init1, -1);
	CALL(write, 4, "x", 1);
	CALL(lseek, 4, 0, SEEK_SET);
	CALL(pread64, 4, NULL, 0, 0);
	CALL(read, 4, NULL, 0);
	struct stat status;
	CALL(fstat, 4, &status);
	SHOW_OCTAL(status.st_mode);
	char text[64];
	SHOW_TEXT(text, CALL(readlink, "/proc/self/fd/4", text, sizeof(text)));
}

CHECK(inotify_add_errors, "inotify_add_watch")
{
	long queue = CALL(inotify_init1, IN_NONBLOCK);
	QUIET(close, file_made("file", 0));
	QUIET(symlink, "file", "link");
	QUIET(symlink, "missing", "dangling");
	CALL(inotify_add_watch, queue, "file", 0);
	CALL(inotify_add_watch, queue, "file", 0x1000);
	CALL(inotify_add_watch, queue, "file", 0x00800000 | IN_OPEN);
	CALL(inotify_add_watch, queue, "missing", IN_OPEN);
	CALL(inotify_add_watch, queue, "", IN_OPEN);
	CALL(inotify_add_watch, queue, "file/x", IN_OPEN);
	CALL(inotify_add_watch, queue, "dangling", IN_OPEN);
	CALL(inotify_add_watch, queue, "file", IN_OPEN | IN_ONLYDIR);
	CALL(inotify_add_watch, queue, "link", IN_OPEN | IN_ONLYDIR);
	CALL(inotify_add_watch, queue, "file", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE);
	CALL(inotify_add_watch, 0, "file", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE);
	CALL(inotify_add_watch, 0, "file", IN_OPEN);
	FOR_FDS(inotify_add_watch, FD, "file", IN_OPEN);
	FOR_FDS(inotify_add_watch, FD, "file", 0);
	FOR_ADDRESSES(inotify_add_watch, queue, BAD, IN_OPEN);
	CALL(inotify_add_watch, queue, "file", IN_ISDIR);
	CALL(inotify_add_watch, queue, "link", IN_ONLYDIR | IN_DONT_FOLLOW);
	CALL(inotify_add_watch, queue, "link", IN_DONT_FOLLOW);
	CALL(inotify_add_watch, queue, "dangling", IN_DONT_FOLLOW | IN_DELETE_SELF);
	AFTER(unlink, "dangling");
}

CHECK(inotify_remove_errors, "inotify_rm_watch,inotify_add_watch")
{
	long queue = CALL(inotify_init1, IN_NONBLOCK);
	CALL(inotify_rm_watch, queue, 1);
	CALL(inotify_rm_watch, queue, 0);
	CALL(inotify_rm_watch, queue, -1);
	CALL(inotify_add_watch, queue, ".", IN_OPEN);
	AFTER(inotify_rm_watch, queue, 1);
	CALL(inotify_rm_watch, queue, 1);
	CALL(inotify_rm_watch, 0, 1);
	FOR_FDS(inotify_rm_watch, FD, 1);
	CALL(inotify_add_watch, queue, ".", IN_OPEN);
	CALL(inotify_add_watch, queue, "/", IN_OPEN);
	CALL(inotify_add_watch, queue, ".", IN_OPEN);
}

CHECK(inotify_permission, "inotify_add_watch,setfsuid")
{
	QUIET(mkdir, "closed", 0700);
	QUIET(close, file_made("unreadable", 0));
	QUIET(chmod, "unreadable", 0600);
	QUIET(close, file_made("readable", 0));
	QUIET(mkdir, "closed/below", 0755);
	long queue = CALL(inotify_init1, IN_NONBLOCK);
	CALL(setfsuid, 1000);
	CALL(inotify_add_watch, queue, "unreadable", IN_OPEN);
	CALL(inotify_add_watch, queue, "readable", IN_OPEN);
	CALL(inotify_add_watch, queue, "closed", IN_OPEN);
	CALL(inotify_add_watch, queue, "closed/below", IN_OPEN);
	CALL(setfsuid, 0);
}

CHECK(inotify_masks, "inotify_add_watch,chmod,open,close")
{
	long queue = watched_directory(IN_OPEN);
	QUIET(close, file_made("d/file", 1));
	events_show(queue, "making");
	CALL(inotify_add_watch, queue, "d", IN_CLOSE_NOWRITE); /* instead of IN_OPEN */
	QUIET(close, QUIET(open, "d/file", O_RDONLY));
	events_show(queue, "another mask");
	CALL(inotify_add_watch, queue, "d", IN_OPEN | IN_MASK_ADD);
	QUIET(close, QUIET(open, "d/file", O_RDONLY));
	events_show(queue, "adding");
	CALL(inotify_add_watch, queue, "d", IN_OPEN | IN_MASK_CREATE);
	CALL(inotify_add_watch, queue, "d/file", IN_OPEN | IN_MASK_CREATE);
	CALL(inotify_add_watch, queue, "d/../d", IN_ATTRIB);
	QUIET(chmod, "d/file", 0600);
	events_show(queue, "a third mask");
}

CHECK(inotify_oneshot, "inotify_add_watch,open,inotify_rm_watch")
{
	long queue = watched_directory(IN_OPEN | IN_CREATE | IN_ONESHOT);
	QUIET(close, file_made("d/file", 1));
	events_show(queue, "making");
	CALL(inotify_rm_watch, queue, 1);
	CALL(inotify_add_watch, queue, "d", IN_DELETE | IN_ONESHOT);
	QUIET(close, file_made("d/file", 1));
	events_show(queue, "what it does not wait for");
	CALL(inotify_add_watch, queue, "d", IN_OPEN);
	QUIET(close, file_made("d/file", 1));
	QUIET(close, file_made("d/file", 1));
	events_show(queue, "without IN_ONESHOT again");
}

CHECK(inotify_excl_unlink, "inotify_add_watch,unlink,write,fchmod,close")
{
	long queue = watched_directory(IN_ALL_EVENTS | IN_EXCL_UNLINK);
	long fd = file_made("d/file", 1);
	CALL(inotify_add_watch, queue, "d/file", IN_ALL_EVENTS | IN_EXCL_UNLINK);
	events_show(queue, "making");
	AFTER(unlink, "d/file");
	AFTER(write, fd, "x", 1);
	AFTER(fchmod, fd, 0600);
	AFTER(close, fd);
}

CHECK(inotify_coalesced, "inotify_add_watch,write,read")
{
	long queue = watched_directory(IN_MODIFY | IN_ACCESS | IN_ATTRIB);
	long fd = file_made("d/file", 0), other = file_made("d/other", 0);
	char byte;
	for (int i = 0; i < 5; i++)
		QUIET(write, fd, "x", 1);
	events_show(queue, "five writes");
	for (int i = 0; i < 2; i++) {
		QUIET(write, fd, "x", 1);
		QUIET(pread64, fd, &byte, 1, 0);
	}
	events_show(queue, "writes and reads in turn");
	for (int i = 0; i < 2; i++) {
		QUIET(write, fd, "x", 1);
		QUIET(write, other, "x", 1);
	}
	events_show(queue, "two files in turn");
}

CHECK(inotify_read_sizes, "inotify_add_watch,read,ioctl")
{
	char buffer[256];
	int bytes = -1;
	long queue = watched_directory(IN_CREATE | IN_ATTRIB);
	CALL(ioctl, queue, FIONREAD, &bytes);
	SHOW(bytes);
	CALL(read, queue, buffer, 0);
	QUIET(chmod, "d", 0700);                 /* 16 bytes */
	QUIET(mkdir, "d/short", 0755);           /* 32 bytes */
	QUIET(mkdir, "d/a-longer-name-x", 0755); /* 48 bytes */
	CALL(ioctl, queue, FIONREAD, &bytes);
	SHOW(bytes);
	CALL(read, queue, buffer, 15);
	CALL(read, queue, buffer, 0);
	CALL(read, queue, buffer, 16 + 31);
	CALL(read, queue, buffer, 31);
	CALL(read, queue, buffer, 32 + 47);
	CALL(ioctl, queue, FIONREAD, &bytes);
	SHOW(bytes);
	CALL(read, queue, 8, sizeof(buffer)); /* lost */
	CALL(read, queue, buffer, sizeof(buffer));
	CALL(ioctl, queue, FIONREAD, 8);
	CALL(ioctl, queue, TIOCGWINSZ, buffer);
}

CHECK(inotify_read_vector, "inotify_add_watch,readv")
{
	char first[20] = "", second[64] = "";
	struct iovec vector[] = {{first, sizeof(first)}, {second, sizeof(second)}};
	long queue = watched_directory(IN_CREATE);
	QUIET(mkdir, "d/name", 0755);
	CALL(readv, queue, vector, 2);
	SHOW_TEXT(first, sizeof(first));
	SHOW_TEXT(second, 20);
}

CHECK(inotify_poll, "inotify_add_watch,poll,epoll_ctl,epoll_wait")
{
	char buffer[256];
	struct epoll_event wanted = {.events = EPOLLIN | EPOLLET}, events[2];
	long queue = watched_directory(IN_CREATE);
	struct pollfd polled = {(int)queue, POLLIN | POLLOUT | POLLPRI, 0};
	long epoll = QUIET(epoll_create1, 0);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, queue, &wanted);
	CALL(poll, &polled, 1, 0);
	CALL(epoll_wait, epoll, events, 2, 0);
	QUIET(mkdir, "d/one", 0755);
	CALL(poll, &polled, 1, 0);
	SHOW_HEX(polled.revents);
	CALL(epoll_wait, epoll, events, 2, 0);
	SHOW_HEX(events[0].events);
	CALL(epoll_wait, epoll, events, 2, 0);
	QUIET(mkdir, "d/two", 0755);
	CALL(epoll_wait, epoll, events, 2, 0);
	CALL(read, queue, buffer, sizeof(buffer));
	CALL(poll, &polled, 1, 0);
}

CHECK(inotify_blocking_read, "inotify_add_watch,inotify_init,read")
{
	char buffer[256];
	long queue = CALL(inotify_init);
	QUIET(mkdir, "d", 0755);
	CALL(inotify_add_watch, queue, "d", IN_CREATE);
	pid_t child = fork();
	if (!child) {
		usleep(50000);
		mkdir("d/late", 0755);
		_exit(0);
	}
	CALL(read, queue, buffer, sizeof(buffer));
	SHOW_TEXT(buffer + 16, 5);
	waitpid(child, NULL, 0);
}

CHECK(inotify_instances, "inotify_init1,inotify_add_watch,close")
{
	long queue = watched_directory(IN_CREATE), other = QUIET(inotify_init1, IN_NONBLOCK);
	CALL(inotify_add_watch, other, "d", IN_CREATE | IN_DELETE);
	QUIET(mkdir, "d/one", 0755);
	events_show(queue, "making, the first");
	events_show(other, "making, the second");
	CALL(close, queue);
	QUIET(rmdir, "d/one");
	events_show(other, "removing");
	CALL(inotify_rm_watch, other, 1);
	events_show(other, "the watch's end");
	QUIET(mkdir, "d/one", 0755);
	events_show(other, "nothing");
}

CHECK(inotify_overflow, "inotify_add_watch,read")
{
	char buffer[65536] __attribute__((aligned(8)));
	long queue = watched_directory(IN_ATTRIB | IN_ACCESS), bytes, count = 0;
	const struct inotify_event *last = NULL;
	long fd = file_made("d/file", 1);
	char byte;
	for (int i = 0; i < 8200; i++) {
		QUIET(fchmod, fd, 0600);
		QUIET(pread64, fd, &byte, 1, 0);
	}
	while ((bytes = QUIET(read, queue, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < bytes; count++) {
			last = (const void *)(buffer + at);
			at += (long)(sizeof(*last) + last->len);
		}
		SHOW(bytes);
	}
	REQUIRE(last);
	SHOW(count);
	SHOW(last->wd);
	SHOW_HEX(last->mask);
	SHOW(last->len);
	QUIET(fchmod, fd, 0600);
	events_show(queue, "emptying");
}

CHECK(inotify_limit_of_instances, "inotify_init1")
{
	long count = 0;
	while (count < 200 && QUIET(inotify_init1, 0) >= 0)
		count++;
	EXPECT(count == 128);
	CALL(inotify_init1, 0);
	CALL(close, 3);
	CALL(inotify_init1, 0);
}
