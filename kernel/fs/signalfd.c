/* Signals as a file: those of whoever reads, not of whoever made it. See signalfd.h; signalfd(2). */
#include "kernel/fs/signalfd.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/signal.h>

#include <linux/signalfd.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/waiters.h"
#include "kernel/syscall/table.h"

#define UNTAKEABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

struct signalfd {
	signal_set_t set; /* changed atomically */
};

static signal_set_t set_of(const struct file *file)
{
	return __atomic_load_n(&((const struct signalfd *)file->data)->set, __ATOMIC_RELAXED);
}

/* Which fields of siginfo_t mean something depends on who sent it: sigaction(2). */
static void fields_fill(struct signalfd_siginfo *out, const siginfo_t *info)
{
	if (info->si_code == SI_TIMER) {
		out->ssi_tid = (uint32_t)info->si_tid;
		out->ssi_overrun = (uint32_t)info->si_overrun;
		out->ssi_ptr = (uint64_t)(uintptr_t)info->si_ptr;
		out->ssi_int = info->si_int;
		return;
	}
	if (info->si_code == SI_KERNEL)
		return;
	out->ssi_pid = (uint32_t)info->si_pid;
	out->ssi_uid = info->si_uid;
	if (info->si_signo == SIGCHLD && info->si_code > 0) {
		out->ssi_status = info->si_status;
	} else if (info->si_code < 0) {
		out->ssi_ptr = (uint64_t)(uintptr_t)info->si_ptr;
		out->ssi_int = info->si_int;
	}
}

static struct signalfd_siginfo record_make(const siginfo_t *info)
{
	struct signalfd_siginfo out = {
		.ssi_signo = (uint32_t)info->si_signo,
		.ssi_errno = info->si_errno,
		.ssi_code = info->si_code,
	};

	fields_fill(&out, info);
	return out;
}

static bool is_readable(void *data)
{
	return signals_pending() & set_of(data);
}

static long signalfd_read(struct file *file, struct io *io, uint64_t *position)
{
	struct wait_queue *waiters;
	long done = 0;

	(void)position;
	if (io->left < sizeof(struct signalfd_siginfo))
		return -EINVAL;
	while (io->left >= sizeof(struct signalfd_siginfo)) {
		struct signalfd_siginfo record;
		siginfo_t info;

		if (signal_take(set_of(file), &info)) {
			record = record_make(&info);
			if (io_put(io, &record, sizeof(record)) != sizeof(record))
				return done ? done : -EFAULT;
			done += (long)sizeof(record);
			continue;
		}
		if (done || file->flags & O_NONBLOCK)
			return done ? done : -EAGAIN;
		waiters = signal_waiters();
		if (!waiters)
			return -ENOMEM;
		if (wait_until(waiters, is_readable, file, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
	return done;
}

static unsigned signalfd_poll(struct file *file, struct poll_entry *entry)
{
	struct wait_queue *waiters = entry ? signal_waiters() : NULL;

	if (waiters)
		poll_add(entry, waiters);
	return is_readable(file) ? EPOLLIN : 0;
}

static void signalfd_release(struct file *file)
{
	heap_free(file->data);
}

static void signalfd_show(struct file *file, struct text *text)
{
	text_print(text, "sigmask:\t%016lx\n", set_of(file));
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read, .poll = signalfd_poll, .release = signalfd_release, .show = signalfd_show};

int signalfd_new(signal_set_t set, unsigned flags, struct file **out)
{
	struct signalfd *signalfd = heap_new(struct signalfd);
	int error;

	if (!signalfd)
		return -ENOMEM;
	signalfd->set = set & ~UNTAKEABLE;
	error = file_new_anonymous("[signalfd]", &signalfd_ops, O_RDWR | (flags & O_NONBLOCK), signalfd, out);
	if (error)
		heap_free(signalfd);
	return error;
}

int signalfd_set(struct file *file, signal_set_t set)
{
	if (file->ops != &signalfd_ops)
		return -EINVAL;
	__atomic_store_n(&((struct signalfd *)file->data)->set, set & ~UNTAKEABLE, __ATOMIC_RELAXED);
	signal_waiters_wake(process_current());
	return 0;
}
