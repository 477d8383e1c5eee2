/* Pending signals: of a thread, of a process. All under process->signal_lock. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/mm/mm.h"
#include "kernel/ptrace/memory.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"
#include "kernel/signal/timers.h"
#include "kernel/task/words_now.h"

/* Faults and the like come before others, as in Linux. */
#define SYNCHRONOUS                                                                                                    \
	(SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGFPE) |    \
	 SIGNAL_BIT(SIGSYS))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

bool signal_is_ignored(const struct process *process, int signal)
{
	uint64_t handler = process->actions[signal - 1].handler;

	return handler == (uint64_t)(uintptr_t)SIG_IGN ||
	       (handler == (uint64_t)(uintptr_t)SIG_DFL && signal_set_has(SIGNALS_IGNORED_BY_DEFAULT, signal));
}

bool signal_is_spared(const struct process *process, const siginfo_t *info)
{
	return process->pid == 1 &&
	       (info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE) && info->si_pid > 1;
}

static bool is_to_look(const struct thread *thread)
{
	return (thread->signals.pending | thread->process->pending) & ~thread->signals.blocked ||
	       tracee_stop_is_due(thread);
}

/* Signals were taken away. Setting the bit is for thread_kick: without the host's kick others stay asleep with it. */
static void kick_settle(struct thread *thread)
{
	if (!is_to_look(thread))
		__atomic_fetch_and(&thread->kick, ~(uint32_t)KICK_SIGNAL, __ATOMIC_SEQ_CST);
}

void signal_kick_update(struct thread *thread)
{
	if (is_to_look(thread))
		__atomic_fetch_or(&thread->kick, KICK_SIGNAL, __ATOMIC_SEQ_CST);
	else
		kick_settle(thread);
}

bool thread_is_interrupted(struct thread *thread)
{
	struct process *process = thread->process;
	signal_set_t pending;

	if (__atomic_load_n(&thread->kick, __ATOMIC_ACQUIRE)) {
		if (thread->kick & KICK_TIMERS)
			timers_look();
		if (thread->kick & KICK_MEMORY)
			mm_refresh();
		if (thread->kick & KICK_WORDS)
			words_now_tell();
		if (thread->kick & KICK_ASKED)
			memory_serve();
		/* The signal may have been another thread's in the end: a kick that is kept would end every wait. */
		lock_acquire(&process->signal_lock);
		signal_kick_update(thread);
		lock_release(&process->signal_lock);
	}
	pending = thread->signals.pending | process->pending;
	return thread->kick & (KICK_EXIT | KICK_TRACE) || pending & ~thread->signals.blocked ||
	       tracee_stop_is_due(thread);
}

static void entry_put(struct signal_info *entry)
{
	if (!entry->kept)
		heap_free(entry);
}

/* Takes the first queued signal of that number; the pending bit goes when none is left. */
static bool take(signal_set_t *pending, struct list *queue, int signal, struct signal_info *out)
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
	*out = (struct signal_info){.info = {.si_signo = signal, .si_code = SI_USER}};
	if (found) {
		out->info = found->info;
		out->setting = found->setting;
		list_remove(&found->list);
		entry_put(found);
	}
	return true;
}

static int first_of(signal_set_t pending)
{
	if (pending & SYNCHRONOUS)
		pending &= SYNCHRONOUS;
	return pending ? __builtin_ctzll(pending) + 1 : 0;
}

/*
 * The first of the set, in Linux's order: the thread's own, then the process's; 0: none. Whether it was for the whole
 * process in *shared.
 */
static int take_first(signal_set_t set, struct signal_info *out, bool *shared)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	int signal;

	lock_acquire(&process->signal_lock);
	signal = first_of(thread->signals.pending & set);
	*shared = !signal;
	if (signal)
		take(&thread->signals.pending, &thread->signals.queue, signal, out);
	else if ((signal = first_of(process->pending & set)) != 0)
		take(&process->pending, &process->signal_queue, signal, out);
	if (signal && signal_set_has(STOP_SIGNALS, signal))
		process->stop_taken = true;
	signal_kick_update(thread);
	lock_release(&process->signal_lock);
	return signal;
}

int signal_take(signal_set_t set, siginfo_t *info)
{
	struct process *process = process_current();
	struct signal_info taken = {0};
	bool shared;
	int signal;

	do {
		signal = take_first(set, &taken, &shared);
		if (signal == SIGALRM && shared)
			timers_alarm_taken(process);
	} while (signal && taken.setting && !timers_signal_taken(process, taken.setting, &taken.info));
	if (signal)
		*info = taken.info;
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
	signal_set_t newly;

	lock_acquire(&process->signal_lock);
	newly = blocked & ~current->signals.blocked & ~UNBLOCKABLE;
	current->signals.blocked = blocked & ~UNBLOCKABLE;
	signal_kick_update(current);
	signal_retarget(process, newly);
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
		entry_put(list_entry(at, struct signal_info, list));
	}
}

static void drop(signal_set_t *pending, struct list *queue, int signal)
{
	*pending &= ~SIGNAL_BIT(signal);
	list_for_each_safe(at, after, queue)
	{
		struct signal_info *entry = list_entry(at, struct signal_info, list);

		if (entry->info.si_signo != signal)
			continue;
		list_remove(at);
		entry->held_back = true;
		entry_put(entry);
	}
}

void signal_drop(struct process *process, int signal)
{
	drop(&process->pending, &process->signal_queue, signal);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		drop(&thread->signals.pending, &thread->signals.queue, signal);
		kick_settle(thread);
	}
}

void signal_drop_ignored(struct process *process, int signal)
{
	lock_acquire(&process->signal_lock);
	signal_drop(process, signal);
	lock_release(&process->signal_lock);
}

void signal_give_up(struct process *process, struct signal_info *entry)
{
	lock_acquire(&process->signal_lock);
	if (list_is_empty(&entry->list))
		heap_free(entry);
	else
		entry->kept = false;
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
