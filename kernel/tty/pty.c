/* Pseudoterminals: see pty.h. A slave is a tty whose driver is its master. */
#include "kernel/tty/pty.h"

#include <asm-generic/ioctls.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/signal.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/tty/tty.h"
#include "kernel/vfs/device.h"
#include "kernel/vfs/namei.h"

struct pty {
	struct list list; /* guarded by ptys_lock, as are the fields up to the next blank line */
	struct tty *slave;
	unsigned number;
	unsigned opens; /* of the slave */
	struct pty_owner owner;

	bool locked;                        /* until unlockpt(3) */
	bool slaves_gone;                   /* it was opened, and closed again */
	struct wait_queue readers, writers; /* of the master */
};

static struct lock ptys_lock;
static struct list ptys = {&ptys, &ptys}; /* by number */
static unsigned first_number;

static struct pty *find(unsigned number)
{
	list_for_each(at, &ptys)
	{
		struct pty *pty = list_entry(at, struct pty, list);

		if (pty->number == number)
			return pty;
	}
	return NULL;
}

int pty_next(int from)
{
	int next = -1;

	lock_acquire(&ptys_lock);
	list_for_each(at, &ptys)
	{
		int number = (int)list_entry(at, struct pty, list)->number;

		if (number >= from) {
			next = number;
			break;
		}
	}
	lock_release(&ptys_lock);
	return next;
}

bool pty_owner_get(unsigned number, struct pty_owner *owner)
{
	struct pty *pty;

	lock_acquire(&ptys_lock);
	pty = find(number);
	if (pty)
		*owner = pty->owner;
	lock_release(&ptys_lock);
	return pty != NULL;
}

void pty_owner_set(unsigned number, const struct pty_owner *owner)
{
	struct pty *pty;

	lock_acquire(&ptys_lock);
	pty = find(number);
	if (pty)
		pty->owner = *owner;
	lock_release(&ptys_lock);
}

/* --- the slave --- */

static void slave_output(struct tty *tty)
{
	wait_queue_wake(&((struct pty *)tty->data)->readers, EPOLLIN | EPOLLRDNORM);
}

static void slave_changed(struct tty *tty)
{
	wait_queue_wake(&((struct pty *)tty->data)->writers, EPOLLOUT | EPOLLWRNORM);
}

static void slave_opened(struct tty *tty)
{
	struct pty *pty = tty->data;

	lock_acquire(&ptys_lock);
	pty->opens++;
	pty->slaves_gone = false;
	lock_release(&ptys_lock);
}

static void slave_released(struct tty *tty)
{
	struct pty *pty = tty->data;
	bool last;

	lock_acquire(&ptys_lock);
	last = --pty->opens == 0;
	pty->slaves_gone |= last;
	lock_release(&ptys_lock);
	if (last)
		wait_queue_wake(&pty->readers, EPOLLIN | EPOLLHUP);
}

static const struct tty_driver slave_driver = {
	.output = slave_output,
	.changed = slave_changed,
	.opened = slave_opened,
	.released = slave_released,
};

static int slave_open(struct inode *inode, struct file *file)
{
	struct tty *tty = NULL;
	struct pty *pty;
	int error = -EIO;

	lock_acquire(&ptys_lock);
	pty = find(device_minor(inode->rdev));
	if (pty && !pty->locked) {
		tty = pty->slave;
		tty_get(tty);
	}
	lock_release(&ptys_lock);
	if (tty)
		error = tty_open(tty, file);
	tty_put(tty);
	return error;
}

/* --- the master --- */

static bool can_read(void *data)
{
	const struct pty *pty = data;

	return (tty_output_pending(pty->slave) && !pty->slave->flow_stopped) || pty->slaves_gone;
}

static long master_read(struct file *file, struct io *io, uint64_t *position)
{
	struct pty *pty = file->data;
	uint8_t chunk[TTY_CHUNK_BYTES];
	long total = 0;

	(void)position;
	while (io->left) {
		size_t size = io->left < sizeof(chunk) ? io->left : sizeof(chunk);
		size_t count;

		tty_lock(pty->slave);
		count = tty_output_take(pty->slave, chunk, size);
		tty_unlock(pty->slave);
		if (io_put(io, chunk, count) != count)
			return total ? total : -EFAULT;
		total += (long)count;
		if (count)
			continue;
		if (total)
			break;
		if (pty->slaves_gone)
			return -EIO;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_until(&pty->readers, can_read, pty, WAIT_FOREVER))
			return -ERESTARTSYS;
	}
	return total;
}

/* A line that never ends is cut by the line discipline: the master does not wait for that. */
static size_t input_room(const struct tty *tty)
{
	uint32_t used = tty->head - tty->tail;

	if (TTY_L(tty, ICANON) && tty->line_head == tty->tail)
		return TTY_CHUNK_BYTES;
	return used < TTY_INPUT_BYTES - 1 ? TTY_INPUT_BYTES - 1 - used : 0;
}

static bool can_write(void *data)
{
	return input_room(((const struct pty *)data)->slave) != 0;
}

