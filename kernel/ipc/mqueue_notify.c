/* Telling a process that its queue is no longer empty: mq_notify(3). */
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/ipc/mqueue.h"
#include "kernel/signal/send.h"
#include "kernel/task/pid.h"

int mqueue_notify(struct mqueue *queue, const struct mqueue_notification *notification)
{
	int error = 0;

	lock_acquire(&queue->lock);
	if (queue->notification.process) {
		error = -EBUSY;
	} else {
		queue->notification = *notification;
		queue->notification.process = process_current();
		process_get(process_current());
		queue->inode.atime = queue->inode.ctime = timestamp_now();
	}
	lock_release(&queue->lock);
	return error;
}

void mqueue_notify_end(struct mqueue *queue)
{
	bool own;

	lock_acquire(&queue->lock);
	own = queue->notification.process == process_current();
	if (own)
		queue->notification.process = NULL;
	lock_release(&queue->lock);
	if (own)
		process_put(process_current());
}

struct mqueue_notification mqueue_notify_take(struct mqueue *queue)
{
	struct mqueue_notification taken = queue->notification;

	if (queue->count != 1)
		return (struct mqueue_notification){.process = NULL};
	queue->notification.process = NULL;
	return taken;
}

void mqueue_notify_send(struct mqueue_notification *notification)
{
	const struct process *self = process_current();
	siginfo_t info = {.si_signo = notification->signal, .si_code = SI_MESGQ};

	if (!notification->process)
		return;
	info.si_pid = self->pid;
	info.si_uid = self->credentials.uid;
	info.si_ptr = (void *)(uintptr_t)notification->value;
	if (notification->type == SIGEV_SIGNAL && notification->signal)
		signal_send_process(notification->process, &info);
	process_put(notification->process);
}
