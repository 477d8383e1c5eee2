/* Files on terminals: see tty.h. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/signal.h>

#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/tty/tty.h"

bool tty_file_is_hung_up(const struct tty *tty, const struct file *file)
{
	return __atomic_load_n(&tty->hangups, __ATOMIC_ACQUIRE) != (uint32_t)file->data_word;
}

static struct tty *tty_of(const struct file *file)
{
	return file->data;
}

int tty_open(struct tty *tty, struct file *file)
{
	if (tty->exclusive && !process_capable(CAP_SYS_ADMIN))
		return -EBUSY;
	tty_get(tty);
	file->data = tty;
	file->data_word = __atomic_load_n(&tty->hangups, __ATOMIC_ACQUIRE);
	file->ops = &tty_file_ops;
	if (tty->driver->opened)
		tty->driver->opened(tty);
	if (!(file->flags & O_NOCTTY) && !tty->session)
		(void)tty_control(tty, false);
	return 0;
}

static long file_read_tty(struct file *file, struct io *io, uint64_t *position)
{
	struct tty *tty = tty_of(file);
	long error = tty_file_is_hung_up(tty, file) ? 0 : tty_check_background(tty, SIGTTIN);

	(void)position;
	return error ? error : tty_read(tty, file, io);
}

static bool has_room(void *data)
{
	const struct tty *tty = data;

	return (TTY_OUTPUT_BYTES - tty_output_pending(tty) >= TTY_CHUNK_BYTES && !tty->flow_stopped) || tty->closed;
}

/* What there is room for of a chunk; the rest is for the next turn. */
static size_t chunk_write(struct tty *tty, const uint8_t *bytes, size_t count)
{
	size_t done = 0;

	tty_lock(tty);
	if (!tty->flow_stopped)
		done = tty_output(tty, bytes, count);
	tty_unlock(tty);
	return done;
}

static long chunk_wait(struct tty *tty, const struct file *file)
{
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_until(&tty->writers, has_room, tty, WAIT_FOREVER) ? -ERESTARTSYS : 0;
}

static long file_write_tty(struct file *file, struct io *io, uint64_t *position)
{
	struct tty *tty = tty_of(file);
	uint8_t chunk[TTY_CHUNK_BYTES];
	long error = TTY_L(tty, TOSTOP) ? tty_check_background(tty, SIGTTOU) : 0;
	long total = 0;

	(void)position;
	while (io->left && !error) {
		struct io ahead = *io;
		size_t count = io_get(&ahead, chunk, io->left < sizeof(chunk) ? io->left : sizeof(chunk));
		size_t done;

		if (tty_file_is_hung_up(tty, file) || tty->closed) {
			error = -EIO;
			break;
		}
		if (!count) {
			error = -EFAULT;
			break;
		}
		done = chunk_write(tty, chunk, count);
		io_skip(io, done);
		total += (long)done;
		if (!done)
			error = chunk_wait(tty, file);
	}
	return total ? total : error;
}

static unsigned file_poll_tty(struct file *file, struct poll_entry *entry)
{
	struct tty *tty = tty_of(file);
	unsigned events = 0;
	uint32_t wanted = 1;

	poll_add(entry, &tty->readers);
	poll_add(entry, &tty->writers);
	if (tty_file_is_hung_up(tty, file) || tty->closed)
		return EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLRDNORM | EPOLLWRNORM;
	if (tty->driver->changed && entry && FILE_READABLE(file))
		tty->driver->changed(tty);
	if (!TTY_L(tty, ICANON) && !tty->termios.c_cc[VTIME] && tty->termios.c_cc[VMIN])
		wanted = tty->termios.c_cc[VMIN];
	if (tty_readable(tty) >= wanted)
		events |= EPOLLIN | EPOLLRDNORM;
	if (has_room(tty))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

static long file_ioctl_tty(struct file *file, unsigned request, uint64_t argument)
{
	return tty_ioctl(tty_of(file), file, request, argument);
}

static void file_release_tty(struct file *file)
{
	struct tty *tty = tty_of(file);

	if (tty->driver->released)
		tty->driver->released(tty);
	tty_put(tty);
}

const struct file_ops tty_file_ops = {
	.read = file_read_tty,
	.write = file_write_tty,
	.poll = file_poll_tty,
	.ioctl = file_ioctl_tty,
	.release = file_release_tty,
};
