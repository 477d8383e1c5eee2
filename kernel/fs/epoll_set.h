/*
 * Inside of epoll: what epoll.c (the set) and epoll_ready.c (the list of those that may be ready) share.
 *
 * Locks, in this order: set->mutex (items come and go, the ready list is worked off; sets nest from the outside in)
 * > file->epoll_lock (the file's list of items) and the queues' locks > set->ready_lock.
 */
#ifndef KERNEL_FS_EPOLL_SET_H
#define KERNEL_FS_EPOLL_SET_H

#include <linux/eventpoll.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/tree.h"
#include "kernel/vfs/wait.h"

struct file;

struct epoll_set {
	struct lock mutex;
	struct tree items;   /* by file and descriptor */
	uint32_t references; /* its file, and who is about to remove an item of a file that goes */
	struct lock ready_lock;
	struct list ready;
	struct wait_queue sleepers; /* in epoll_wait */
	struct wait_queue watchers; /* poll this set */
	struct file *file;
};

struct epoll_item {
	struct tree_node node;
	struct epoll_set *set;
	struct file *file; /* no reference: the file's end removes the item */
	int fd;
	uint32_t events;
	uint64_t data;
	struct list ready;
	struct list of_file; /* file->epoll_entries */
	struct poll_entry poll;
};

/* Bits that are not events but how to report them. */
#define EPOLL_PRIVATE (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define EPOLL_ALWAYS (EPOLLERR | EPOLLHUP)

/* What a watched file's queue calls. */
void epoll_item_told(struct wait_entry *entry, unsigned events);
/* Puts the item into the ready list, unless it is there; without waking anyone. True if it was not. */
bool epoll_item_ready(struct epoll_item *item);
/* Wakes who sleeps in, or watches, the set. No locks held. */
void epoll_set_wake(struct epoll_set *set);
/* The item's events that hold now. `poll`: as for file_ops.poll. */
unsigned epoll_item_poll(struct epoll_item *item, struct poll_entry *poll);
/* Whether any item of the list is ready indeed. The mutex is not held. */
bool epoll_set_is_ready(struct epoll_set *set);

/* Forgets an item. The set's mutex is held. */
void epoll_item_remove(struct epoll_item *item);
/* Gives back a reference. */
void epoll_set_put(struct epoll_set *set);

struct epoll_set *epoll_set_of(const struct file *file);

#endif
