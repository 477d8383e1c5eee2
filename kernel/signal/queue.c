/* Pending signals: of a thread, of a process. All under process->signal_lock. */
#include "kernel/signal/send.h"

#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"
#include "kernel/task/children.h"

#define IGNORED_BY_DEFAULT (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH) | SIGNAL_BIT(SIGCONT))
/* Faults and the like come before others, as in Linux. */
#define SYNCHRONOUS                                                                                                    \
	(SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGFPE) |    \
	 SIGNAL_BIT(SIGSYS))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

bool signal_is_ignored(const struct process *process, int signal)
{
	uint64_t handler = process->actions[signal - 1].handler;

	return handler == (uint64_t)(uintptr_t)SIG_IGN ||
	       (handler == (uint64_t)(uintptr_t)SIG_DFL && signal_set_has(IGNORED_BY_DEFAULT, signal));
}

bool thread_is_interrupted(const struct thread *thread)
{
	signal_set_t pending = thread->signals.pending | thread->process->pending;

	return thread->kick & KICK_EXIT || pending & ~thread->signals.blocked || thread->process->stopped;
}

/* The thread's kick bit says whether there is something to deliver, or a stop to observe. */
static void kick_update(struct thread *thread)
{
	const struct process *process = thread->process;

	if ((thread->signals.pending | process->pending) & ~thread->signals.blocked || process->stopped)
		__atomic_fetch_or(&thread->kick, KICK_SIGNAL, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&thread->kick, ~(uint32_t)KICK_SIGNAL, __ATOMIC_SEQ_CST);
}

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
	entry->info = *info;
	list_append(queue, &entry->list);
}

/* A signal that is ignored and not blocked is gone at once. */
static bool may_drop(const struct process *process, const struct thread *thread, int signal)
{
	return signal_is_ignored(process, signal) && !(thread && signal_set_has(thread->signals.blocked, signal));
}

void thread_kick(struct thread *thread)
{
	__atomic_fetch_or(&thread->kick, KICK_SIGNAL, __ATOMIC_SEQ_CST);
	if (thread != current && thread->host_tid)
		host_kick(thread->host_pid, thread->host_tid);
}

/* Wakes the thread out of whatever it does, if the signal is for it now. */
static bool notify(struct thread *thread, int signal)
{
	if (signal_set_has(thread->signals.blocked, signal))
		return false;
	thread_kick(thread);
	return true;
}

static struct thread *thread_by_id(struct process *process, int tid)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid)
			return thread;
	}
	return NULL;
}

void signal_send_thread(struct process *process, int tid, const siginfo_t *info)
{
	struct thread *thread;
	bool continued;

	lock_acquire(&process->signal_lock);
	continued = stop_signals_settle(process, info->si_signo);
	thread = thread_by_id(process, tid);
	if (thread && !may_drop(process, thread, info->si_signo)) {
		add(&thread->signals.pending, &thread->signals.queue, info);
		notify(thread, info->si_signo);
	}
	lock_release(&process->signal_lock);
	if (continued)
		child_changed(process, SIGCONT);
}

/* The signal is the whole process's: the first thread that does not block it takes it. */
static void process_add(struct process *process, const siginfo_t *info)
{
	struct thread *first;

	if (list_is_empty(&process->threads))
		return;
	first = list_entry(process->threads.next, struct thread, siblings);
	if (may_drop(process, first, info->si_signo))
		return;
	add(&process->pending, &process->signal_queue, info);
	list_for_each(at, &process->threads)
	{
		if (notify(list_entry(at, struct thread, siblings), info->si_signo))
			break;
	}
}

void signal_send_process(struct process *process, const siginfo_t *info)
{
	bool continued;

	lock_acquire(&process->signal_lock);
	continued = stop_signals_settle(process, info->si_signo);
	process_add(process, info);
	lock_release(&process->signal_lock);
	if (continued)
		child_changed(process, SIGCONT);
}

void signal_send_current(int signal)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

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
	kick_update(thread);
	lock_release(&process->signal_lock);
}

/* Takes the first queued signal of that number; the pending bit goes when none is left. */
static bool take(signal_set_t *pending, struct list *queue, int signal, siginfo_t *info)
{
	struct signal_info *found = NULL;

	if (!signal_set_has(*pending, signal))
		return false;
	*pending &= ~SIGNAL_BIT(signal);
	list_for_each(at, queue)
	{
		struct signal_info *entry = list_entry(at, struct signal_info, list);

		if (entry->info.si_signo != signal)
			continue;
		if (found) {
			*pending |= SIGNAL_BIT(signal);
			break;
		}
		found = entry;
	}
	*info = (siginfo_t){.si_signo = signal, .si_code = SI_USER};
	if (found) {
		*info = found->info;
		list_remove(&found->list);
		heap_free(found);
	}
	return true;
}

int signal_take(signal_set_t set, siginfo_t *info)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	signal_set_t pending;
	int signal = 0;

	lock_acquire(&process->signal_lock);
	pending = (thread->signals.pending | process->pending) & set;
	if (pending & SYNCHRONOUS)
		pending &= SYNCHRONOUS;
	if (pending) {
		signal = __builtin_ctzll(pending) + 1;
		if (!take(&thread->signals.pending, &thread->signals.queue, signal, info))
			take(&process->pending, &process->signal_queue, signal, info);
	}
	kick_update(thread);
	lock_release(&process->signal_lock);
	return signal;
}

signal_set_t signals_pending(void)
{
	struct process *process = process_current();
	signal_set_t pending;

	lock_acquire(&process->signal_lock);
	pending = current->signals.pending | process->pending;
	lock_release(&process->signal_lock);
	return pending;
}

void signal_mask_set(signal_set_t blocked)
{
	struct process *process = process_current();

	lock_acquire(&process->signal_lock);
	current->signals.blocked = blocked & ~UNBLOCKABLE;
	kick_update(current);
	lock_release(&process->signal_lock);
}

void signal_mask_set_temporarily(signal_set_t blocked)
{
	current->signals.saved = current->signals.blocked;
	current->signals.restore_saved = true;
	signal_mask_set(blocked);
}

void signal_mask_restore(void)
{
	if (!current->signals.restore_saved)
		return;
	current->signals.restore_saved = false;
	signal_mask_set(current->signals.saved);
}

void signal_queue_clear(struct list *queue)
{
	list_for_each_safe(at, after, queue)
	{
		list_remove(at);
		heap_free(list_entry(at, struct signal_info, list));
	}
}

static void drop(signal_set_t *pending, struct list *queue, int signal)
{
	siginfo_t info;

	while (take(pending, queue, signal, &info))
		continue;
}

void signal_drop(struct process *process, int signal)
{
	drop(&process->pending, &process->signal_queue, signal);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		drop(&thread->signals.pending, &thread->signals.queue, signal);
		kick_update(thread);
	}
}

void signal_drop_ignored(struct process *process, int signal)
{
	lock_acquire(&process->signal_lock);
	signal_drop(process, signal);
	lock_release(&process->signal_lock);
}

void signal_actions_default(struct process *process)
{
	for (int i = 0; i < SIGNAL_COUNT; i++) {
		struct signal_action *action = &process->actions[i];
		bool ignored = action->handler == (uint64_t)(uintptr_t)SIG_IGN;

		*action = (struct signal_action){.handler = (uint64_t)(uintptr_t)(ignored ? SIG_IGN : SIG_DFL)};
	}
}

void signal_actions_reset(struct process *process)
{
	signal_actions_default(process);
	current->signals.stack_base = 0;
	current->signals.stack_bytes = 0;
	current->signals.stack_flags = SS_DISABLE;
}
