/*
 * POSIX message queues: mq_overview(7). A queue is an inode of the file system on /dev/mqueue.
 *
 * Locks: a queue's lock guards its messages, waiters and notification; it is not held while waiting or while copying
 * from or to the application. The list of all queues and that of names have locks of their own.
 */
#ifndef KERNEL_IPC_MQUEUE_H
#define KERNEL_IPC_MQUEUE_H

#include <linux/mqueue.h>

#include "kernel/lib/list.h"
#include "kernel/lib/tree.h"
#include "kernel/vfs/file.h"

#define MQUEUE_MESSAGES_MAX 10 /* of a queue: /proc/sys/fs/mqueue/msg_max; also what queues have by default */
#define MQUEUE_BYTES_MAX 8192  /* of a message: msgsize_max */
#define MQUEUE_QUEUES_MAX 256u /* queues_max */

struct process;
struct mqueue_message;

/* Who is told when a message comes into the empty queue: once. */
struct mqueue_notification {
	struct process *process; /* with a reference; NULL: nobody */
	int32_t type;            /* SIGEV_* */
	int32_t signal;
	uint64_t value;
};

struct mqueue {
	struct inode inode;
	struct list all;
	struct list name; /* in the directory; in no list: it has been removed */
	uint64_t order;   /* of names in the directory */
	char *text;       /* of the name; heap block */
	uint32_t user;    /* whose RLIMIT_MSGQUEUE the bytes count in */
	uint64_t charged_bytes;
	long messages_max;
	long message_bytes_max;

	struct lock lock;
	struct tree messages; /* highest priority first, then first come */
	uint64_t last_sequence;
	long count;
	uint64_t bytes;
	struct list receivers; /* struct mqueue_waiter, first come first served */
	struct list senders;
	struct wait_queue receivers_queue, senders_queue;
	struct mqueue_notification notification;
};

/* --- the file system: mqueue_fs.c --- */

/* At boot: mounts it. 0 or -errno */
int mqueue_mount(void);
/*
 * mq_open(2) and mq_unlink(2), below the decoding. `limits` NULL: the default. *out with one reference. -ENOENT,
 * -EEXIST,
 * -EACCES, -EINVAL, -EMFILE (RLIMIT_MSGQUEUE), -ENOSPC (queues_max), -ENAMETOOLONG, -ENOMEM, -EPERM.
 */
int mqueue_open(const char *name, unsigned flags, uint32_t mode, const struct mq_attr *limits, struct file **out);
int mqueue_unlink(const char *name);

/* --- inodes: mqueue_node.c --- */

extern struct super mqueue_super;
struct new_inode;
/* A queue in no directory yet, with one reference. `limits` NULL: the default. -EINVAL, -EMFILE, -ENOSPC, -ENOMEM */
int mqueue_new(const struct name *name, const struct mq_attr *limits, const struct new_inode *new, struct mqueue **out);

/* --- messages: mqueue.c --- */

void mqueue_init(struct mqueue *queue, const struct mq_attr *limits);
/* Frees what is left in a queue that nobody uses. */
void mqueue_clear(struct mqueue *queue);
/*
 * The deadline is of the monotonic clock. -EAGAIN if `wait` is not set, -ETIMEDOUT, -ERESTARTSYS, -EMSGSIZE, -EFAULT,
 * -ENOMEM. Receiving returns the length; `priority` may be 0: nobody wants to know.
 */
long mqueue_send(struct mqueue *queue, user_t text, uint64_t bytes, unsigned priority, bool wait, uint64_t deadline_ns);
long mqueue_receive(struct mqueue *queue, user_t text, uint64_t bytes, user_t priority, bool wait,
		    uint64_t deadline_ns);

/* --- notification: mqueue_notify.c --- */

/* For the calling process; type SIGEV_NONE or SIGEV_SIGNAL. -EBUSY */
int mqueue_notify(struct mqueue *queue, const struct mqueue_notification *notification);
/* Takes back the calling process's, if it is the one that is there. */
void mqueue_notify_end(struct mqueue *queue);
/* What the arrival of a message means, the queue being locked: what mqueue_notify_send is to do once it is not. */
struct mqueue_notification mqueue_notify_take(struct mqueue *queue);
void mqueue_notify_send(struct mqueue_notification *notification);

/* --- the file: mqueue_file.c --- */

extern const struct file_ops mqueue_file_ops;
/* The queue of a file, NULL if it is none. */
struct mqueue *mqueue_of(const struct file *file);

#endif
