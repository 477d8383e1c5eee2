/* POSIX record locks, open file description locks and flock, as far as one process can tell. */
#include "matrix.h"

#include <limits.h>
#include <sys/file.h>

static void lock_show(long fd, int command, int type, long start, long length)
{
	struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
	long result = QUIET(fcntl, fd, command, &lock);
	if (result != 0)
		NOTE("get %ld+%ld: %s", start, length, result_name(result));
	else
		NOTE("get %ld+%ld: type %d start %ld length %ld ours %d", start, length, lock.l_type, lock.l_start,
		     lock.l_len, lock.l_pid == getpid());
}

static long lock_set(long fd, int command, int type, long start, long length)
{
	struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
	long result = QUIET(fcntl, fd, command, &lock);
	NOTE("set type %d %ld+%ld: %s", type, start, length, result_name(result));
	return result;
}

CHECK(lock_posix, "fcntl")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	long other = CALL(open, "a", O_RDWR);
	lock_set(fd, F_SETLK, F_WRLCK, 0, 100);
	lock_set(other, F_SETLK, F_WRLCK, 50, 100); /* one process never stands in its own way */
	lock_show(other, F_GETLK, F_WRLCK, 0, 0);
	lock_set(fd, F_SETLK, F_UNLCK, 20, 10);
	lock_set(fd, F_SETLK, F_RDLCK, 0, 0);
	lock_set(fd, F_SETLKW, F_WRLCK, 0, 0);
	lock_set(fd, F_SETLK, F_WRLCK, -1, 5);
	lock_set(fd, F_SETLK, F_WRLCK, 10, -5); /* 5 to 9 */
	lock_set(fd, F_SETLK, F_WRLCK, 10, -11);
	lock_set(fd, F_SETLK, 7, 0, 5);
	lock_set(fd, F_SETLK, F_WRLCK, LONG_MAX, 2);
	lock_set(fd, F_SETLK, F_UNLCK, 0, 0);
	lock_show(fd, F_GETLK, F_UNLCK, 0, 0);
}

CHECK(lock_posix_modes, "fcntl")
{
	file_make("a", "");
	long reader = CALL(open, "a", O_RDONLY);
	long writer = CALL(open, "a", O_WRONLY);
	lock_set(reader, F_SETLK, F_RDLCK, 0, 1);
	lock_set(reader, F_SETLK, F_WRLCK, 0, 1);
	lock_set(writer, F_SETLK, F_WRLCK, 0, 1);
	lock_set(writer, F_SETLK, F_RDLCK, 0, 1);
	struct flock lock = {.l_type = F_RDLCK, .l_whence = 9};
	CALL(fcntl, reader, F_SETLK, &lock);
	lock = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_END, .l_start = 5};
	CALL(fcntl, reader, F_SETLK, &lock);
	lock.l_start = -5;
	CALL(fcntl, reader, F_SETLK, &lock);
}

CHECK(lock_description, "fcntl,close,dup")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	long other = CALL(open, "a", O_RDWR);
	lock_set(fd, F_OFD_SETLK, F_WRLCK, 0, 100);
	lock_set(other, F_OFD_SETLK, F_WRLCK, 50, 100);
	lock_set(other, F_OFD_SETLK, F_RDLCK, 100, 0);
	lock_show(other, F_OFD_GETLK, F_WRLCK, 0, 0);
	lock_show(fd, F_OFD_GETLK, F_RDLCK, 0, 0);
	lock_show(fd, F_OFD_GETLK, F_WRLCK, 0, 0);
	lock_set(fd, F_SETLK, F_WRLCK, 10, 10); /* the two families exclude each other */
	lock_show(fd, F_GETLK, F_WRLCK, 0, 0);
	long copy = CALL(dup, fd);
	CALL(close, fd);
	lock_set(other, F_OFD_SETLK, F_WRLCK, 0, 10);
	CALL(close, copy);
	lock_set(other, F_OFD_SETLK, F_WRLCK, 0, 10);
	struct flock lock = {.l_type = F_WRLCK, .l_pid = 1};
	CALL(fcntl, other, F_OFD_SETLK, &lock);
}

CHECK(lock_description_splits, "fcntl")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	long other = CALL(open, "a", O_RDWR);
	lock_set(fd, F_OFD_SETLK, F_WRLCK, 0, 100);
	lock_set(fd, F_OFD_SETLK, F_UNLCK, 40, 20);
	lock_show(other, F_OFD_GETLK, F_RDLCK, 0, 0);
	lock_show(other, F_OFD_GETLK, F_RDLCK, 45, 0);
	lock_show(other, F_OFD_GETLK, F_RDLCK, 40, 20);
	lock_set(fd, F_OFD_SETLK, F_RDLCK, 10, 10);
	lock_show(other, F_OFD_GETLK, F_WRLCK, 12, 1);
	lock_set(other, F_OFD_SETLK, F_RDLCK, 10, 10);
	lock_show(other, F_OFD_GETLK, F_RDLCK, 15, 10);
	lock_set(fd, F_OFD_SETLK, F_WRLCK, 10, 10);
	lock_set(fd, F_OFD_SETLK, F_WRLCK, 20, 20);
	lock_set(fd, F_OFD_SETLK, F_WRLCK, 40, 20);
	lock_show(other, F_OFD_GETLK, F_RDLCK, 30, 0);
}

CHECK(lock_flock, "flock,dup,close")
{
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	long other = CALL(open, "a", O_RDONLY);
	CALL(flock, fd, LOCK_SH);
	CALL(flock, other, LOCK_SH | LOCK_NB);
	CALL(flock, other, LOCK_EX | LOCK_NB);
	CALL(flock, fd, LOCK_UN);
	CALL(flock, other, LOCK_EX | LOCK_NB);
	CALL(flock, fd, LOCK_SH | LOCK_NB);
	long copy = CALL(dup, other);
	CALL(close, other);
	CALL(flock, fd, LOCK_SH | LOCK_NB);
	CALL(flock, copy, LOCK_SH); /* down again */
	CALL(flock, fd, LOCK_SH | LOCK_NB);
	CALL(close, copy);
	CALL(flock, fd, LOCK_EX | LOCK_NB);
	CALL(flock, fd, 0);
	CALL(flock, fd, LOCK_SH | LOCK_EX);
	CALL(flock, fd, LOCK_NB);
	CALL(flock, fd, 99);
	lock_set(fd, F_SETLK, F_WRLCK, 0, 0); /* another world */
}

CHECK(lock_descriptors, "fcntl,flock")
{
	static struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	FOR_FDS(fcntl, FD, F_SETLK, &lock);
	FOR_FDS(fcntl, FD, F_GETLK, &lock);
	lock.l_type = F_WRLCK;
	FOR_FDS(fcntl, FD, F_OFD_SETLK, &lock);
	FOR_FDS(flock, FD, LOCK_EX | LOCK_NB);
	file_make("a", "");
	long fd = CALL(open, "a", O_RDWR);
	FOR_ADDRESSES(fcntl, fd, F_SETLK, BAD);
	FOR_ADDRESSES(fcntl, fd, F_GETLK, BAD);
	FOR_ADDRESSES(fcntl, fd, F_OFD_SETLK, BAD);
}
