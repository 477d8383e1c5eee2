/* Setting files' times: utimensat and its older relatives. */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/permission.h"

/* As in linux/stat.h of the kernel, not of its interface. */
#define UTIME_NOW ((1l << 30) - 1l)
#define UTIME_OMIT ((1l << 30) - 2l)
#define NS_PER_SECOND 1000000000l
#define NS_PER_US 1000l
#define US_PER_SECOND 1000000l

/* What a call asks for: two times, access and modification; or `now` for both. */
struct times {
	struct __kernel_timespec of[2];
	bool now;
};

static bool time_is_valid(const struct __kernel_timespec *time)
{
	long nanoseconds = (long)time->tv_nsec;

	return nanoseconds == UTIME_NOW || nanoseconds == UTIME_OMIT ||
	       (nanoseconds >= 0 && nanoseconds < NS_PER_SECOND);
}

static struct timestamp time_wanted(const struct __kernel_timespec *time, struct timestamp now)
{
	if (time->tv_nsec == UTIME_NOW)
		return now;
	return (struct timestamp){.seconds = time->tv_sec, .nanoseconds = (uint32_t)time->tv_nsec};
}

static int times_permission(struct inode *inode, bool now)
{
	if (inode->super && inode->super->read_only)
		return -EROFS;
	if (process_owns(inode))
		return 0;
	return now ? inode_permission(inode, MAY_WRITE) : -EPERM;
}

static int times_set(struct dentry *dentry, const struct times *times)
{
	bool now = times->now || (times->of[0].tv_nsec == UTIME_NOW && times->of[1].tv_nsec == UTIME_NOW);
	struct timestamp moment = timestamp_now();
	struct attributes change = {.valid = ATTR_ATIME | ATTR_MTIME, .atime = moment, .mtime = moment};
	int error;

	if (!now && (!time_is_valid(&times->of[0]) || !time_is_valid(&times->of[1])))
		return -EINVAL;
	error = times_permission(dentry->inode, now);
	if (error)
		return error;
	if (!now) {
		change.valid = (times->of[0].tv_nsec == UTIME_OMIT ? 0u : ATTR_ATIME) |
			       (times->of[1].tv_nsec == UTIME_OMIT ? 0u : ATTR_MTIME);
		change.atime = time_wanted(&times->of[0], moment);
		change.mtime = time_wanted(&times->of[1], moment);
	}
	return dentry_setattr(dentry, &change);
}

static long times_set_at(int dirfd, user_t text, const struct times *times, int flags)
{
	unsigned walk = (flags & AT_SYMLINK_NOFOLLOW ? 0u : WALK_FOLLOW) | (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0u);
	struct path path;
	int error;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	error = path_walk_user(dirfd, text, walk, &path);
	if (error)
		return error;
	error = times_set(path.dentry, times);
	path_put(&path);
	return error;
}

/* Without a path the descriptor itself is meant. */
static long times_set_descriptor(int fd, const struct times *times, int flags)
{
	struct file *file;
	int error;

	if (flags)
		return -EINVAL;
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	error = times_set(file->path.dentry, times);
	fd_put(file);
	return error;
}

static long times_set_either(int dirfd, user_t text, const struct times *times, int flags)
{
	if (!text && dirfd != AT_FDCWD)
		return times_set_descriptor(dirfd, times, flags);
	return times_set_at(dirfd, text, times, flags);
}

SYSCALL(utimensat)
{
	struct times times = {.now = !ARG_USER(args, 2)};

	if (!times.now && copy_from_user(times.of, ARG_USER(args, 2), sizeof(times.of)))
		return -EFAULT;
	if (!times.now && times.of[0].tv_nsec == UTIME_OMIT && times.of[1].tv_nsec == UTIME_OMIT)
		return 0;
	return times_set_either(ARG_INT(args, 0), ARG_USER(args, 1), &times, ARG_INT(args, 3));
}

/* Two struct timeval. */
static long times_set_us(int dirfd, user_t text, user_t from)
{
	struct times times = {.now = !from};
	int64_t us[2][2];

	if (from && copy_from_user(us, from, sizeof(us)))
		return -EFAULT;
	for (int i = 0; i < 2 && from; i++) {
		if (us[i][1] < 0 || us[i][1] >= US_PER_SECOND)
			return -EINVAL;
		times.of[i] = (struct __kernel_timespec){.tv_sec = us[i][0], .tv_nsec = us[i][1] * NS_PER_US};
	}
	return times_set_either(dirfd, text, &times, 0);
}

SYSCALL(utimes)
{
	return times_set_us(AT_FDCWD, ARG_USER(args, 0), ARG_USER(args, 1));
}

SYSCALL(futimesat)
{
	return times_set_us(ARG_INT(args, 0), ARG_USER(args, 1), ARG_USER(args, 2));
}

SYSCALL(utime)
{
	struct times times = {.now = !ARG_USER(args, 1)};
	int64_t seconds[2];

	if (!times.now) {
		if (copy_from_user(seconds, ARG_USER(args, 1), sizeof(seconds)))
			return -EFAULT;
		times.of[0].tv_sec = seconds[0];
		times.of[1].tv_sec = seconds[1];
	}
	return times_set_at(AT_FDCWD, ARG_USER(args, 0), &times, 0);
}
