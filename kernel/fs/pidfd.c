/* Processes as files: readable once the process has ended. See pidfd.h; pidfd_open(2). */
#include "kernel/fs/pidfd.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/lib/text.h"
#include "kernel/task/pid.h"

static unsigned pidfd_poll(struct file *file, struct poll_entry *entry)
{
	struct process *process = file->data;

	poll_add(entry, &process->end_waiters);
	switch (__atomic_load_n(&process->state, __ATOMIC_ACQUIRE)) {
	case PROCESS_ALIVE:
		return 0;
	case PROCESS_ZOMBIE:
		return EPOLLIN | EPOLLRDNORM;
	default:
		return EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	}
}

static void pidfd_release(struct file *file)
{
	process_put(file->data);
}

static void pidfd_show(struct file *file, struct text *text)
{
	const struct process *process = file->data;
	int pid = process->state == PROCESS_GONE ? -1 : process->pid;

	text_print(text, "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
}

static const struct file_ops pidfd_ops = {.poll = pidfd_poll, .release = pidfd_release, .show = pidfd_show};

int pidfd_new(struct process *process, unsigned flags, struct file **out)
{
	int error = file_new_anonymous("[pidfd]", &pidfd_ops, O_RDWR | (flags & O_NONBLOCK), process, out);

	if (!error)
		process_get(process);
	return error;
}

struct process *pidfd_process(const struct file *file)
{
	if (file->ops != &pidfd_ops)
		return NULL;
	process_get(file->data);
	return file->data;
}
