/* The records of one inode's locks, and what a request makes of them. Functions want inode->locks_lock held. */
#ifndef KERNEL_VFS_LOCK_RECORDS_H
#define KERNEL_VFS_LOCK_RECORDS_H

#include <linux/fcntl.h>

#include "kernel/lib/list.h"
#include "kernel/vfs/inode.h"
#include "kernel/vfs/wait.h"

#define LOCK_END ((uint64_t)INT64_MAX) /* as the end of a range: the file's end, wherever it will be */

enum lock_kind {
	LOCK_POSIX, /* owner: struct process */
	LOCK_OFD,   /* owner: struct file */
	LOCK_FLOCK, /* owner: struct file */
};

struct lock_record {
	struct list list;
	const void *owner;
	enum lock_kind kind;
	int type; /* F_RDLCK, F_WRLCK */
	int32_t pid;
	uint64_t start;
	uint64_t end; /* the last byte */
};

struct file_locks {
	struct list all;
	struct inode *inode;
	struct list records; /* POSIX and OFD: an owner's do not overlap */
	struct list flocks;
	struct wait_queue queue; /* something was released */
};

/* What a call wants, with the memory that this may take. */
struct lock_request {
	enum lock_kind kind;
	int type; /* F_RDLCK, F_WRLCK, F_UNLCK */
	const void *owner;
	int32_t pid;
	uint64_t start;
	uint64_t end;
	struct lock_record *spare[2]; /* heap blocks; what is used becomes NULL */
	bool released;                /* others may go on now */
};

/* The inode's, made if there are none; NULL: no memory. Takes locks_table's lock: none may be held. */
struct file_locks *locks_get(struct inode *inode);
/*
 * Does what is requested, or waits until it can: 0, -EAGAIN, -EDEADLK, -ERESTARTSYS. Needs inode->locks; takes locks.
 */
long locks_apply(struct inode *inode, struct lock_request *request, bool wait);

/* NULL: done; else the lock that is in the way. */
const struct lock_record *lock_request_try(struct file_locks *locks, struct lock_request *request);
/* The first record lock that is in the way, or NULL. For F_UNLCK: the first of the owner's own. */
const struct lock_record *lock_conflict(const struct file_locks *locks, const struct lock_request *request);

#endif
