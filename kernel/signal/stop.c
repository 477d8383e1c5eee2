/* Job control: see stop.h. */
#include "kernel/signal/stop.h"

#include "kernel/host/host.h"
#include "kernel/ptrace/memory.h"
#include "kernel/ptrace/ptrace.h"
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

void stop_look_up(struct process *process)
{
	if (!process->stopped)
		return;
	/* Who looked at its kicks before they were there does not sleep on this value. */
	__atomic_fetch_add(&process->stopped, 1, __ATOMIC_SEQ_CST);
	host_futex_wake(&process->stopped, INT32_MAX);
}

bool stop_signals_settle(struct process *process, int signal)
{
	bool continued = false;

	if (signal == SIGKILL) {
		(void)stop_end(process);
		process->stop_report = 0;
	} else if (signal == SIGCONT) {
		process->stop_taken = false;
		for (int other = 1; other <= SIGNAL_COUNT; other++) {
			if (signal_set_has(STOP_SIGNALS, other))
				signal_drop(process, other);
		}
		continued = stop_end(process);
		process->stop_report = 0;
		process->continue_report |= continued;
		tracees_continue(process);
	} else if (signal > 0 && signal_set_has(STOP_SIGNALS, signal)) {
		signal_drop(process, SIGCONT);
	}
	return continued;
}

void process_stop(struct process *process, int signal)
{
	bool first;

	if (signal != SIGSTOP && group_is_orphaned(process->group))
		return;
	lock_acquire(&process->signal_lock);
	/*
	 * Tracees run in a stopped process, too. What came since the signal was taken counts: a SIGKILL, or a SIGCONT,
	 * which may have found nothing to do.
	 */
	first = (!process->stopped || thread_is_traced(current)) && !process->exiting && process->stop_taken &&
		!((process->pending | current->signals.pending) & SIGNAL_BIT(SIGKILL));
	if (first) {
		process->stop_taken = false;
		process->stop_report = process->stop_signal = signal;
		process->stop_count++;
		process->continue_report = false;
		__atomic_store_n(&process->stopped, 1, __ATOMIC_SEQ_CST);
		list_for_each(at, &process->threads) thread_kick(list_entry(at, struct thread, siblings), KICK_SIGNAL);
	}
	lock_release(&process->signal_lock);
	if (first)
		child_changed(process, signal);
}

void stop_observe(struct process *process)
{
	uint32_t stopped;

	while ((stopped = __atomic_load_n(&process->stopped, __ATOMIC_SEQ_CST)) && !(current->kick & KICK_EXIT)) {
		if (current->kick & KICK_ASKED)
			memory_serve();
		if (thread_is_traced(current)) {
			tracee_observe();
			break;
		}
		host_futex_wait_uninterruptible(&process->stopped, stopped);
	}
	if (current->kick & KICK_EXIT)
		thread_leave();
}
