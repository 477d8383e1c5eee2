/* dup, dup2, dup3, fcntl on descriptors and descriptions, close_range, ioctl on descriptors. */
#include "matrix.h"

#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

CHECK(dup_basics, "dup,dup2,dup3,fcntl")
{
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDONLY | O_CLOEXEC);
	CALL(dup, fd);
	CALL(fcntl, 4, F_GETFD); /* not inherited */
	CALL(dup2, fd, 20);
	CALL(dup2, fd, fd);
	CALL(fcntl, fd, F_GETFD);
	CALL(dup2, 77, 77);
	CALL(dup2, fd, -1);
	CALL(dup2, -1, 5);
	CALL(dup3, fd, fd, 0);
	CALL(dup3, fd, 21, O_CLOEXEC);
	CALL(fcntl, 21, F_GETFD);
	CALL(dup3, fd, 22, O_NONBLOCK);
	CALL(dup3, fd, 22, O_CLOEXEC | O_APPEND);
	CALL(lseek, 20, 5, SEEK_SET);
	CALL(lseek, fd, 0, SEEK_CUR);
	long other = CALL(open, "a", O_RDWR);
	CALL(dup2, other, 20); /* closes what was there */
	CALL(lseek, 20, 0, SEEK_CUR);
	CALL(dup, 77);
}

CHECK(dup_limits, "dup,dup2,prlimit64,open,fcntl,pipe2")
{
	struct rlimit old, low = {10, 0};
	int ends[2];
	CALL(prlimit64, 0, RLIMIT_NOFILE, NULL, &old);
	low.rlim_max = old.rlim_max;
	CALL(prlimit64, 0, RLIMIT_NOFILE, &low, NULL);
	for (int i = 3; i < 9; i++)
		QUIET(dup, 0);
	CALL(pipe2, ends, 0); /* one is free, two are needed */
	CALL(dup, 0);
	CALL(dup, 0);
	CALL(open, ".", O_RDONLY);
	CALL(dup2, 0, 10);
	CALL(dup2, 0, 9);
	CALL(fcntl, 0, F_DUPFD, 10);
	CALL(fcntl, 0, F_DUPFD, 9);
	CALL(eventfd2, 0, 0);
	CALL(epoll_create1, 0);
	CALL(memfd_create, "x", 0);
	low.rlim_cur = 5; /* what is open above stays open */
	CALL(prlimit64, 0, RLIMIT_NOFILE, &low, NULL);
	CALL(fcntl, 8, F_GETFD);
	CALL(close, 8);
	CALL(dup, 0);
	CALL(prlimit64, 0, RLIMIT_NOFILE, &old, NULL);
	CALL(dup, 0);
}

CHECK(fcntl_dupfd, "fcntl")
{
	CALL(fcntl, 0, F_DUPFD, 10);
	CALL(fcntl, 0, F_DUPFD, 10);
	CALL(fcntl, 0, F_DUPFD, -1);
	CALL(fcntl, 0, F_DUPFD, 1 << 30);
	CALL(fcntl, 0, F_DUPFD_CLOEXEC, 3);
	CALL(fcntl, 3, F_GETFD);
	CALL(fcntl, 3, F_SETFD, 0);
	CALL(fcntl, 3, F_GETFD);
	CALL(fcntl, 3, F_SETFD, 0xff);
	CALL(fcntl, 3, F_GETFD);
	CALL(fcntl, 3, F_SETFD, 2);
	CALL(fcntl, 3, F_GETFD);
	CALL(fcntl, 3, 9999, 0);
	CALL(fcntl, 3, -1, 0);
	CALL(fcntl, 77, 9999, 0);
}

CHECK(fcntl_status_flags, "fcntl")
{
	int ends[2];
	file_make("a", "");
	long fd = CALL(open, "a", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC);
	CALL(fcntl, fd, F_GETFL);
	CALL(fcntl, fd, F_SETFL, O_APPEND | O_NONBLOCK | O_NOATIME);
	CALL(fcntl, fd, F_GETFL);
	CALL(fcntl, fd, F_SETFL, O_WRONLY | O_TRUNC | O_CREAT); /* ignored bits */
	CALL(fcntl, fd, F_GETFL);
	CALL(fcntl, fd, F_SETFL, O_DIRECT);
	CALL(fcntl, fd, F_SETFL, -1);
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(fcntl, ends[0], F_GETFL);
	CALL(fcntl, ends[1], F_GETFL);
	long copy = CALL(dup, ends[0]);
	CALL(fcntl, copy, F_SETFL, 0); /* the description is shared */
	CALL(fcntl, ends[0], F_GETFL);
	CALL(fcntl, ends[1], F_GETFL);
}

CHECK(fcntl_descriptors, "fcntl")
{
	FOR_FDS(fcntl, FD, F_GETFD);
	FOR_FDS(fcntl, FD, F_GETFL);
	FOR_FDS(fcntl, FD, F_DUPFD, 50);
	FOR_FDS(fcntl, FD, F_SETFL, O_NONBLOCK);
	FOR_FDS(fcntl, FD, F_SETFD, FD_CLOEXEC);
	FOR_FDS(fcntl, FD, F_GETOWN);
	FOR_FDS(fcntl, FD, F_GETPIPE_SZ);
	FOR_FDS(fcntl, FD, F_GETLEASE);
	FOR_FDS(fcntl, FD, 9999);
	FOR_FDS(dup, FD);
	FOR_FDS(close, FD);
}

