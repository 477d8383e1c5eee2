/* Message queues as files: what read shows of them, and when they are ready. */
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/signal.h>

#include "kernel/ipc/mqueue.h"
#include "kernel/lib/print.h"
#include "kernel/task/process.h"

#define LINE_BYTES_MAX 80

static size_t line_make(struct mqueue *queue, char line[LINE_BYTES_MAX])
{
	const struct mqueue_notification *notification = &queue->notification;
	const struct process *process;
	size_t length;

	lock_acquire(&queue->lock);
	process = notification->process;
	length = text_format(line, LINE_BYTES_MAX, "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
			     queue->bytes, process ? notification->type : 0,
			     process && notification->type == SIGEV_SIGNAL ? notification->signal : 0,
			     process ? process->pid : 0);
	lock_release(&queue->lock);
	return length;
}

static long mqueue_file_read(struct file *file, struct io *io, uint64_t *position)
{
	char line[LINE_BYTES_MAX];
	size_t length = line_make(mqueue_of(file), line), done;

	if (*position >= length || !io->left)
		return 0;
	done = io_put(io, line + *position, length - *position);
	*position += done;
	return done ? (long)done : -EFAULT;
}

static unsigned mqueue_file_poll(struct file *file, struct poll_entry *entry)
{
	struct mqueue *queue = mqueue_of(file);
	long count;

	poll_add(entry, &queue->receivers_queue);
	poll_add(entry, &queue->senders_queue);
	count = __atomic_load_n(&queue->count, __ATOMIC_SEQ_CST);
	return (count ? EPOLLIN | EPOLLRDNORM : 0) | (count < queue->messages_max ? EPOLLOUT | EPOLLWRNORM : 0);
}

static void mqueue_file_flush(struct file *file)
{
	mqueue_notify_end(mqueue_of(file));
}

const struct file_ops mqueue_file_ops = {
	.read = mqueue_file_read,
	.seek = file_seek_generic,
	.poll = mqueue_file_poll,
	.flush = mqueue_file_flush,
};

struct mqueue *mqueue_of(const struct file *file)
{
	return file->ops == &mqueue_file_ops ? container_of(file->inode, struct mqueue, inode) : NULL;
}
