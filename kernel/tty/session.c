/* Controlling terminals, job control, and what happens when a line is gone. See tty.h; credentials(7). */
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/signal.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/table.h"
#include "kernel/task/groups.h"
#include "kernel/task/pid.h"
#include "kernel/tty/tty.h"

/* Guards the list and who is whose controlling terminal. Comes before a tty's own lock. */
static struct lock sessions_lock;
static struct list all_ttys = {&all_ttys, &all_ttys};

static const uint8_t first_characters[NCCS] = {
	[VINTR] = 3,  [VQUIT] = 28, [VERASE] = 127,  [VKILL] = 21,    [VEOF] = 4,     [VMIN] = 1,    [VSTART] = 17,
	[VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22,
};

struct tty *tty_new(const struct tty_driver *driver, void *data)
{
	struct tty *tty = heap_new(struct tty);

	if (!tty)
		return NULL;
	tty->references = 1;
	tty->driver = driver;
	tty->data = data;
	tty->termios = (struct termios2){
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B38400 | CS8 | CREAD,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		.c_ispeed = 38400,
		.c_ospeed = 38400,
	};
	for (unsigned i = 0; i < NCCS; i++)
		tty->termios.c_cc[i] = first_characters[i];
	wait_queue_init(&tty->readers);
	wait_queue_init(&tty->writers);
	list_init(&tty->all);
	return tty;
}

void tty_get(struct tty *tty)
{
	__atomic_fetch_add(&tty->references, 1, __ATOMIC_RELAXED);
}

void tty_put(struct tty *tty)
{
	bool last;

	if (!tty)
		return;
	lock_acquire(&sessions_lock);
	last = __atomic_sub_fetch(&tty->references, 1, __ATOMIC_ACQ_REL) == 0;
	if (last)
		list_remove(&tty->all);
	lock_release(&sessions_lock);
	if (!last)
		return;
	heap_free(tty->owned);
	heap_free(tty);
}

void tty_list_add(struct tty *tty)
{
	lock_acquire(&sessions_lock);
	list_append(&all_ttys, &tty->all);
	lock_release(&sessions_lock);
}

static void signals_send(int32_t group, uint32_t signals)
{
	while (group && signals) {
		siginfo_t info = {.si_signo = __builtin_ctz(signals), .si_code = SI_KERNEL};

		signals &= signals - 1;
		signal_send_group(group, &info);
	}
}

void tty_unlock(struct tty *tty)
{
	unsigned due = tty->due;
	uint32_t signals = tty->signals_due;
	int32_t group = tty->foreground;

	tty->due = 0;
	tty->signals_due = 0;
	lock_release(&tty->lock);
	if (due & TTY_DUE_OUTPUT)
		tty->driver->output(tty);
	if (due & TTY_DUE_CHANGED && tty->driver->changed)
		tty->driver->changed(tty);
	if (due & TTY_DUE_READERS)
		wait_queue_wake(&tty->readers, EPOLLIN | EPOLLRDNORM);
	if (due & TTY_DUE_WRITERS)
		wait_queue_wake(&tty->writers, EPOLLOUT | EPOLLWRNORM);
	if (due & TTY_DUE_HANGUP) {
		wait_queue_wake(&tty->readers, EPOLLIN | EPOLLHUP | EPOLLERR);
		wait_queue_wake(&tty->writers, EPOLLOUT | EPOLLHUP | EPOLLERR);
	}
	signals_send(group, signals);
}

static struct tty *find(int session)
{
	list_for_each(at, &all_ttys)
	{
		struct tty *tty = list_entry(at, struct tty, all);

		if (tty->session == session)
			return tty;
	}
	return NULL;
}

struct tty *tty_of_session(int session)
{
	struct tty *tty;

	lock_acquire(&sessions_lock);
	tty = find(session);
	if (tty)
		tty_get(tty);
	lock_release(&sessions_lock);
	return tty;
}

int tty_control(struct tty *tty, bool force)
{
	struct process *process = process_current();
	int error = -EPERM;

	lock_acquire(&sessions_lock);
	if (tty->session == process->session) {
		error = 0;
	} else if (process->session == process->pid && !find(process->session) && (!tty->session || force)) {
		tty->session = process->session;
		tty->foreground = process->group;
		error = 0;
	}
	lock_release(&sessions_lock);
	return error;
}

static bool is_blocked_or_ignored(int signal)
{
	const struct process *process = process_current();

	return signal_set_has(current->signals.blocked, signal) ||
	       process->actions[signal - 1].handler == (uint64_t)(uintptr_t)SIG_IGN;
}

int tty_check_background(struct tty *tty, int signal)
{
	struct process *process = process_current();
	siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

	if (tty->session != process->session || !tty->foreground || tty->foreground == process->group)
		return 0;
	if (is_blocked_or_ignored(signal))
		return signal == SIGTTIN ? -EIO : 0;
	if (group_is_orphaned(process->group))
		return -EIO;
	signal_send_group(process->group, &info);
	return -ERESTARTSYS;
}

void tty_give_up(struct tty *tty, uint32_t signals)
{
	int32_t foreground;

	lock_acquire(&sessions_lock);
	foreground = tty->foreground;
	tty->session = tty->foreground = 0;
	lock_release(&sessions_lock);
	signals_send(foreground, signals);
}

void tty_hang_up(struct tty *tty)
{
	int32_t session, foreground;
	struct process *leader;
	siginfo_t info = {.si_code = SI_KERNEL};

	lock_acquire(&sessions_lock);
	session = tty->session;
	foreground = tty->foreground;
	tty->session = tty->foreground = 0;
	lock_release(&sessions_lock);
	tty_lock(tty);
	tty->hangups++;
	tty->flow_stopped = false;
	tty_flush_input(tty);
	tty->due |= TTY_DUE_HANGUP;
	tty_unlock(tty);
	leader = session ? process_find(session) : NULL;
	if (leader) {
		leader->orphaned_foreground = foreground;
		info.si_signo = SIGHUP;
		signal_send_process(leader, &info);
		info.si_signo = SIGCONT;
		signal_send_process(leader, &info);
	}
	process_put(leader);
}

void tty_session_end(struct process *leader)
{
	struct tty *tty = tty_of_session(leader->session);

	if (!tty) {
		signals_send(leader->orphaned_foreground, 1u << SIGHUP | 1u << SIGCONT);
		return;
	}
	/* Files stay, too: Linux hangs up real lines only. */
	tty_give_up(tty, 1u << SIGHUP);
	tty_put(tty);
}
