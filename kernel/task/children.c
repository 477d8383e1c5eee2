/* Parents and children: see children.h. */
#include "kernel/task/children.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/wait.h>

#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/table.h"
#include "kernel/task/groups.h"
#include "kernel/task/pid.h"

int child_status_code(int status)
{
	if (status == STATUS_CONTINUED)
		return CLD_CONTINUED;
	if ((status & 0xff) == 0x7f)
		return CLD_STOPPED;
	if (status & 0x7f)
		return status & 0x80 ? CLD_DUMPED : CLD_KILLED;
	return CLD_EXITED;
}

/* si_status: an exit code or a signal. */
int child_status_value(int status)
{
	if (status == STATUS_CONTINUED)
		return SIGCONT;
	/* Of a tracee with an event above the signal. */
	if ((status & 0xff) == 0x7f)
		return status >> 8;
	if ((status & 0x7f) == 0)
		return status >> 8 & 0xff;
	return status & 0x7f;
}

static bool parent_ignores(const struct process *parent)
{
	return parent->actions[SIGCHLD - 1].handler == (uint64_t)(uintptr_t)SIG_IGN;
}

siginfo_t child_info(const struct process *child, int id, int signal, int status)
{
	return (siginfo_t){
		.si_signo = signal,
		.si_code = child_status_code(status),
		._sifields._sigchld =
			{
				._pid = id,
				._uid = child->credentials.uid,
				._status = child_status_value(status),
			},
	};
}

/* Who ignores SIGCHLD is sent none by children, though it would be pending while it is blocked, as from kill(2). */
static void parent_tell(struct process *parent, const struct process *child, int signal, int status)
{
	siginfo_t info = child_info(child, child->pid, signal, status);

	if (signal && !(signal == SIGCHLD && parent_ignores(parent)))
		signal_send_process(parent, &info);
	wait_queue_wake(&parent->children_queue, EPOLLIN);
}

/* With a reference. */
static struct process *parent_get(struct process *process)
{
	struct process *parent;

	process_tree_lock();
	parent = process->parent;
	if (parent)
		parent->references++;
	process_tree_unlock();
	return parent;
}

/* sigaction(2): a parent that ignores SIGCHLD, or said SA_NOCLDWAIT, need not wait. */
static bool parent_cares(const struct process *parent, int signal)
{
	return signal != SIGCHLD || !(parent_ignores(parent) || parent->actions[SIGCHLD - 1].flags & SA_NOCLDWAIT);
}

void child_forget(struct process *child)
{
	wait_queue_wake(&child->end_waiters, EPOLLIN | EPOLLHUP);
	process_unregister(child);
	process_put(child);
}

bool child_is_hidden(const struct process *child)
{
	return child->traced && child->traced->tracer != child->parent;
}

/* With a reference. NULL: nobody but its parent is to be told. */
static struct process *end_take(struct process *process)
{
	struct process *tracer = NULL;

	process_tree_lock();
	if (child_is_hidden(process)) {
		tracer = process->traced->tracer;
		tracer->references++;
		process->state = PROCESS_ZOMBIE;
	}
	process_tree_unlock();
	return tracer;
}

static void tracer_learn(struct process *tracer, struct process *process)
{
	const siginfo_t info = child_info(process, process->pid, SIGCHLD, process->exit_status);

	tracer_tell(tracer, &info, true);
	process_put(tracer);
	wait_queue_wake(&process->end_waiters, EPOLLIN);
}

void child_ended(struct process *process)
{
	struct process *parent, *tracer = end_take(process);
	bool gone;
	int status = process->exit_status;

	if (tracer) {
		tracer_learn(tracer, process);
		return;
	}
	process_tree_lock();
	parent = process->parent;
	gone = !parent || !(process->traced || parent_cares(parent, process->exit_signal));
	if (parent)
		parent->references++;
	process->state = gone ? PROCESS_GONE : PROCESS_ZOMBIE;
	process_tree_unlock();
	if (parent) {
		group_part(process, parent);
		parent_tell(parent, process, process->exit_signal, status);
	}
	if (gone)
		child_forget(process);
	else
		wait_queue_wake(&process->end_waiters, EPOLLIN);
	process_put(parent);
}

