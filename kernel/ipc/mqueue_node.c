/* Message queues as inodes: their making, within their limits, and their end. */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/ipc/mqueue.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/vfs/names.h"

#define QUEUE_FILE_BYTES 80
/* What CAP_SYS_RESOURCE may go up to. */
#define MESSAGES_LIMIT 65536
#define MESSAGE_BYTES_LIMIT 16777216
/* What Linux counts besides the bytes: for a message, and for a priority. */
#define MESSAGE_OVERHEAD_BYTES 48
#define PRIORITY_OVERHEAD_BYTES 48

/* All queues, those without a name too. */
static struct {
	struct lock lock;
	struct list queues;
	unsigned count;
} table = {.queues = {&table.queues, &table.queues}};

static int limits_check(const struct mq_attr *limits)
{
	bool privileged = process_capable(CAP_SYS_RESOURCE);
	long messages = privileged ? MESSAGES_LIMIT : MQUEUE_MESSAGES_MAX;
	long bytes = privileged ? MESSAGE_BYTES_LIMIT : MQUEUE_BYTES_MAX;

	if (limits->mq_maxmsg <= 0 || limits->mq_msgsize <= 0)
		return -EINVAL;
	return limits->mq_maxmsg > messages || limits->mq_msgsize > bytes ? -EINVAL : 0;
}

static uint64_t bytes_to_charge(const struct mq_attr *limits)
{
	uint64_t messages = (uint64_t)limits->mq_maxmsg;
	uint64_t priorities = messages < MQ_PRIO_MAX ? messages : MQ_PRIO_MAX;

	return messages * ((uint64_t)limits->mq_msgsize + MESSAGE_OVERHEAD_BYTES) +
	       priorities * PRIORITY_OVERHEAD_BYTES;
}

/* With the table locked. */
static int charge_check(const struct mqueue *queue)
{
	uint64_t bytes = queue->charged_bytes;

	if (table.count >= MQUEUE_QUEUES_MAX && !process_capable(CAP_SYS_RESOURCE))
		return -ENOSPC;
	list_for_each(at, &table.queues)
	{
		const struct mqueue *other = list_entry(at, struct mqueue, all);

		if (other->user == queue->user)
			bytes += other->charged_bytes;
	}
	return bytes > process_limit(RLIMIT_MSGQUEUE) ? -EMFILE : 0;
}

/* Counts the queue in: 0, -ENOSPC, -EMFILE. */
static int queue_charge(struct mqueue *queue)
{
	int error;

	lock_acquire(&table.lock);
	error = charge_check(queue);
	if (!error) {
		list_append(&table.queues, &queue->all);
		table.count++;
	}
	lock_release(&table.lock);
	return error;
}

static void mqueue_release(struct inode *inode)
{
	struct mqueue *queue = container_of(inode, struct mqueue, inode);

	lock_acquire(&table.lock);
	list_remove(&queue->all);
	table.count--;
	lock_release(&table.lock);
	mqueue_clear(queue);
	heap_free(queue->text);
	heap_free(queue);
}

/* The size means nothing: O_TRUNC, as shells use it, changes no queue. */
static int mqueue_setattr(struct inode *inode, const struct attributes *change)
{
	struct attributes rest = *change;

	rest.valid &= ~(unsigned)ATTR_SIZE;
	return inode_setattr(inode, &rest);
}

static const struct inode_ops queue_ops = {.setattr = mqueue_setattr, .release = mqueue_release};

static struct mqueue *queue_alloc(const struct name *name, const struct mq_attr *limits, const struct new_inode *new)
{
	struct mqueue *queue = heap_new(struct mqueue);
	char *text = heap_alloc(name->length + 1u);

	if (!queue || !text) {
		heap_free(queue);
		heap_free(text);
		return NULL;
	}
	memcpy(text, name->text, name->length);
	text[name->length] = '\0';
	inode_init(&queue->inode, &mqueue_super, new->mode);
	queue->inode.uid = new->uid;
	queue->inode.gid = new->gid;
	queue->inode.ops = &queue_ops;
	queue->inode.file_ops = &mqueue_file_ops;
	queue->inode.size = QUEUE_FILE_BYTES;
	queue->text = text;
	queue->user = process_current()->credentials.uid;
	queue->charged_bytes = bytes_to_charge(limits);
	list_init(&queue->all);
	list_init(&queue->name);
	mqueue_init(queue, limits);
	return queue;
}

int mqueue_new(const struct name *name, const struct mq_attr *limits, const struct new_inode *new, struct mqueue **out)
{
	static const struct mq_attr standard = {.mq_maxmsg = MQUEUE_MESSAGES_MAX, .mq_msgsize = MQUEUE_BYTES_MAX};
	int error = limits ? limits_check(limits) : 0;
	struct mqueue *queue;

	if (error)
		return error;
	queue = queue_alloc(name, limits ? limits : &standard, new);
	if (!queue)
		return -ENOMEM;
	error = queue_charge(queue);
	if (error) {
		heap_free(queue->text);
		heap_free(queue);
		return error;
	}
	*out = queue;
	return 0;
}
