/* How tracers and tracees part: see ptrace.h. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/task/children.h"
#include "kernel/task/pid.h"

void tracee_detach(struct tracee *tracee)
{
	struct thread *thread = tracee->thread;
	struct process *process = tracee->process;

	list_remove(&tracee->siblings);
	if (process->traced == tracee)
		process->traced = NULL;
	__atomic_store_n(&tracee->tracer, NULL, __ATOMIC_RELEASE);
	if (!thread)
		return;
	__atomic_store_n(&tracee->state, TRACEE_RUNS, __ATOMIC_SEQ_CST);
	lock_acquire(&process->signal_lock);
	thread_kick(thread, KICK_TRACE);
	lock_release(&process->signal_lock);
}

void tracee_free(struct tracee *tracee)
{
	if (tracee->tracer)
		tracee_detach(tracee);
	heap_free(tracee->vectors_block);
	heap_free(tracee);
}

static struct tracee *tracee_of_tracer(const struct process *tracer, int tid)
{
	list_for_each(at, &tracer->tracees)
	{
		struct tracee *tracee = list_entry(at, struct tracee, siblings);

		if (tracee->tracer_tid == tid)
			return tracee;
	}
	return NULL;
}

/* One of the calling thread's is let go of. False: there was none. */
static bool tracee_release(void)
{
	static const siginfo_t kill = {.si_signo = SIGKILL, .si_code = SI_KERNEL};
	struct tracee *tracee;
	struct process *process;
	bool ended, kills;

	process_tree_lock();
	tracee = tracee_of_tracer(process_current(), current->tid);
	if (!tracee) {
		process_tree_unlock();
		return false;
	}
	process = tracee->process;
	kills = tracee->options & PTRACE_O_EXITKILL;
	ended = !tracee->thread;
	/* What keeps the process from here on: the tracee's own reference, or another one. */
	if (!ended)
		process->references++;
	tracee_detach(tracee);
	kills = kills && !ended;
	if (ended) {
		ended = tracee->tid == process->pid && process->state == PROCESS_ZOMBIE;
		tracee_free(tracee);
	}
	process_tree_unlock();
	if (kills)
		signal_send_process(process, &kill);
	if (ended && process->parent != process_current())
		child_ended(process);
	process_put(process);
	return true;
}

void tracees_release(void)
{
	while (tracee_release()) {
	}
}

int thread_exit_status(const struct thread *thread)
{
	const struct process *process = thread->process;

	if (thread->exited)
		return thread->exit_status;
	/* Who leaves for another one's execve has none. */
	return process->exiting ? process->exit_status : 0;
}

void tracee_ended(struct thread *thread)
{
	struct tracee *tracee = thread->tracee;
	struct process *process = thread->process;
	struct process *tracer;
	siginfo_t info;

	if (!tracee)
		return;
	process_tree_lock();
	thread->tracee = NULL;
	tracer = tracee->tracer;
	if (!tracer) {
		tracee_free(tracee);
		process_tree_unlock();
		return;
	}
	tracee->thread = NULL;
	tracee->state = TRACEE_RUNS;
	tracee->code = 0;
	tracee->exit_status = thread_exit_status(thread);
	process->references++;
	tracer->references++;
	/* Of a process's first thread, the process's end tells. */
	info = child_info(process, tracee->tid, SIGCHLD, tracee->exit_status);
	if (tracee->tid == process->pid)
		info.si_signo = 0;
	process_tree_unlock();
	if (info.si_signo)
		tracer_tell(tracer, &info, true);
	process_put(tracer);
}

void tracee_forget(struct thread *thread)
{
	if (!thread->tracee)
		return;
	process_tree_lock();
	tracee_free(thread->tracee);
	thread->tracee = NULL;
	process_tree_unlock();
}

void tracee_hand_over(struct thread *from, struct thread *to)
{
	struct tracee *tracee = from->tracee;
	struct tracee *old = from->process->traced;

	list_for_each(at, &from->process->tracees)
	{
		struct tracee *traced = list_entry(at, struct tracee, siblings);

		if (traced->tracer_tid == from->tid)
			traced->tracer_tid = to->tid;
	}
	/* The first thread was left in its end: its tracer learns of the execve instead. */
	if (old && old != tracee) {
		old->process->references--;
		tracee_free(old);
	}
	if (to->tracee && to->tracee != old)
		tracee_free(to->tracee);
	to->tracee = tracee;
	from->tracee = NULL;
	if (!tracee)
		return;
	tracee->thread = to;
	tracee->former_tid = tracee->tid;
	tracee->tid = to->tid;
	if (tracee->tracer)
		from->process->traced = tracee;
	tracee_entry_choose(to);
}
