/* Reading from a terminal: lines in canonical mode, else as VMIN and VTIME say (termios(3)). See tty.h. */
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/syscall/table.h"
#include "kernel/task/time.h"
#include "kernel/tty/edit.h"
#include "kernel/tty/tty.h"

#define NS_PER_TENTH 100000000ull

/* Up to a line, into a buffer. The tty is locked. An end of file in front is taken alone: *ended. */
static size_t line_take(struct tty *tty, uint8_t *to, size_t size, bool *ended)
{
	size_t count = 0;

	*ended = false;
	while (count < size && tty->tail != tty->line_head && !*ended) {
		uint32_t at = tty->tail;
		uint8_t c = tty->input[at % TTY_INPUT_BYTES];

		*ended = tty_line_ends_at(tty, at);
		tty->tail++;
		tty_line_unmark(tty, at);
		if (!*ended || c)
			to[count++] = c;
	}
	return count;
}

static size_t bytes_take(struct tty *tty, uint8_t *to, size_t size)
{
	size_t count = 0;

	while (count < size && tty->tail != tty->head) {
		to[count++] = tty->input[tty->tail % TTY_INPUT_BYTES];
		tty_line_unmark(tty, tty->tail++);
	}
	tty->line_head = tty->tail;
	return count;
}

struct waiting {
	struct tty *tty;
	const struct file *file;
	uint32_t wanted;
};

static bool is_readable(void *data)
{
	const struct waiting *waiting = data;

	return tty_readable(waiting->tty) >= waiting->wanted || waiting->tty->closed ||
	       tty_file_is_hung_up(waiting->tty, waiting->file);
}

/* One turn: what is there, up to a chunk. *done: nothing more is to be waited for. */
static long chunk_read(struct tty *tty, struct io *io, bool *done)
{
	uint8_t chunk[TTY_CHUNK_BYTES];
	size_t size = io->left < sizeof(chunk) ? io->left : sizeof(chunk);
	size_t count;

	tty_lock(tty);
	if (TTY_L(tty, ICANON)) {
		uint32_t before = tty->tail;

		count = line_take(tty, chunk, size, done);
		*done |= tty->tail == before ? false : count < size;
	} else {
		count = bytes_take(tty, chunk, size);
		*done = false;
	}
	tty->due |= TTY_DUE_CHANGED;
	tty_unlock(tty);
	return io_put(io, chunk, count) == count ? (long)count : -EFAULT;
}

/* How long to wait for the first byte, or between bytes; 0: not at all. */
static uint64_t patience_ns(const struct tty *tty, bool have_some)
{
	uint64_t tenths = tty->termios.c_cc[VTIME] * NS_PER_TENTH;

	if (TTY_L(tty, ICANON))
		return WAIT_FOREVER;
	if (tty->termios.c_cc[VMIN] == 0 || have_some)
		return tenths ? tenths : tty->termios.c_cc[VMIN] ? WAIT_FOREVER : 0;
	return WAIT_FOREVER;
}

static bool is_enough(const struct tty *tty, size_t count)
{
	return TTY_L(tty, ICANON) || count >= tty->termios.c_cc[VMIN];
}

static long end_of_wait(int error, long count)
{
	if (count || error == -ETIMEDOUT)
		return count;
	return error == -EINTR ? -ERESTARTSYS : error;
}

long tty_read(struct tty *tty, struct file *file, struct io *io)
{
	struct waiting waiting = {.tty = tty, .file = file, .wanted = 1};
	long count = 0;
	bool done = false;

	while (io->left && !done) {
		uint64_t patience;
		long got;
		int error = 0;

		if (tty_file_is_hung_up(tty, file))
			break;
		got = chunk_read(tty, io, &done);
		if (got < 0)
			return count ? count : got;
		count += got;
		if (done || !io->left || (got && TTY_L(tty, ICANON) && !tty_readable(tty)))
			break;
		if (got)
			continue;
		if (tty->closed)
			return count ? count : -EIO;
		if (is_enough(tty, (size_t)count) && count)
			break;
		patience = patience_ns(tty, count != 0);
		if (patience == 0)
			break;
		if (file->flags & O_NONBLOCK)
			return count ? count : -EAGAIN;
		error = wait_until(&tty->readers, is_readable, &waiting,
				   patience == WAIT_FOREVER ? WAIT_FOREVER : deadline_after(patience));
		if (error)
			return end_of_wait(error, count);
	}
	return count;
}
