/* epoll(7): sets of watched descriptors, with a list of those that may be ready. */
#ifndef KERNEL_FS_EPOLL_H
#define KERNEL_FS_EPOLL_H

#include <linux/eventpoll.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/mm/user.h"

struct file;

/* A new, empty set; *out with one reference. -ENOMEM. */
int epoll_new(unsigned flags, struct file **out);
bool file_is_epoll(const struct file *file);

/* epoll_ctl(2) below the descriptors: `fd` is what `target` was found at and, with it, the key. */
int epoll_control(struct file *epoll, int operation, struct file *target, int fd, const struct epoll_event *event);

/*
 * Writes at most `count` events to application memory, sleeping for the first one until the deadline. Their number, 0
 * after
 * the deadline (a deadline in the past only looks), -EINTR, -EFAULT.
 */
long epoll_file_wait(struct file *epoll, user_t events, int count, uint64_t deadline_ns);

/* The file is closed for good: it vanishes from all sets. Called by file_put before the file's release operation,
 * without locks. Costs two loads for a file that nobody watches. */
void epoll_file_released(struct file *file);

#endif
