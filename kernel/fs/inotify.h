/*
 * inotify(7): instances, their watches and their queues of events.
 *
 * Locks: one lock guards all watches, the instances' lists of them included; an instance's lock, taken after it, guards
 * the queue of events. Both come after the tree lock and inodes' locks.
 */
#ifndef KERNEL_FS_INOTIFY_H
#define KERNEL_FS_INOTIFY_H

#include "kernel/lib/list.h"
#include "kernel/lib/tree.h"
#include "kernel/vfs/file.h"

#define INOTIFY_EVENTS_MAX 16384u   /* /proc/sys/fs/inotify/max_queued_events */
#define INOTIFY_INSTANCES_MAX 128u  /* of a user: max_user_instances */
#define INOTIFY_WATCHES_MAX 524288u /* of a user: max_user_watches */

struct inotify_entry;

struct inotify {
	uint32_t references; /* the file's, and of those who tell it something right now */
	uint32_t uid;        /* whose limits it counts in */
	struct list all;     /* guarded by the lock of watches, as are: */
	uint64_t serial;
	struct tree watches; /* by number */
	uint32_t watch_count;
	int32_t last_number;

	struct lock lock; /* guards what follows */
	struct wait_queue readers;
	struct list events;
	uint32_t event_count;
	struct inotify_entry *overflow; /* IN_Q_OVERFLOW, made in time; in the queue once at most */
};

/* --- for vfs/notify.c --- */

/* Something that happened. */
struct inotify_news {
	uint32_t event; /* IN_*, perhaps several */
	uint32_t cookie;
	const struct name *name; /* in the directory that is told; or NULL */
	bool nameless;           /* what was opened has no name any more: not for IN_EXCL_UNLINK */
	bool last;               /* the inode is gone: the watches go, too */
};

/* Tells every instance that watches the inode and wants to know. The caller holds the inode. */
void inotify_tell(struct inode *inode, const struct inotify_news *news);

/* --- for the system calls --- */

/* flags: O_NONBLOCK. *out with one reference. -EMFILE, -ENOMEM */
int inotify_new(unsigned flags, struct file **out);
/* The instance behind the file, or NULL. */
struct inotify *inotify_of(const struct file *file);
/* Watches, or changes the watch on, what the path leads to: its number; -EEXIST (IN_MASK_CREATE), -ENOSPC, -ENOMEM. */
long inotify_watch(struct inotify *inotify, const struct path *path, uint32_t mask);
/* -EINVAL if there is no such watch. */
int inotify_unwatch(struct inotify *inotify, int32_t number);

/* --- between inotify's own files --- */

/* An event in the queue. */
struct inotify_entry {
	struct list list;
	int32_t number;
	uint32_t event;
	uint32_t cookie;
	uint32_t name_bytes; /* without the NUL */
	char name[];
};

/* Queues an event, unless it is what the last one says: an overflow, if there is no room. Readers are not woken. */
void inotify_queue(struct inotify *inotify, int32_t number, const struct inotify_news *news);
/* The first event if it fits into so many bytes, which is the caller's to free; NULL: there is none, *error is 0;
 * it does not fit: -EINVAL. */
struct inotify_entry *inotify_dequeue(struct inotify *inotify, size_t room, int *error);
/* Bytes that the event has for readers; of all events in the queue. */
size_t inotify_entry_bytes(const struct inotify_entry *entry);
size_t inotify_queue_bytes(struct inotify *inotify);

void inotify_wake(struct inotify *inotify);
void inotify_put(struct inotify *inotify);

/* Enters the instance into the list; -EMFILE. Takes it out and frees its watches. */
int inotify_enter(struct inotify *inotify);
void inotify_leave(struct inotify *inotify);
/* For fdinfo. */
void inotify_show_watches(struct inotify *inotify, struct text *text);

#endif
