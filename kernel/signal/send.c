/* Sending signals: see send.h. */
#include "kernel/signal/send.h"

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"
#include "kernel/signal/waiters.h"
#include "kernel/task/children.h"
#include "kernel/task/pid.h"

/* Standard signals are pending once, whatever came with the second; real-time signals queue. */
static void add(signal_set_t *pending, struct list *queue, const siginfo_t *info)
{
	struct signal_info *entry;

	if (info->si_signo < SIGRTMIN && signal_set_has(*pending, info->si_signo))
		return;
	*pending |= SIGNAL_BIT(info->si_signo);
	entry = heap_alloc(sizeof(*entry));
	/* Without memory the signal still comes, only nothing comes with it. */
	if (!entry)
		return;
	*entry = (struct signal_info){.info = *info};
	list_append(queue, &entry->list);
}

static bool is_powerless(const struct process *process, const siginfo_t *info)
{
	return process->actions[info->si_signo - 1].handler == (uint64_t)(uintptr_t)SIG_DFL &&
	       signal_is_spared(process, info);
}

/* A signal that does nothing and is not blocked is gone at once; but tracers see them all. */
static bool may_drop(const struct process *process, const struct thread *thread, const siginfo_t *info)
{
	if (thread && thread_is_traced(thread) && info->si_signo != SIGKILL)
		return false;
	return (signal_is_ignored(process, info->si_signo) || is_powerless(process, info)) &&
	       !(thread && signal_set_has(thread->signals.blocked, info->si_signo));
}

void thread_kick(struct thread *thread, uint32_t why)
{
	uint32_t before = __atomic_fetch_or(&thread->kick, why, __ATOMIC_SEQ_CST);

	if (thread->tracee) {
		tracee_ring(thread->tracee);
		/* A parked one is not in the host's hands, and looks before it goes on. */
		if (__atomic_load_n(&thread->tracee->state, __ATOMIC_SEQ_CST) != TRACEE_RUNS)
			return;
	}
	/* Who has been told and has not looked yet is not told again: who is told all the time gets nothing done. */
	if (!(before & why) && thread != current && thread->host_tid)
		host_kick(thread->host_pid, thread->host_tid);
}

/* Wakes the thread out of whatever it does, if the signal is for it now. */
static bool notify(struct thread *thread, int signal)
{
	if (signal_set_has(thread->signals.blocked, signal))
		return false;
	thread_kick(thread, KICK_SIGNAL);
	return true;
}

/* A signal for the whole process: the first thread that does not block it is to take it; of SIGKILL, any can. */
static void notify_any(struct process *process, int signal)
{
	list_for_each(at, &process->threads)
	{
		if (notify(list_entry(at, struct thread, siblings), signal) && signal != SIGKILL)
			return;
	}
}

void signal_retarget(struct process *process, signal_set_t signals)
{
	for (signals &= process->pending; signals; signals &= signals - 1)
		notify_any(process, __builtin_ctzll(signals) + 1);
}

static struct thread *first_thread(const struct process *process)
{
	return list_is_empty(&process->threads) ? NULL : list_entry(process->threads.next, struct thread, siblings);
}

static struct thread *thread_by_id(const struct process *process, int tid)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid)
			return thread;
	}
	return NULL;
}

/* What follows once the lock is released. */
static void told(struct process *process, bool continued)
{
	signal_waiters_wake(process);
	if (continued)
		child_changed(process, SIGCONT);
}

void signal_send_thread(struct process *process, int tid, const siginfo_t *info)
{
	struct thread *thread;
	bool continued;

	lock_acquire(&process->signal_lock);
	continued = stop_signals_settle(process, info->si_signo);
	thread = thread_by_id(process, tid);
	if (thread && !may_drop(process, thread, info)) {
		add(&thread->signals.pending, &thread->signals.queue, info);
		notify(thread, info->si_signo);
	}
	lock_release(&process->signal_lock);
	told(process, continued);
}

void signal_send_process(struct process *process, const siginfo_t *info)
{
	struct thread *first;
	bool continued;

	lock_acquire(&process->signal_lock);
	continued = stop_signals_settle(process, info->si_signo);
	first = first_thread(process);
	if (first && !may_drop(process, first, info)) {
		add(&process->pending, &process->signal_queue, info);
		notify_any(process, info->si_signo);
	}
	lock_release(&process->signal_lock);
	told(process, continued);
}

void signal_send_group(int group, const siginfo_t *info)
{
	struct process *process = process_next(1);

	while (process) {
		int next = process->pid + 1;

		if (process->group == group)
			signal_send_process(process, info);
		process_put(process);
		/* Only now: what a member was making when the signal came is there, or will not be. */
		process = process_next(next);
	}
}

/* Queues the entry, unless it is queued already. */
static void timer_signal_add(struct process *process, struct thread *target, struct signal_info *entry)
{
	int signal = entry->info.si_signo;

	if (!list_is_empty(&entry->list))
		return;
	list_append(target ? &target->signals.queue : &process->signal_queue, &entry->list);
	*(target ? &target->signals.pending : &process->pending) |= SIGNAL_BIT(signal);
	if (target)
		notify(target, signal);
	else
		notify_any(process, signal);
}

void signal_send_timer(struct process *process, int tid, struct signal_info *entry, uint64_t setting)
{
	struct thread *target;
	bool continued;

	lock_acquire(&process->signal_lock);
	continued = stop_signals_settle(process, entry->info.si_signo);
	target = tid ? thread_by_id(process, tid) : first_thread(process);
	entry->setting = setting;
	entry->held_back = target && may_drop(process, target, &entry->info);
	if (target && !entry->held_back)
		timer_signal_add(process, tid ? target : NULL, entry);
	lock_release(&process->signal_lock);
	told(process, continued);
}

void signal_kick_running(struct process *process, int tid, uint32_t why)
{
	lock_acquire(&process->signal_lock);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if ((tid == 0 || thread->tid == tid) && !__atomic_load_n(&thread->idle, __ATOMIC_SEQ_CST)) {
			thread_kick(thread, why);
			break;
		}
	}
	lock_release(&process->signal_lock);
}

void signal_kick_any(struct process *process, uint32_t why)
{
	struct thread *thread;

	lock_acquire(&process->signal_lock);
	thread = first_thread(process);
	if (thread)
		thread_kick(thread, why);
	lock_release(&process->signal_lock);
}

void signal_send_current(int signal)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_USER};

	/* As if it had killed itself: that is how Linux has it. */
	info.si_pid = process_current()->pid;
	info.si_uid = process_current()->credentials.uid;
	signal_send_thread(process_current(), current->tid, &info);
}

void signal_send_fault(const siginfo_t *info)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	struct signal_action *action = &process->actions[info->si_signo - 1];

	lock_acquire(&process->signal_lock);
	if (signal_set_has(thread->signals.blocked, info->si_signo) ||
	    action->handler == (uint64_t)(uintptr_t)SIG_IGN) {
		*action = (struct signal_action){.handler = (uint64_t)(uintptr_t)SIG_DFL};
		thread->signals.blocked &= ~SIGNAL_BIT(info->si_signo);
	}
	add(&thread->signals.pending, &thread->signals.queue, info);
	signal_kick_update(thread);
	lock_release(&process->signal_lock);
}
