/* Sending signals: see send.h. */
#include "kernel/signal/send.h"

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/signal/signal.h"
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

/* A signal that is ignored and not blocked is gone at once. */
static bool may_drop(const struct process *process, const struct thread *thread, int signal)
{
	return signal_is_ignored(process, signal) && !(thread && signal_set_has(thread->signals.blocked, signal));
}

/* Wakes the thread out of whatever it does, if the signal is for it now. */
static bool notify(struct thread *thread, int signal)
{
	if (signal_set_has(thread->signals.blocked, signal))
		return false;
	__atomic_fetch_or(&thread->kick, KICK_SIGNAL, __ATOMIC_SEQ_CST);
	return true;
}

static void kick(const struct thread *thread)
{
	if (thread != current)
		host_kick(thread->host_pid, thread->host_tid);
}

void signal_send_thread(struct thread *thread, const siginfo_t *info)
{
	struct process *process = thread->process;
	bool wanted = false;

	lock_acquire(&process->signal_lock);
	if (!may_drop(process, thread, info->si_signo)) {
		add(&thread->signals.pending, &thread->signals.queue, info);
		wanted = notify(thread, info->si_signo);
	}
	lock_release(&process->signal_lock);
	if (wanted)
		kick(thread);
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

/* The thread that takes a signal for the whole process: the first that does not block it, or NULL. */
static struct thread *notify_any(struct process *process, int signal)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (notify(thread, signal))
			return thread;
	}
	return NULL;
}

void signal_send_process(struct process *process, const siginfo_t *info)
{
	struct thread *taker = NULL;
	struct thread *first;

	lock_acquire(&process->signal_lock);
	first = first_thread(process);
	if (first && !may_drop(process, first, info->si_signo)) {
		add(&process->pending, &process->signal_queue, info);
		taker = notify_any(process, info->si_signo);
	}
	lock_release(&process->signal_lock);
	if (taker)
		kick(taker);
}

void signal_send_group(int group, const siginfo_t *info)
{
	struct process *process = process_next(1);

	while (process) {
		struct process *next = process_next(process->pid + 1);

		if (process->group == group)
			signal_send_process(process, info);
		process_put(process);
		process = next;
	}
}

/* Queues the entry, unless it is queued already. */
static struct thread *timer_signal_add(struct process *process, struct thread *target, struct signal_info *entry)
{
	int signal = entry->info.si_signo;

	if (!list_is_empty(&entry->list))
		return NULL;
	list_append(target ? &target->signals.queue : &process->signal_queue, &entry->list);
	*(target ? &target->signals.pending : &process->pending) |= SIGNAL_BIT(signal);
	if (!target)
		return notify_any(process, signal);
	return notify(target, signal) ? target : NULL;
}

void signal_send_timer(struct process *process, int tid, struct signal_info *entry, uint64_t setting)
{
	struct thread *taker = NULL;
	struct thread *target;

	lock_acquire(&process->signal_lock);
	target = tid ? thread_by_id(process, tid) : first_thread(process);
	entry->setting = setting;
	entry->held_back = target && may_drop(process, target, entry->info.si_signo);
	if (target && !entry->held_back)
		taker = timer_signal_add(process, tid ? target : NULL, entry);
	lock_release(&process->signal_lock);
	if (taker)
		kick(taker);
}

void signal_kick_running(struct process *process, int tid, uint32_t why)
{
	struct thread *running = NULL;

	lock_acquire(&process->signal_lock);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if ((tid == 0 || thread->tid == tid) && !__atomic_load_n(&thread->idle, __ATOMIC_SEQ_CST)) {
			running = thread;
			__atomic_fetch_or(&thread->kick, why, __ATOMIC_SEQ_CST);
			break;
		}
	}
	lock_release(&process->signal_lock);
	if (running)
		kick(running);
}

void signal_send_current(int signal)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

	signal_send_thread(current, &info);
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