static long master_write(struct file *file, struct io *io, uint64_t *position)
{
	struct pty *pty = file->data;
	struct tty *tty = pty->slave;
	uint8_t chunk[TTY_CHUNK_BYTES];
	long total = 0;

	(void)position;
	while (io->left) {
		struct io ahead = *io;
		size_t count = io_get(&ahead, chunk, io->left < sizeof(chunk) ? io->left : sizeof(chunk));
		size_t room;

		if (!count)
			return total ? total : -EFAULT;
		tty_lock(tty);
		room = input_room(tty);
		if (count > room)
			count = room;
		tty_receive(tty, chunk, count);
		tty_unlock(tty);
		io_skip(io, count);
		total += (long)count;
		if (count)
			continue;
		if (file->flags & O_NONBLOCK)
			return total ? total : -EAGAIN;
		if (wait_until(&pty->writers, can_write, pty, WAIT_FOREVER))
			return total ? total : -ERESTARTSYS;
	}
	return total;
}

static unsigned master_poll(struct file *file, struct poll_entry *entry)
{
	struct pty *pty = file->data;
	unsigned events = 0;

	poll_add(entry, &pty->readers);
	poll_add(entry, &pty->writers);
	if (tty_output_pending(pty->slave) && !pty->slave->flow_stopped)
		events |= EPOLLIN | EPOLLRDNORM;
	if (pty->slaves_gone)
		events |= EPOLLHUP;
	if (input_room(pty->slave))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

static long slave_by_descriptor(struct pty *pty, unsigned flags)
{
	char name[32];
	struct path path;
	struct file *file;
	int fd;
	int error;

	text_format(name, sizeof(name), "/dev/pts/%u", pty->number);
	error = path_walk(AT_FDCWD, name, WALK_FOLLOW, &path);
	if (error)
		return error;
	error = file_open_path(&path, flags & (O_ACCMODE | O_NOCTTY | O_NONBLOCK), &file);
	path_put(&path);
	if (error)
		return error;
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

static long signal_send(struct tty *tty, uint64_t signal)
{
	if (signal != SIGINT && signal != SIGQUIT && signal != SIGTSTP)
		return -EINVAL;
	tty_lock(tty);
	tty->signals_due |= 1u << signal;
	tty_unlock(tty);
	return 0;
}

static long master_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	struct pty *pty = file->data;
	uint32_t value;

	switch (request) {
	case TIOCGPTN:
		return put_user_u32(argument, pty->number);
	case TIOCSPTLCK:
		if (get_user_u32(&value, argument))
			return -EFAULT;
		pty->locked = value != 0;
		return 0;
	case TIOCGPTLCK:
		return put_user_u32(argument, pty->locked);
	case TIOCGPTPEER:
		return slave_by_descriptor(pty, (unsigned)argument);
	case TIOCSIG:
		return signal_send(pty->slave, argument);
	case TIOCGPGRP:
		return put_user_u32(argument, (uint32_t)pty->slave->foreground);
	case TIOCGSID:
		return pty->slave->session ? put_user_u32(argument, (uint32_t)pty->slave->session) : -ENOTTY;
	case FIONREAD:
		return put_user_u32(argument, tty_output_pending(pty->slave));
	case TIOCOUTQ:
		return put_user_u32(argument, tty_readable(pty->slave));
	default:
		return tty_attributes_ioctl(pty->slave, request, argument);
	}
}

static void master_release(struct file *file)
{
	struct pty *pty = file->data;
	struct tty *tty = pty->slave;

	lock_acquire(&ptys_lock);
	list_remove(&pty->list);
	lock_release(&ptys_lock);
	tty_lock(tty);
	tty->closed = true;
	tty->due |= TTY_DUE_HANGUP;
	tty_unlock(tty);
	tty_hang_up(tty);
	tty_put(tty);
}

static const struct file_ops master_ops = {
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.ioctl = master_ioctl,
	.release = master_release,
};

static void number_take(struct pty *pty)
{
	struct list *at = ptys.next;

	pty->number = first_number;
	while (at != &ptys && list_entry(at, struct pty, list)->number == pty->number) {
		pty->number++;
		at = at->next;
	}
	list_insert_before(at, &pty->list);
}

static int master_open(struct inode *inode, struct file *file)
{
	const struct credentials *who = &process_current()->credentials;
	struct pty *pty = heap_new(struct pty);

	(void)inode;
	if (!pty)
		return -ENOMEM;
	pty->slave = tty_new(&slave_driver, pty);
	if (!pty->slave) {
		heap_free(pty);
		return -ENOMEM;
	}
	/* The slave's files may outlive the master: the pty goes with the tty. */
	pty->slave->owned = pty;
	pty->locked = true;
	pty->owner = (struct pty_owner){.mode = 0620, .uid = who->fsuid, .gid = TTY_GROUP};
	wait_queue_init(&pty->readers);
	wait_queue_init(&pty->writers);
	list_init(&pty->list);
	lock_acquire(&ptys_lock);
	number_take(pty);
	lock_release(&ptys_lock);
	pty->slave->number = pty->number;
	tty_list_add(pty->slave);
	file->data = pty;
	return 0;
}

int pty_init(unsigned first)
{
	int error;

	first_number = first;
	error = device_register(PTY_MASTER_MAJOR, PTY_MASTER_MINOR, &master_ops, master_open);
	return error ? error : device_register(PTY_SLAVE_MAJOR, DEVICE_ANY_MINOR, &tty_file_ops, slave_open);
}
