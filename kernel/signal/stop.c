/* Job control: see stop.h. */
#include "kernel/signal/stop.h"

#include "kernel/host/host.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/task/children.h"
#include "kernel/task/exit.h"
#include "kernel/task/groups.h"

/* True if it was stopped. */
static bool stop_end(struct process *process)
{
	if (!process->stopped)
		return false;
	__atomic_store_n(&process->stopped, 0, __ATOMIC_SEQ_CST);
	host_futex_wake(&process->stopped, INT32_MAX);
	return true;
}

bool stop_signals_settle(struct process *process, int signal)
{
	if (signal == SIGKILL) {
		(void)stop_end(process);
	} else if (signal == SIGCONT) {
		for (int other = 1; other <= SIGNAL_COUNT; other++) {
			if (signal_set_has(STOP_SIGNALS, other))
				signal_drop(process, other);
		}
		return stop_end(process);
	} else if (signal > 0 && signal_set_has(STOP_SIGNALS, signal)) {
		signal_drop(process, SIGCONT);
	}
	return false;
}

void process_stop(struct process *process, int signal)
{
	bool first;

	if (signal != SIGSTOP && group_is_orphaned(process->group))
		return;
	lock_acquire(&process->signal_lock);
	/* What came meanwhile counts: a SIGKILL, or a SIGCONT that found nothing to continue. */
	first = !process->stopped && !process->exiting &&
		!((process->pending | current->signals.pending) & (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGCONT)));
	if (first) {
		__atomic_store_n(&process->stopped, 1, __ATOMIC_SEQ_CST);
		list_for_each(at, &process->threads) thread_kick(list_entry(at, struct thread, siblings), KICK_SIGNAL);
	}
	lock_release(&process->signal_lock);
	if (first)
		child_changed(process, signal);
}

void stop_observe(struct process *process)
{
	while (__atomic_load_n(&process->stopped, __ATOMIC_SEQ_CST) && !(current->kick & KICK_EXIT))
		host_futex_wait_uninterruptible(&process->stopped, 1);
	if (current->kick & KICK_EXIT)
		thread_leave();
}