CHECK(fcntl_owner, "fcntl")
{
	int ends[2];
	struct f_owner_ex owner = {F_OWNER_PID, 0};
	CALL(pipe2, ends, 0);
	CALL(fcntl, ends[0], F_GETOWN);
	EXPECT(QUIET(fcntl, ends[0], F_SETOWN, getpid()) == 0);
	EXPECT(QUIET(fcntl, ends[0], F_GETOWN) == getpid());
	CALL(fcntl, ends[0], F_GETOWN_EX, &owner);
	EXPECT(owner.type == F_OWNER_PID && owner.pid == getpid());
	CALL(fcntl, ends[0], F_SETOWN, 0);
	CALL(fcntl, ends[0], F_GETOWN);
	CALL(fcntl, ends[0], F_SETOWN, 4000000);
	CALL(fcntl, ends[0], F_SETSIG, 10);
	CALL(fcntl, ends[0], F_GETSIG);
	CALL(fcntl, ends[0], F_SETSIG, 100);
	owner.type = 99;
	CALL(fcntl, ends[0], F_SETOWN_EX, &owner);
	FOR_ADDRESSES(fcntl, ends[0], F_GETOWN_EX, BAD);
}

CHECK(fcntl_leases, "fcntl")
{
	file_make("a", "");
	long fd = CALL(open, "a", O_RDONLY);
	CALL(fcntl, fd, F_GETLEASE);
	CALL(fcntl, fd, F_SETLEASE, F_RDLCK);
	CALL(fcntl, fd, F_GETLEASE);
	CALL(fcntl, fd, F_SETLEASE, F_UNLCK);
	CALL(fcntl, fd, F_GETLEASE);
	CALL(fcntl, fd, F_SETLEASE, 99);
}

CHECK(close_range_basics, "close_range,fcntl")
{
	for (int fd = 3; fd < 20; fd++)
		QUIET(dup, 0);
	CALL(close_range, 5, 7, 0);
	for (int fd = 4; fd < 9; fd++)
		NOTE("%d: %s", fd, result_name(QUIET(fcntl, fd, F_GETFD)));
	CALL(close_range, 8, 9, CLOSE_RANGE_CLOEXEC);
	CALL(fcntl, 8, F_GETFD);
	CALL(fcntl, 10, F_GETFD);
	CALL(close_range, 9, 8, 0);
	CALL(close_range, 9, 10, 8);
	CALL(close_range, 12, 12, CLOSE_RANGE_UNSHARE);
	CALL(fcntl, 12, F_GETFD);
	CALL(close_range, 1000, 2000, 0);
	CALL(close_range, 10, ~0u, 0);
	CALL(fcntl, 19, F_GETFD);
	CALL(dup, 0);
}

CHECK(ioctl_descriptors, "ioctl")
{
	static int value;
	static char bytes[64];
	FOR_FDS(ioctl, FD, FIOCLEX, 0);
	FOR_FDS(ioctl, FD, FIONCLEX, 0);
	FOR_FDS(ioctl, FD, FIONBIO, &value);
	FOR_FDS(ioctl, FD, FIOASYNC, &value);
	FOR_FDS(ioctl, FD, FIONREAD, &value);
	FOR_FDS(ioctl, FD, TCGETS, bytes);
	FOR_FDS(ioctl, FD, TIOCGWINSZ, bytes);
	FOR_FDS(ioctl, FD, 0x12345678, bytes);
}

CHECK(ioctl_effects, "ioctl,fcntl")
{
	int ends[2], value = 1;
	char bytes[8];
	CALL(pipe2, ends, 0);
	CALL(ioctl, ends[0], FIONBIO, &value);
	CALL(fcntl, ends[0], F_GETFL);
	CALL(read, ends[0], bytes, 8);
	CALL(ioctl, ends[0], FIOCLEX);
	CALL(fcntl, ends[0], F_GETFD);
	CALL(ioctl, ends[0], FIONCLEX);
	CALL(fcntl, ends[0], F_GETFD);
	CALL(write, ends[1], "12345", 5);
	CALL(ioctl, ends[0], FIONREAD, &value);
	SHOW(value);
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDONLY);
	CALL(lseek, fd, 4, SEEK_SET);
	CALL(ioctl, fd, FIONREAD, &value);
	SHOW(value);
	FOR_ADDRESSES(ioctl, fd, FIONREAD, BAD);
	FOR_ADDRESSES(ioctl, fd, FIONBIO, BAD);
}

/* Nothing was asked for, so there is nothing to take back. */
CHECK(fcntl_notify_nothing, "fcntl")
{
	long file = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	long dir = CALL(open, ".", O_RDONLY | O_DIRECTORY);
	CALL(fcntl, dir, F_NOTIFY, 0);
	CALL(fcntl, dir, F_NOTIFY, DN_MULTISHOT);
	CALL(fcntl, file, F_NOTIFY, DN_MULTISHOT);
	CALL(fcntl, file, F_NOTIFY, DN_MODIFY);
	CALL(fcntl, 99, F_NOTIFY, 0);
}
