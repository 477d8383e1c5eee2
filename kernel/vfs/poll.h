/* Waiting for one of several files: what poll and select are made of. */
#ifndef KERNEL_VFS_POLL_H
#define KERNEL_VFS_POLL_H

#include <linux/eventpoll.h>
#include <stdint.h>

struct file;

/* Events of a file without a poll operation: it never blocks. */
#define POLL_ALWAYS_READY (EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM)

struct poll_request {
	struct file *file; /* NULL: `events` is the answer already */
	uint32_t wanted;   /* EPOLL*: poll(2) always adds EPOLLERR and EPOLLHUP, select(2) does not */
	uint32_t events;   /* out */
};

/*
 * Fills in the events of all requests; sleeps until the deadline (0: only looks) for the first ones. Their number, 0
 * after
 * the deadline, -EINTR, -ENOMEM. The caller holds the files.
 */
long poll_files(struct poll_request *requests, unsigned count, uint64_t deadline_ns);

#endif
