/* Inodes: what all file systems' inodes have in common. */
#include "kernel/vfs/inode.h"

#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/vfs/locks.h"

#define NS_PER_SECOND 1000000000ull
#define SECONDS_PER_DAY 86400

struct timestamp timestamp_now(void)
{
	uint64_t now_ns = host_realtime_ns();

	return (struct timestamp){
		.seconds = (int64_t)(now_ns / NS_PER_SECOND),
		.nanoseconds = (uint32_t)(now_ns % NS_PER_SECOND),
	};
}

uint64_t inode_number_new(void)
{
	static uint64_t last = 1;

	return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

void inode_init(struct inode *inode, struct super *super, uint32_t mode)
{
	struct timestamp now = timestamp_now();

	*inode = (struct inode){
		.super = super,
		.ino = inode_number_new(),
		.references = 1,
		.mode = mode,
		.nlink = 1,
		.atime = now,
		.mtime = now,
		.ctime = now,
		.btime = now,
	};
}

void inode_put(struct inode *inode)
{
	if (!inode || __atomic_sub_fetch(&inode->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	if (inode->locks)
		locks_free(inode);
	if (inode->ops->release)
		inode->ops->release(inode);
}

void inode_count_running(struct inode *inode, int change)
{
	__atomic_fetch_add(&inode->executing, (uint32_t)change, __ATOMIC_RELAXED);
}

void inode_apply(struct inode *inode, const struct attributes *change)
{
	if (change->valid & ATTR_MODE)
		inode->mode = (inode->mode & S_IFMT) | (change->mode & 07777);
	if (change->valid & ATTR_OWNER)
		inode->uid = change->uid;
	if (change->valid & ATTR_GROUP)
		inode->gid = change->gid;
	if (change->valid & ATTR_ATIME)
		inode->atime = change->atime;
	if (change->valid & ATTR_MTIME)
		inode->mtime = change->mtime;
	inode->ctime = timestamp_now();
}

int inode_setattr(struct inode *inode, const struct attributes *change)
{
	if (change->valid & ATTR_SIZE)
		return -EINVAL;
	lock_acquire(&inode->lock);
	inode_apply(inode, change);
	lock_release(&inode->lock);
	return 0;
}

static bool timestamp_is_after(const struct timestamp *left, const struct timestamp *right)
{
	return left->seconds > right->seconds ||
	       (left->seconds == right->seconds && left->nanoseconds > right->nanoseconds);
}

void inode_accessed(struct inode *inode, bool due)
{
	if (!inode->super || inode->super->read_only)
		return;
	if (!due && timestamp_is_after(&inode->atime, &inode->mtime) &&
	    timestamp_is_after(&inode->atime, &inode->ctime))
		return;
	lock_acquire(&inode->lock);
	inode->atime = timestamp_now();
	lock_release(&inode->lock);
}

bool inode_atime_is_due(const struct inode *inode)
{
	return inode->super && !inode->super->read_only &&
	       timestamp_now().seconds - inode->atime.seconds >= SECONDS_PER_DAY;
}
