/*
 * Terminals: Linux's line discipline N_TTY over a driver, which is the host's terminal or the other end of a
 * pseudoterminal. Rules: termios(3), ioctl_tty(2), tty(4), pty(7).
 *
 * Input comes from the driver by tty_receive and is kept until read; output is put into a ring, from which the driver
 * takes it. Everything is guarded by tty->lock, but for what wait queues guard themselves. What a change leads to
 * (signals, wakes, output) happens in tty_unlock, when the lock is released.
 */
#ifndef KERNEL_TTY_TTY_H
#define KERNEL_TTY_TTY_H

#include <asm-generic/termbits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/lock.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/wait.h"

#define TTY_INPUT_BYTES 4096u
#define TTY_OUTPUT_BYTES 8192u
/* What tty_write takes from the application at a time. */
#define TTY_CHUNK_BYTES 256u

struct tty;
struct process;

struct window_size { /* struct winsize */
	uint16_t rows, columns, width, height;
};

struct tty_driver {
	/* There is output to take, or room for it was made: called without locks. */
	void (*output)(struct tty *tty);
	/* Attributes, or who is to read, changed: called without locks. NULL: the driver does not care. */
	void (*changed)(struct tty *tty);
	/* A file was opened on it, or given up. NULL: the driver does not count. */
	void (*opened)(struct tty *tty);
	void (*released)(struct tty *tty);
};

/* What tty_unlock has to do. */
enum {
	TTY_DUE_READERS = 1,
	TTY_DUE_WRITERS = 2,
	TTY_DUE_OUTPUT = 4,
	TTY_DUE_CHANGED = 8,
	TTY_DUE_HANGUP = 16,
};

struct tty {
	struct lock lock;
	struct list all; /* guarded by the list's lock (tty/session.c) */
	uint32_t references;
	const struct tty_driver *driver;
	void *data;      /* the driver's */
	void *owned;     /* a heap block that goes with the tty; NULL */
	unsigned number; /* /dev/pts/N */

	struct termios2 termios;
	struct window_size window;
	int32_t session;    /* whose controlling terminal it is; 0: nobody's */
	int32_t foreground; /* process group */
	uint32_t hangups;   /* files opened before the last one are of no use */
	bool exclusive;
	bool flow_stopped; /* by ^S or TCOOFF */
	bool literal_next; /* the next character is itself, whatever it means */
	bool erasing;      /* ECHOPRT: what is erased is being printed, behind a backslash */
	bool closed;       /* there is nothing behind the driver any more */
	bool expanded;     /* the driver's device, not we, expands newlines and tabs */

	/* A ring: positions count on for ever. line_head: the end of the last line that is complete. */
	uint8_t input[TTY_INPUT_BYTES];
	uint64_t line_ends[TTY_INPUT_BYTES / 64];
	uint32_t head, line_head, tail;
	unsigned column, line_column; /* where the cursor is, and was when the line began */

	uint8_t output[TTY_OUTPUT_BYTES];
	uint32_t output_head, output_tail;

	struct wait_queue readers, writers;
	unsigned due;
	uint32_t signals_due; /* for the foreground group: bit n for signal n */
};

/* A tty with Linux's first attributes and one reference; NULL: no memory. */
struct tty *tty_new(const struct tty_driver *driver, void *data);
void tty_get(struct tty *tty);
void tty_put(struct tty *tty);

static inline void tty_lock(struct tty *tty)
{
	lock_acquire(&tty->lock);
}
void tty_unlock(struct tty *tty);

/* A special character: none if it is switched off. */
static inline bool tty_is(const struct tty *tty, unsigned which, uint8_t c)
{
	return tty->termios.c_cc[which] == c && c != 0;
}
#define TTY_L(tty, flag) ((tty)->termios.c_lflag & (flag))
#define TTY_I(tty, flag) ((tty)->termios.c_iflag & (flag))
#define TTY_O(tty, flag) ((tty)->termios.c_oflag & (flag))

/* --- input.c: from the driver. Locked. --- */
void tty_receive(struct tty *tty, const uint8_t *bytes, size_t count);
void tty_flush_input(struct tty *tty);
/* Canonical mode was switched on or off. */
void tty_mode_changed(struct tty *tty, bool was_canonical);
/* Bytes that a read would get now. */
uint32_t tty_readable(const struct tty *tty);

/* --- output.c. Locked. --- */
/* Takes as many as there is room for, as the attributes have it: how many. */
size_t tty_output(struct tty *tty, const uint8_t *bytes, size_t count);
void tty_echo(struct tty *tty, uint8_t c);
/* A control character as ^X. */
void tty_echo_visible(struct tty *tty, uint8_t c);
void tty_echo_text(struct tty *tty, const char *text);
void tty_flush_output(struct tty *tty);
/* The driver's: takes up to `size` bytes out, none while the flow is stopped. */
size_t tty_output_take(struct tty *tty, uint8_t *to, size_t size);

static inline uint32_t tty_output_pending(const struct tty *tty)
{
	return tty->output_head - tty->output_tail;
}

/* --- read.c, file.c, ioctl.c: what files do --- */
extern const struct file_ops tty_file_ops;
long tty_read(struct tty *tty, struct file *file, struct io *io);
long tty_ioctl(struct tty *tty, struct file *file, unsigned request, uint64_t argument);
void tty_window_change(struct tty *tty, const struct window_size *window);
/* The same for a pseudoterminal's master, which has no attributes of its own. -ENOTTY for the others. */
long tty_attributes_ioctl(struct tty *tty, unsigned request, uint64_t argument);
/* Makes an open file one of the tty (a reference is taken), and the tty the controlling one if it is to be. */
int tty_open(struct tty *tty, struct file *file);
bool tty_file_is_hung_up(const struct tty *tty, const struct file *file);

/* --- session.c: controlling terminals and job control --- */
/* The controlling terminal of the calling process, with a reference; NULL: none. */
struct tty *tty_of_session(int session);
void tty_list_add(struct tty *tty);
/* Makes it the controlling terminal of the calling process's session: 0 or -EPERM. Steals it if `force`. */
int tty_control(struct tty *tty, bool force);
/* The calling process may change the terminal: 0, -EIO, or -ERESTARTSYS with SIGTTOU sent. Not locked. */
int tty_check_background(struct tty *tty, int signal);
/* The line is gone: the session's leader is told, and at its end the foreground; files are of no use. Not locked. */
void tty_hang_up(struct tty *tty);
/*
 * It is nobody's controlling terminal any more; the job in the foreground gets the signals (bit n: signal n). Not
 * locked.
 */
void tty_give_up(struct tty *tty, uint32_t signals);
/* A session's leader has ended. */
void tty_session_end(struct process *leader);

#endif
