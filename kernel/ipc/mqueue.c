/*
 * The messages of a queue. Who waits for one is given it by its sender, who waits for room has its message taken in by
 * the receiver who made room: that keeps the order of arrival, and is what mq_notify means by "nobody is waiting".
 */
#include "kernel/ipc/mqueue.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"

struct mqueue_message {
	struct tree_node node;
	uint64_t sequence;
	uint64_t bytes;
	uint32_t priority;
	uint8_t text[];
};

struct mqueue_waiter {
	struct list list;
	struct mqueue_message *message; /* a sender's; a receiver's once it has one */
	bool done;                      /* somebody else took it off the list */
};

static struct mqueue_message *message_of(struct tree_node *node)
{
	return container_of(node, struct mqueue_message, node);
}

static bool comes_before(const struct mqueue_message *left, const struct mqueue_message *right)
{
	if (left->priority != right->priority)
		return left->priority > right->priority;
	return left->sequence < right->sequence;
}

static void message_insert(struct mqueue *queue, struct mqueue_message *message)
{
	struct tree_node *parent = NULL, **link = &queue->messages.root;

	message->sequence = ++queue->last_sequence;
	while (*link) {
		parent = *link;
		link = comes_before(message, message_of(parent)) ? &parent->left : &parent->right;
	}
	tree_insert(&queue->messages, parent, link, &message->node);
	__atomic_store_n(&queue->count, queue->count + 1, __ATOMIC_RELAXED);
	queue->bytes += message->bytes;
}

static struct mqueue_message *message_take(struct mqueue *queue)
{
	struct mqueue_message *message = message_of(tree_first(&queue->messages));

	tree_remove(&queue->messages, &message->node);
	__atomic_store_n(&queue->count, queue->count - 1, __ATOMIC_RELAXED);
	queue->bytes -= message->bytes;
	return message;
}

void mqueue_init(struct mqueue *queue, const struct mq_attr *limits)
{
	queue->messages_max = limits->mq_maxmsg;
	queue->message_bytes_max = limits->mq_msgsize;
	list_init(&queue->receivers);
	list_init(&queue->senders);
	wait_queue_init(&queue->receivers_queue);
	wait_queue_init(&queue->senders_queue);
}

void mqueue_clear(struct mqueue *queue)
{
	while (queue->count)
		heap_free(message_take(queue));
}

/* --- waiting --- */

static bool is_done(void *data)
{
	return __atomic_load_n(&((struct mqueue_waiter *)data)->done, __ATOMIC_ACQUIRE);
}

/* The first of those who wait, taken off the list; NULL. The queue is locked. */
static struct mqueue_waiter *waiter_first(struct list *waiters)
{
	struct mqueue_waiter *waiter;

	if (list_is_empty(waiters))
		return NULL;
	waiter = list_entry(waiters->next, struct mqueue_waiter, list);
	list_remove(&waiter->list);
	return waiter;
}

/* Its own thread may be gone with it as soon as this is seen. */
static void waiter_done(struct mqueue_waiter *waiter)
{
	__atomic_store_n(&waiter->done, true, __ATOMIC_RELEASE);
}

/* Sleeps until the waiter, which is in a list, is done. 0, -ETIMEDOUT, -ERESTARTSYS: then it is in no list any more. */
static int waiter_sleep(struct mqueue *queue, struct mqueue_waiter *waiter, struct wait_queue *wait,
			uint64_t deadline_ns)
{
	int error = wait_until(wait, is_done, waiter, deadline_ns);

	if (!error)
		return 0;
	lock_acquire(&queue->lock);
	if (waiter->done)
		error = 0;
	else
		list_remove(&waiter->list);
	lock_release(&queue->lock);
	return error == -EINTR ? -ERESTARTSYS : error;
}

/* --- sending --- */

static int message_import(struct mqueue_message **out, user_t text, uint64_t bytes, unsigned priority)
{
	struct mqueue_message *message = heap_alloc(sizeof(*message) + bytes);

	if (!message)
		return -ENOMEM;
	message->bytes = bytes;
	message->priority = priority;
	*out = message;
	if (!copy_from_user(message->text, text, bytes))
		return 0;
	heap_free(message);
	return -EFAULT;
}

/* Under the lock: 0, or 1 if the waiter has to wait. */
static int message_send(struct mqueue *queue, struct mqueue_waiter *self, struct mqueue_notification *notification)
{
	struct mqueue_waiter *receiver;

	if (queue->count == queue->messages_max)
		return 1;
	receiver = waiter_first(&queue->receivers);
	if (receiver) {
		receiver->message = self->message;
		waiter_done(receiver);
	} else {
		message_insert(queue, self->message);
		*notification = mqueue_notify_take(queue);
	}
	queue->inode.mtime = queue->inode.ctime = timestamp_now();
	return 0;
}

long mqueue_send(struct mqueue *queue, user_t text, uint64_t bytes, unsigned priority, bool wait, uint64_t deadline_ns)
{
	struct mqueue_waiter self = {.message = NULL};
	struct mqueue_notification notification = {.process = NULL};
	int error;

	if (bytes > (uint64_t)queue->message_bytes_max)
		return -EMSGSIZE;
	error = message_import(&self.message, text, bytes, priority);
	if (error)
		return error;
	lock_acquire(&queue->lock);
	error = message_send(queue, &self, &notification);
	if (error && !wait)
		error = -EAGAIN;
	else if (error)
		list_append(&queue->senders, &self.list);
	lock_release(&queue->lock);
	if (error > 0)
		error = waiter_sleep(queue, &self, &queue->senders_queue, deadline_ns);
	else if (!error)
		wait_queue_wake(&queue->receivers_queue, EPOLLIN | EPOLLRDNORM);
	if (error)
		heap_free(self.message);
	mqueue_notify_send(&notification);
	return error;
}

/* --- receiving --- */

/* Under the lock: 0 and the first message in the waiter, or 1 if it has to wait. */
static int message_receive(struct mqueue *queue, struct mqueue_waiter *self)
{
	struct mqueue_waiter *sender;

	if (!queue->count)
		return 1;
	self->message = message_take(queue);
	sender = waiter_first(&queue->senders);
	if (sender) {
		message_insert(queue, sender->message);
		waiter_done(sender);
	}
	queue->inode.atime = queue->inode.ctime = timestamp_now();
	return 0;
}

static long message_export(const struct mqueue_message *message, user_t text, user_t priority)
{
	if ((priority && put_user_u32(priority, message->priority)) ||
	    copy_to_user(text, message->text, message->bytes))
		return -EFAULT;
	return (long)message->bytes;
}

long mqueue_receive(struct mqueue *queue, user_t text, uint64_t bytes, user_t priority, bool wait, uint64_t deadline_ns)
{
	struct mqueue_waiter self = {.message = NULL};
	long result;
	int error;

	if (bytes < (uint64_t)queue->message_bytes_max)
		return -EMSGSIZE;
	lock_acquire(&queue->lock);
	error = message_receive(queue, &self);
	if (error && !wait)
		error = -EAGAIN;
	else if (error)
		list_append(&queue->receivers, &self.list);
	lock_release(&queue->lock);
	if (error > 0)
		error = waiter_sleep(queue, &self, &queue->receivers_queue, deadline_ns);
	else if (!error)
		wait_queue_wake(&queue->senders_queue, EPOLLOUT | EPOLLWRNORM);
	if (error)
		return error;
	result = message_export(self.message, text, priority);
	heap_free(self.message);
	return result;
}
