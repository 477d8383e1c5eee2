/* Attributes and state of a terminal: ioctl_tty(2), TCSETS(2const). See tty.h. */
#include <asm-generic/ioctls.h>
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/lib/string.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/tty/tty.h"

#define DISCIPLINE_N_TTY 0

static long attributes_get(struct tty *tty, user_t to, size_t bytes)
{
	struct termios2 attributes;

	tty_lock(tty);
	attributes = tty->termios;
	tty_unlock(tty);
	return copy_to_user(to, &attributes, bytes);
}

static bool is_drained(void *data)
{
	return !tty_output_pending(data) || ((struct tty *)data)->closed;
}

static long drain(struct tty *tty)
{
	return wait_until(&tty->writers, is_drained, tty, WAIT_FOREVER) ? -ERESTARTSYS : 0;
}

/* `how`: 0 now, 1 when the output is out (TCSETSW), 2 and what was typed is dropped (TCSETSF). */
static long attributes_set(struct tty *tty, user_t from, size_t bytes, unsigned how)
{
	struct termios2 attributes;
	bool was_canonical;
	long error = tty_check_background(tty, SIGTTOU);

	tty_lock(tty);
	attributes = tty->termios;
	tty_unlock(tty);
	if (!error)
		error = copy_from_user(&attributes, from, bytes);
	if (!error && how)
		error = drain(tty);
	if (error)
		return error;
	tty_lock(tty);
	if (how == 2)
		tty_flush_input(tty);
	was_canonical = TTY_L(tty, ICANON);
	tty->termios = attributes;
	tty_mode_changed(tty, was_canonical);
	if (!TTY_I(tty, IXON) && tty->flow_stopped) {
		tty->flow_stopped = false;
		tty->due |= TTY_DUE_OUTPUT;
	}
	tty->due |= TTY_DUE_CHANGED;
	tty_unlock(tty);
	return 0;
}

static long window_get(struct tty *tty, user_t to)
{
	struct window_size window;

	tty_lock(tty);
	window = tty->window;
	tty_unlock(tty);
	return copy_to_user(to, &window, sizeof(window));
}

static long window_set(struct tty *tty, user_t from)
{
	struct window_size window;

	if (copy_from_user(&window, from, sizeof(window)))
		return -EFAULT;
	tty_window_change(tty, &window);
	return 0;
}

void tty_window_change(struct tty *tty, const struct window_size *window)
{
	tty_lock(tty);
	/* Only a change is worth a signal. */
	if (memcmp(&tty->window, window, sizeof(*window)) != 0)
		tty->signals_due |= 1u << SIGWINCH;
	tty->window = *window;
	tty_unlock(tty);
}

static long flush(struct tty *tty, uint64_t which)
{
	if (which > TCIOFLUSH)
		return -EINVAL;
	tty_lock(tty);
	if (which == TCIFLUSH || which == TCIOFLUSH)
		tty_flush_input(tty);
	if (which == TCOFLUSH || which == TCIOFLUSH)
		tty_flush_output(tty);
	tty_unlock(tty);
	return 0;
}

/* TCIOFF and TCION are for the other end, which has no use for them. */
static long flow_control(struct tty *tty, uint64_t what)
{
	if (what > TCION)
		return -EINVAL;
	tty_lock(tty);
	if (what == TCOOFF)
		tty->flow_stopped = true;
	else if (what == TCOON && tty->flow_stopped) {
		tty->flow_stopped = false;
		tty->due |= TTY_DUE_OUTPUT;
	}
	tty_unlock(tty);
	return 0;
}

long tty_attributes_ioctl(struct tty *tty, unsigned request, uint64_t argument)
{
	long error;

	switch (request) {
	case TCGETS:
		return attributes_get(tty, argument, sizeof(struct termios));
	case TCGETS2:
		return attributes_get(tty, argument, sizeof(struct termios2));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return attributes_set(tty, argument, sizeof(struct termios), request - TCSETS);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return attributes_set(tty, argument, sizeof(struct termios2), request - TCSETS2);
	case TIOCGWINSZ:
		return window_get(tty, argument);
	case TIOCSWINSZ:
		return window_set(tty, argument);
	case TCFLSH:
		error = tty_check_background(tty, SIGTTOU);
		return error ? error : flush(tty, argument);
	case TCXONC:
		error = tty_check_background(tty, SIGTTOU);
		return error ? error : flow_control(tty, argument);
	case TCSBRK: /* with an argument: tcdrain */
	case TCSBRKP:
		error = tty_check_background(tty, SIGTTOU);
		return error ? error : drain(tty);
	default:
		return -ENOTTY;
	}
}

static bool is_controlling(const struct tty *tty)
{
	return tty->session && tty->session == process_current()->session;
}

/* 0, -EPERM: another session's; -ESRCH: nobody has it. */
static int group_check(int group, int session)
{
	struct process *process = process_next(1);
	int error = -ESRCH;

	while (process && error) {
		int next = process->pid + 1;

		if (process->group == group)
			error = process->session == session ? 0 : -EPERM;
		process_put(process);
		process = error ? process_next(next) : NULL;
	}
	process_put(process);
	return error;
}

static long foreground_set(struct tty *tty, user_t from)
{
	long error = tty_check_background(tty, SIGTTOU);
	uint32_t group;

	if (error)
		return error;
	if (!is_controlling(tty))
		return -ENOTTY;
	if (get_user_u32(&group, from))
		return -EFAULT;
	if ((int32_t)group < 0)
		return -EINVAL;
	error = group_check((int32_t)group, tty->session);
	if (!error)
		tty->foreground = (int32_t)group;
	return error;
}

/* TIOCNOTTY: a leader gives the terminal up for its session; others leave it by setsid alone. */
static long control_give_up(struct tty *tty)
{
	if (!is_controlling(tty))
		return -ENOTTY;
	if (process_current()->session == process_current()->pid)
		tty_give_up(tty, 1u << SIGHUP | 1u << SIGCONT);
	return 0;
}

static long exclusive_set(struct tty *tty, bool on)
{
	tty->exclusive = on;
	return 0;
}

long tty_ioctl(struct tty *tty, struct file *file, unsigned request, uint64_t argument)
{
	if (tty_file_is_hung_up(tty, file))
		return request == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (request) {
	case TIOCGPGRP:
		return is_controlling(tty) ? put_user_u32(argument, (uint32_t)tty->foreground) : -ENOTTY;
	case TIOCSPGRP:
		return foreground_set(tty, argument);
	case TIOCGSID:
		return is_controlling(tty) ? put_user_u32(argument, (uint32_t)tty->session) : -ENOTTY;
	case TIOCSCTTY:
		return tty_control(tty, argument == 1 && process_capable(CAP_SYS_ADMIN));
	case TIOCNOTTY:
		return control_give_up(tty);
	case FIONREAD:
		return put_user_u32(argument, tty_readable(tty));
	case TIOCOUTQ:
		return put_user_u32(argument, tty_output_pending(tty));
	case TIOCGETD:
		return put_user_u32(argument, DISCIPLINE_N_TTY);
	case TIOCEXCL:
		return exclusive_set(tty, true);
	case TIOCNXCL:
		return exclusive_set(tty, false);
	case TIOCGEXCL:
		return put_user_u32(argument, tty->exclusive);
	default:
		return tty_attributes_ioctl(tty, request, argument);
	}
}
