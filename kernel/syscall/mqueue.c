/* mq_open and the other calls on POSIX message queues. The order of the checks is Linux's. */
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/host/host.h"
#include "kernel/ipc/mqueue.h"
#include "kernel/net/socket.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"
#include "kernel/vfs/namei.h"

SYSCALL(mq_open)
{
	char name[PATH_BYTES_MAX];
	struct mq_attr limits;
	struct file *file;
	long result;

	if (ARG_USER(args, 3) && copy_from_user(&limits, ARG_USER(args, 3), sizeof(limits)))
		return -EFAULT;
	result = path_from_user(name, ARG_USER(args, 0));
	if (!result && !name[0])
		result = -ENOENT;
	if (!result)
		result = fd_prepare();
	if (!result)
		result = mqueue_open(name, ARG_UINT(args, 1), ARG_UINT(args, 2), ARG_USER(args, 3) ? &limits : NULL,
				     &file);
	if (result)
		return result;
	result = fd_install(file, 0, true);
	if (result < 0)
		file_put(file);
	return result;
}

SYSCALL(mq_unlink)
{
	char name[PATH_BYTES_MAX];
	int error = path_from_user(name, ARG_USER(args, 0));

	return error ? error : mqueue_unlink(name);
}

/* A point of CLOCK_REALTIME as a deadline of the monotonic clock: setting the clock does not move it. */
static int deadline_get(user_t from, uint64_t *deadline_ns)
{
	struct __kernel_timespec time;
	uint64_t now_ns, end_ns;
	int error;

	*deadline_ns = WAIT_FOREVER;
	if (!from)
		return 0;
	error = timespec_get(&time, from);
	if (error)
		return error;
	now_ns = host_realtime_ns();
	end_ns = timespec_to_ns(&time);
	*deadline_ns = end_ns > now_ns ? deadline_after(end_ns - now_ns) : 0;
	return 0;
}

/* The queue that the descriptor may be used with in this way, and its file to give back; NULL: -EBADF. */
static struct mqueue *queue_get(int fd, struct file **file)
{
	struct mqueue *queue;

	*file = fd_get(fd);
	queue = *file ? mqueue_of(*file) : NULL;
	if (*file && !queue)
		fd_put(*file);
	return queue;
}

static bool waits(const struct file *file)
{
	return !(file->flags & O_NONBLOCK);
}

SYSCALL(mq_timedsend)
{
	struct mqueue *queue;
	struct file *file;
	uint64_t deadline_ns;
	long result = deadline_get(ARG_USER(args, 4), &deadline_ns);

	if (result)
		return result;
	if (ARG_UINT(args, 3) >= MQ_PRIO_MAX)
		return -EINVAL;
	queue = queue_get(ARG_INT(args, 0), &file);
	if (!queue)
		return -EBADF;
	result = FILE_WRITABLE(file) ? mqueue_send(queue, ARG_USER(args, 1), ARG_ULONG(args, 2), ARG_UINT(args, 3),
						   waits(file), deadline_ns)
				     : -EBADF;
	fd_put(file);
	return result;
}

SYSCALL(mq_timedreceive)
{
	struct mqueue *queue;
	struct file *file;
	uint64_t deadline_ns;
	long result = deadline_get(ARG_USER(args, 4), &deadline_ns);

	if (result)
		return result;
	queue = queue_get(ARG_INT(args, 0), &file);
	if (!queue)
		return -EBADF;
	result = FILE_READABLE(file) ? mqueue_receive(queue, ARG_USER(args, 1), ARG_ULONG(args, 2), ARG_USER(args, 3),
						      waits(file), deadline_ns)
				     : -EBADF;
	fd_put(file);
	return result;
}

/* SIGEV_THREAD sends the cookie through a netlink socket, of which there are none: what Linux says of other files. */
static int thread_refuse(const struct sigevent *event)
{
	uint8_t cookie[NOTIFY_COOKIE_LEN];
	struct file *file;
	int error;

	if (copy_from_user(cookie, (user_t)(uintptr_t)event->sigev_value.sival_ptr, sizeof(cookie)))
		return -EFAULT;
	file = fd_get(event->sigev_signo);
	if (!file)
		return -EBADF;
	error = socket_of(file) ? -EINVAL : -ENOTSOCK;
	fd_put(file);
	return error;
}

static int event_check(const struct sigevent *event)
{
	switch (event->sigev_notify) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_SIGNAL:
		return (unsigned)event->sigev_signo <= SIGNAL_COUNT ? 0 : -EINVAL;
	case SIGEV_THREAD:
		return thread_refuse(event);
	default:
		return -EINVAL;
	}
}

SYSCALL(mq_notify)
{
	struct mqueue_notification notification = {.process = NULL};
	user_t from = ARG_USER(args, 1);
	struct sigevent event;
	struct mqueue *queue;
	struct file *file;
	int error = 0;

	if (from && copy_from_user(&event, from, sizeof(event)))
		return -EFAULT;
	if (from)
		error = event_check(&event);
	if (error)
		return error;
	queue = queue_get(ARG_INT(args, 0), &file);
	if (!queue)
		return -EBADF;
	if (from) {
		notification.type = event.sigev_notify;
		notification.signal = event.sigev_signo;
		notification.value = (uint64_t)(uintptr_t)event.sigev_value.sival_ptr;
		error = mqueue_notify(queue, &notification);
	} else {
		mqueue_notify_end(queue);
	}
	fd_put(file);
	return error;
}

static struct mq_attr attributes_of(const struct mqueue *queue, const struct file *file)
{
	return (struct mq_attr){
		.mq_flags = file->flags & O_NONBLOCK,
		.mq_maxmsg = queue->messages_max,
		.mq_msgsize = queue->message_bytes_max,
		.mq_curmsgs = __atomic_load_n(&queue->count, __ATOMIC_RELAXED),
	};
}

SYSCALL(mq_getsetattr)
{
	user_t from = ARG_USER(args, 1), to = ARG_USER(args, 2);
	struct mq_attr new, old;
	struct mqueue *queue;
	struct file *file;

	if (from && copy_from_user(&new, from, sizeof(new)))
		return -EFAULT;
	if (from && new.mq_flags & ~(long)O_NONBLOCK)
		return -EINVAL;
	queue = queue_get(ARG_INT(args, 0), &file);
	if (!queue)
		return -EBADF;
	old = attributes_of(queue, file);
	if (from && new.mq_flags)
		__atomic_fetch_or(&file->flags, O_NONBLOCK, __ATOMIC_RELAXED);
	else if (from)
		__atomic_fetch_and(&file->flags, ~(uint32_t)O_NONBLOCK, __ATOMIC_RELAXED);
	fd_put(file);
	return to && copy_to_user(to, &old, sizeof(old)) ? -EFAULT : 0;
}