void process_executed(struct process *process)
{
	process_tree_lock();
	process->executed = true;
	process->exit_signal = SIGCHLD;
	process_tree_unlock();
}

void child_changed(struct process *process, int signal)
{
	struct process *parent;
	bool stopped = signal != SIGCONT;
	bool wanted;

	parent = parent_get(process);
	if (!parent)
		return;
	wanted = !(parent->actions[SIGCHLD - 1].flags & SA_NOCLDSTOP);
	parent_tell(parent, process, wanted ? SIGCHLD : 0, stopped ? STATUS_STOPPED(signal) : STATUS_CONTINUED);
	process_put(parent);
}

/* The tree is locked. */
static struct process *reaper_of(const struct process *process)
{
	struct process *parent = process->parent;

	while (parent && parent->pid != 1 && !(parent->child_subreaper && parent->state == PROCESS_ALIVE))
		parent = parent->parent;
	return parent;
}

/* A child that its parent's end gave to another one. */
struct moved {
	struct process *child; /* with a reference, as has the reaper; NULL: there was none left */
	struct process *reaper;
	bool ended;    /* the reaper is to be told */
	bool unwanted; /* and does not want to wait */
};

/* The tree is locked. */
static void child_move(struct moved *moved)
{
	struct process *child = moved->child;

	list_remove(&child->siblings);
	child->parent = moved->reaper;
	child->parent_tid = 0;
	/* prctl(2), clone(2): a new parent is told by SIGCHLD, whatever clone said. */
	child->exit_signal = SIGCHLD;
	if (moved->reaper)
		list_append(&moved->reaper->children, &child->siblings);
	moved->ended = child->state == PROCESS_ZOMBIE && !child_is_hidden(child);
	moved->unwanted = moved->ended && !(moved->reaper && parent_cares(moved->reaper, SIGCHLD));
	if (moved->unwanted)
		child->state = PROCESS_GONE;
}

/* One child after another, because signals are sent without the tree's lock. */
static struct moved child_take(struct process *process)
{
	struct moved moved = {0};

	process_tree_lock();
	if (!list_is_empty(&process->children)) {
		moved.child = list_entry(process->children.next, struct process, siblings);
		moved.child->references++;
		moved.reaper = reaper_of(process);
		if (moved.reaper)
			moved.reaper->references++;
		child_move(&moved);
	}
	process_tree_unlock();
	return moved;
}

static void death_tell(const struct process *parent, struct process *child)
{
	siginfo_t info = {.si_signo = child->parent_death_signal,
			  .si_code = SI_USER,
			  .si_pid = parent->pid,
			  .si_uid = parent->credentials.uid};

	if (info.si_signo)
		signal_send_process(child, &info);
}

/* A child that the thread made, with a reference, which from now on is any thread's. */
static struct process *child_of_thread(struct process *process, int tid)
{
	struct process *found = NULL;

	process_tree_lock();
	list_for_each(at, &process->children)
	{
		struct process *child = list_entry(at, struct process, siblings);

		if (child->parent_tid != tid)
			continue;
		child->parent_tid = 0;
		child->references++;
		found = child;
		break;
	}
	process_tree_unlock();
	return found;
}

void children_of_thread_keep(struct thread *thread, bool ended)
{
	struct process *process = thread->process;
	struct process *child;

	if (list_is_empty(&process->children))
		return;
	while ((child = child_of_thread(process, thread->tid))) {
		if (ended)
			death_tell(process, child);
		process_put(child);
	}
}

void children_give_away(struct process *process)
{
	struct moved moved;

	while ((moved = child_take(process)).child) {
		struct process *child = moved.child;

		death_tell(process, child);
		group_part(child, process);
		if (moved.ended && moved.reaper)
			parent_tell(moved.reaper, child, SIGCHLD, child->exit_status);
		if (moved.unwanted)
			child_forget(child);
		process_put(child);
		process_put(moved.reaper);
	}
}
