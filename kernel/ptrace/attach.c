/* Who traces whom: see ptrace.h. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/sched.h>

#include "arch.h"
#include "kernel/lib/heap.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/stop.h"
#include "kernel/task/pid.h"

bool process_may_look_into(const struct process *process)
{
	const struct credentials *mine = &process_current()->credentials;
	const struct credentials *theirs = &process->credentials;

	if (process == process_current() || process_capable(CAP_SYS_PTRACE))
		return true;
	return process->dumpable && mine->uid == theirs->uid && mine->uid == theirs->euid &&
	       mine->uid == theirs->suid && mine->gid == theirs->gid && mine->gid == theirs->egid &&
	       mine->gid == theirs->sgid && !(theirs->permitted & ~mine->permitted);
}

static struct thread *thread_of(const struct process *process, int tid)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid)
			return thread;
	}
	return NULL;
}

/* The thread's, made now from `fresh` if it has none, traced by nobody. The tree is locked. */
static struct tracee *tracee_take(struct thread *thread, struct tracee **fresh)
{
	struct tracee *tracee = thread->tracee;

	if (!tracee) {
		tracee = *fresh;
		*fresh = NULL;
		tracee->process = thread->process;
		tracee->thread = thread;
		tracee->tid = thread->tid;
		list_init(&tracee->siblings);
	}
	tracee->options = 0;
	tracee->seized = false;
	tracee->resume = 0;
	tracee->code = 0;
	tracee->stop_seen = 0;
	tracee->has_info = false;
	tracee->traps = 0;
	return tracee;
}

/* From here on it is traced. The tree is locked. */
static void link(struct tracee *tracee, struct process *tracer, int tracer_tid)
{
	struct thread *thread = tracee->thread;

	tracee->tracer_tid = tracer_tid;
	tracee->tracer_is_capable = tracer->credentials.effective >> CAP_SYS_PTRACE & 1;
	list_append(&tracer->tracees, &tracee->siblings);
	__atomic_store_n(&tracee->tracer, tracer, __ATOMIC_RELEASE);
	__atomic_store_n(&thread->tracee, tracee, __ATOMIC_RELEASE);
	if (thread->tid == thread->process->pid)
		thread->process->traced = tracee;
	tracee_entry_choose(thread);
}

long tracee_traceme(void)
{
	struct thread *thread = current;
	struct tracee *fresh = heap_new(struct tracee);
	long result = -EPERM;
	struct process *parent;

	if (!fresh)
		return -ENOMEM;
	process_tree_lock();
	parent = thread->process->parent;
	if (parent && !thread_is_traced(thread)) {
		link(tracee_take(thread, &fresh), parent,
		     thread->process->parent_tid ? thread->process->parent_tid : parent->pid);
		result = 0;
	}
	process_tree_unlock();
	heap_free(fresh);
	return result;
}

/* The tree is locked. */
static long attach(struct process *process, int tid, struct tracee **fresh, bool seize, uint32_t options)
{
	struct thread *thread = thread_of(process, tid);
	struct tracee *tracee;

	/* Whoever has ended cannot be traced. */
	if (!thread || thread_is_traced(thread))
		return -EPERM;
	tracee = tracee_take(thread, fresh);
	tracee->seized = seize;
	tracee->options = options;
	link(tracee, process_current(), current->tid);
	/* Of a stopped process: its stop becomes one that the tracer sees. */
	lock_acquire(&process->signal_lock);
	if (process->stopped) {
		tracee->traps = TRAP_STOP;
		thread_kick(thread, KICK_TRACE);
		stop_look_up(process);
	}
	lock_release(&process->signal_lock);
	return 0;
}

struct arrival {
	struct process *process;
	int tid;
};

/* For wait_until: whether the thread of a stopped process has stopped for its tracer. */
static bool has_arrived(void *data)
{
	const struct arrival *arrival = data;
	const struct thread *thread;
	bool arrived;

	process_tree_lock();
	thread = thread_of(arrival->process, arrival->tid);
	arrived = !thread || !arrival->process->stopped || !thread_is_traced(thread) ||
		  thread->tracee->state != TRACEE_RUNS;
	process_tree_unlock();
	return arrived;
}

long tracee_attach(int tid, bool seize, uint32_t options)
{
	const siginfo_t stop = {.si_signo = SIGSTOP, .si_code = SI_KERNEL};
	struct process *process = process_find_by_thread(tid);
	struct arrival arrival = {process, tid};
	struct tracee *fresh;
	long result;

	if (!process)
		return -ESRCH;
	fresh = heap_new(struct tracee);
	if (!fresh) {
		result = -ENOMEM;
	} else if (process == process_current() || !process_may_look_into(process)) {
		result = -EPERM;
	} else {
		process_tree_lock();
		result = attach(process, tid, &fresh, seize, options);
		process_tree_unlock();
	}
	if (!result && !seize)
		signal_send_thread(process, tid, &stop);
	/* As Linux: who attaches to what is stopped finds it stopped. */
	if (!result)
		(void)wait_until(&process_current()->children_queue, has_arrived, &arrival, WAIT_FOREVER);
	heap_free(fresh);
	process_put(process);
	return result;
}

/* How a new tracee begins. */
static void first_stop(struct tracee *tracee)
{
	struct thread *thread = tracee->thread;
	const siginfo_t stop = {.si_signo = SIGSTOP, .si_code = SI_USER};

	if (!tracee->seized) {
		signal_send_thread(thread->process, thread->tid, &stop);
		return;
	}
	tracee->traps = TRAP_STOP;
	lock_acquire(&thread->process->signal_lock);
	thread_kick(thread, KICK_TRACE);
	lock_release(&thread->process->signal_lock);
}

void tracee_inherit(struct thread *child, uint64_t flags, int exit_signal)
{
	const struct tracee *self = current->tracee;
	struct tracee *fresh;
	bool linked = false;

	if (!thread_is_traced(current) || !(flags & CLONE_PTRACE || tracee_clone_event(flags, exit_signal)))
		return;
	fresh = heap_new(struct tracee);
	if (!fresh)
		return;
	process_tree_lock();
	if (self->tracer) {
		struct tracee *tracee = tracee_take(child, &fresh);

		tracee->seized = self->seized;
		tracee->options = self->options;
		link(tracee, self->tracer, self->tracer_tid);
		linked = true;
	}
	process_tree_unlock();
	if (linked)
		first_stop(child->tracee);
	heap_free(fresh);
}
