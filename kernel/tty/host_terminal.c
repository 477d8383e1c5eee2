/* The guest's own terminal: see host_terminal.h. */
#include "kernel/tty/host_terminal.h"

#include <linux/errno.h>
#include <linux/poll.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/tty/pty.h"
#include "kernel/tty/tty.h"
#include "kernel/vfs/device.h"

#define CONSOLE_MAJOR 5
#define CONSOLE_MINOR 1
#define CONTROLLING_MINOR 0

static struct {
	struct tty *tty;
	int output;
	struct lock drain;    /* whoever has it writes */
	struct lock messages; /* guards what follows */
	bool sent;
	struct termios last; /* what the supervisor was told */
} console = {.output = -1};

bool host_terminal_exists(void)
{
	return console.tty != NULL;
}

static bool takes_output(void)
{
	static const struct __kernel_timespec no_time;
	struct pollfd entry = {.fd = console.output, .events = POLLOUT};

	return host_ppoll(&entry, 1, &no_time) > 0;
}

/* Everything, unless the host's terminal takes none: true. Nobody who serves others waits for that. */
static bool bytes_write(const uint8_t *bytes, size_t count)
{
	while (count && console.output >= 0) {
		long done = host_write(console.output, bytes, count);

		if (done == -EINTR && !(current->kick & KICK_EXIT))
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		count -= (size_t)done;
	}
	return true;
}

static void drain(struct tty *tty)
{
	uint8_t chunk[TTY_CHUNK_BYTES];
	size_t count;

	do {
		if (process_current()->pid == 0 && !takes_output())
			return;
		tty_lock(tty);
		count = tty_output_take(tty, chunk, sizeof(chunk));
		tty->due &= ~(unsigned)TTY_DUE_OUTPUT;
		tty_unlock(tty);
	} while (count && bytes_write(chunk, count));
}

static void console_output(struct tty *tty)
{
	/* Who comes while another writes leaves it to that one, which looks again behind its last write. */
	do {
		if (!lock_try(&console.drain))
			return;
		drain(tty);
		lock_release(&console.drain);
	} while (tty_output_pending(tty) && !tty->flow_stopped && process_current()->pid != 0);
}

/*
 * Of a terminal that the guest shares with others: input as it is typed, output as the guest's attributes say. Where
 * echoes have nowhere to go the host's own discipline does what the guest's attributes say. Of its own one: whatever.
 */
static struct termios host_attributes(struct tty *tty)
{
	struct termios attributes = {0};

	if (!tty->expanded)
		return attributes;
	tty_lock(tty);
	memcpy(&attributes, &tty->termios, sizeof(attributes));
	tty_unlock(tty);
	if (console.output >= 0) {
		attributes.c_iflag = 0;
		attributes.c_lflag = 0;
		attributes.c_cc[VMIN] = 1;
		attributes.c_cc[VTIME] = 0;
	}
	return attributes;
}

static bool wish_send(const struct kernel_control *message)
{
	long done;

	do
		done = host_write(kernel_boot()->control_fd, message, sizeof(*message));
	while (done == -EINTR && !(current->kick & KICK_EXIT));
	return done == sizeof(*message);
}

/* The first message also says that the guest wants input. */
static void console_changed(struct tty *tty)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_TERMIOS};
	struct termios wanted = host_attributes(tty);

	if (kernel_boot()->control_fd < 0)
		return;
	lock_acquire(&console.messages);
	if (!console.sent || memcmp(&console.last, &wanted, sizeof(wanted)) != 0) {
		memcpy(message.bytes, &wanted, sizeof(wanted));
		if (wish_send(&message)) {
			console.sent = true;
			console.last = wanted;
		}
	}
	lock_release(&console.messages);
}

static const struct tty_driver console_driver = {
	.output = console_output,
	.changed = console_changed,
};

void host_terminal_input(const uint8_t *bytes, size_t count)
{
	if (!console.tty)
		return;
	if (!count) {
		tty_hang_up(console.tty);
		return;
	}
	tty_lock(console.tty);
	tty_receive(console.tty, bytes, count);
	tty_unlock(console.tty);
}

void host_terminal_resize(unsigned rows, unsigned columns)
{
	if (console.tty)
		tty_window_change(console.tty,
				  &(struct window_size){.rows = (uint16_t)rows, .columns = (uint16_t)columns});
}

static int console_open(struct inode *inode, struct file *file)
{
	(void)inode;
	return console.tty ? tty_open(console.tty, file) : -ENXIO;
}

/* /dev/tty: whatever the calling process's is. */
static int controlling_open(struct inode *inode, struct file *file)
{
	struct tty *tty = tty_of_session(process_current()->session);
	int error = tty ? tty_open(tty, file) : -ENXIO;

	(void)inode;
	tty_put(tty);
	return error;
}

int host_terminal_init(unsigned index, int output)
{
	const struct kernel_stdio *stdio = &kernel_boot()->stdio[index];

	console.tty = tty_new(&console_driver, NULL);
	if (!console.tty)
		return -ENOMEM;
	console.output = output;
	/* Speeds are as they are at first: the host's attributes have none. */
	memcpy(&console.tty->termios, stdio->termios, sizeof(struct termios));
	console.tty->expanded = !stdio->raw;
	console.tty->window = (struct window_size){.rows = stdio->rows, .columns = stdio->columns};
	tty_list_add(console.tty);
	return 0;
}

int terminals_init(void)
{
	int error = pty_init(console.tty ? 1 : 0);

	/* Among the slaves, but none: what is registered last is found first. */
	if (!error && console.tty)
		error = device_register(PTY_SLAVE_MAJOR, 0, &tty_file_ops, console_open);
	if (!error)
		error = device_register(CONSOLE_MAJOR, CONSOLE_MINOR, &tty_file_ops, console_open);
	return error ? error : device_register(CONSOLE_MAJOR, CONTROLLING_MINOR, &tty_file_ops, controlling_open);
}
