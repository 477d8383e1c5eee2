/*
 * The guest's terminal: the host's, whose line discipline does the editing. Attributes are remembered here and sent
 * to the
 * supervisor, which sets them outside.
 */
#include <asm-generic/ioctls.h>
#include <asm-generic/termbits.h>
#include <linux/errno.h>

#include "kernel/fs/console.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/string.h"
#include "kernel/signal/send.h"
#include "kernel/task/process.h"
#include "kernel/vfs/device.h"

#define BITS_PER_SECOND 38400

struct window_size {
	uint16_t rows, columns, width, height; /* struct winsize */
};

static struct {
	struct lock lock;
	const struct console_end *end;
	struct termios termios;
	struct window_size window;
	int32_t foreground; /* process group */
	int32_t session;
} terminal;

/* As Linux does it, only a change is worth a signal. */
static void window_change(const struct window_size *window)
{
	const siginfo_t info = {.si_signo = SIGWINCH, .si_code = SI_KERNEL};
	bool changes;

	lock_acquire(&terminal.lock);
	changes = memcmp(&terminal.window, window, sizeof(*window)) != 0;
	terminal.window = *window;
	lock_release(&terminal.lock);
	if (changes && terminal.foreground)
		signal_send_group(terminal.foreground, &info);
}

void console_window_set(unsigned rows, unsigned columns)
{
	window_change(&(struct window_size){.rows = (uint16_t)rows, .columns = (uint16_t)columns});
}

static long attributes_get(uint64_t to, bool with_speeds)
{
	struct termios2 all = {.c_ispeed = BITS_PER_SECOND, .c_ospeed = BITS_PER_SECOND};

	lock_acquire(&terminal.lock);
	memcpy(&all, &terminal.termios, sizeof(terminal.termios));
	lock_release(&terminal.lock);
	return copy_to_user(to, &all, with_speeds ? sizeof(all) : sizeof(terminal.termios));
}

/* `request` is TCSETS, TCSETSW or TCSETSF: when the change is to take place. */
static long attributes_set(uint64_t from, unsigned request)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_TERMIOS, .value = request - TCSETS};
	struct termios attributes;

	if (copy_from_user(&attributes, from, sizeof(attributes)))
		return -EFAULT;
	lock_acquire(&terminal.lock);
	terminal.termios = attributes;
	lock_release(&terminal.lock);
	memcpy(message.bytes, &attributes, sizeof(attributes));
	if (kernel_boot()->control_fd >= 0)
		host_write(kernel_boot()->control_fd, &message, sizeof(message));
	return 0;
}

static long window_get(uint64_t to)
{
	struct window_size window;

	lock_acquire(&terminal.lock);
	window = terminal.window;
	lock_release(&terminal.lock);
	return copy_to_user(to, &window, sizeof(window));
}

static long window_set(uint64_t from)
{
	struct window_size window;

	if (copy_from_user(&window, from, sizeof(window)))
		return -EFAULT;
	window_change(&window);
	return 0;
}

/* The terminal belongs to the session of whoever first used it: the guest's first process. */
static bool is_controlling(void)
{
	return process_current()->session == terminal.session;
}

static long foreground_set(uint64_t from)
{
	uint32_t group;

	if (!is_controlling())
		return -ENOTTY;
	if (get_user_u32(&group, from))
		return -EFAULT;
	if ((int32_t)group < 0)
		return -EINVAL;
	terminal.foreground = (int32_t)group;
	return 0;
}

static long session_ioctl(unsigned request, uint64_t argument)
{
	switch (request) {
	case TIOCGPGRP:
		return is_controlling() ? put_user_u32(argument, (uint32_t)terminal.foreground) : -ENOTTY;
	case TIOCSPGRP:
		return foreground_set(argument);
	case TIOCGSID:
		return is_controlling() ? put_user_u32(argument, (uint32_t)terminal.session) : -ENOTTY;
	case TIOCSCTTY:
		return is_controlling() ? 0 : -EPERM;
	default:
		return -ENOTTY;
	}
}

static long terminal_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	(void)file;
	switch (request) {
	case TCGETS:
		return attributes_get(argument, false);
	case TCGETS2:
		return attributes_get(argument, true);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return attributes_set(argument, request);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return attributes_set(argument, request - TCSETS2 + TCSETS);
	case TIOCGWINSZ:
		return window_get(argument);
	case TIOCSWINSZ:
		return window_set(argument);
	case FIONREAD: /* how much there is only the host knows */
		return put_user_u32(argument, console_input_ready());
	case TIOCOUTQ:
	case TIOCGETD:
		return put_user_u32(argument, 0);
	case TCSBRK:
	case TCSBRKP:
	case TCXONC:
	case TCFLSH:
		return 0;
	default:
		return session_ioctl(request, argument);
	}
}

static const struct file_ops terminal_ops = {
	.read = console_read,
	.write = console_write,
	.poll = console_poll,
	.ioctl = terminal_ioctl,
};

static int terminal_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->data = (void *)(uintptr_t)terminal.end;
	if (!terminal.session) {
		terminal.session = process_current()->session;
		terminal.foreground = process_current()->group;
	}
	return 0;
}

int terminal_init(const struct console_end *end, unsigned stdio_index)
{
	const struct kernel_stdio *stdio = &kernel_boot()->stdio[stdio_index];
	int error;

	terminal.end = end;
	memcpy(&terminal.termios, stdio->termios, sizeof(terminal.termios));
	console_window_set(stdio->rows, stdio->columns);
	error = device_register(CONSOLE_MAJOR, CONSOLE_MINOR, &terminal_ops, terminal_open);
	if (!error)
		error = device_register(5, 0, &terminal_ops, terminal_open);
	return error ? error : device_register(5, 1, &terminal_ops, terminal_open);
}
