/* Parents and children: see children.h. */
#include "kernel/task/children.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/wait.h>

#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/table.h"
#include "kernel/task/groups.h"
#include "kernel/task/pid.h"

#define STATUS_STOPPED(signal) ((signal) << 8 | 0x7f)
#define STATUS_CONTINUED 0xffff

static int status_code(int status)
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
	if ((status & 0xff) == 0x7f || (status & 0x7f) == 0)
		return status >> 8 & 0xff;
	return status & 0x7f;
}

static void parent_tell(struct process *parent, const struct process *child, int signal, int status)
{
	siginfo_t info = {
		.si_signo = signal,
		.si_code = status_code(status),
		._sifields._sigchld =
			{
				._pid = child->pid,
				._uid = child->credentials.uid,
				._status = child_status_value(status),
			},
	};

	if (signal)
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
	const struct signal_action *action = &parent->actions[SIGCHLD - 1];

	return signal != SIGCHLD || !(action->handler == (uint64_t)(uintptr_t)SIG_IGN || action->flags & SA_NOCLDWAIT);
}

/* Nobody waits for the child any more. Gives up the reference of the ids. */
static void child_forget(struct process *child)
{
	wait_queue_wake(&child->end_waiters, EPOLLIN | EPOLLHUP);
	process_unregister(child);
	process_put(child);
}

void child_ended(struct process *process)
{
	struct process *parent;
	bool gone;
	int status = process->exit_status;

	process_tree_lock();
	parent = process->parent;
	gone = !parent || !parent_cares(parent, process->exit_signal);
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
	moved->ended = child->state == PROCESS_ZOMBIE;
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

/* --- waiting --- */

struct search {
	const struct child_wait *wait;
	struct child_report *report;
	struct process *reaped;
	bool any; /* there is a child to wait for */
};

static bool is_meant(const struct child_wait *wait, const struct process *child)
{
	bool is_clone = child->exit_signal != SIGCHLD;

	if (!(wait->options & __WALL) && is_clone != !!(wait->options & __WCLONE))
		return false;
	if (wait->options & __WNOTHREAD && child->parent_tid && child->parent_tid != current->tid)
		return false;
	switch (wait->id_type) {
	case P_PID:
		return child->pid == wait->id;
	case P_PGID:
		return child->group == wait->id;
	default:
		return true;
	}
}

static void report_fill(struct child_report *report, const struct process *child, int status)
{
	*report = (struct child_report){
		.pid = child->pid,
		.uid = child->credentials.uid,
		.code = status_code(status),
		.status = status,
		.cpu_ns = child->cpu_ns + child->children_cpu_ns,
	};
}

/* What job control did to the child. The tree is locked. */
static bool stop_look(struct search *search, struct process *child)
{
	int options = search->wait->options;
	bool keep = options & WNOWAIT;
	int status = 0;

	lock_acquire(&child->signal_lock);
	if (options & WSTOPPED && child->stop_report) {
		status = STATUS_STOPPED(child->stop_report);
		if (!keep)
			child->stop_report = 0;
	} else if (options & WCONTINUED && child->continue_report) {
		status = STATUS_CONTINUED;
		if (!keep)
			child->continue_report = false;
	}
	lock_release(&child->signal_lock);
	if (status)
		report_fill(search->report, child, status);
	return status;
}

/* Whether the child has something to report; it is told once, unless WNOWAIT. */
static bool child_look(struct search *search, struct process *child)
{
	int options = search->wait->options;
	bool keep = options & WNOWAIT;

	if (options & WEXITED && child->state == PROCESS_ZOMBIE) {
		report_fill(search->report, child, child->exit_status);
		if (!keep) {
			child->state = PROCESS_GONE;
			search->reaped = child;
		}
		return true;
	}
	return child->state == PROCESS_ALIVE && stop_look(search, child);
}

/* For wait_until: true if there is something to report, or nothing to wait for. */
static bool search_run(void *data)
{
	struct search *search = data;
	bool found = false;

	search->any = false;
	process_tree_lock();
	list_for_each(at, &process_current()->children)
	{
		struct process *child = list_entry(at, struct process, siblings);

		if (child->state == PROCESS_GONE || !is_meant(search->wait, child))
			continue;
		/* Of one that has ended, only that can be waited for. */
		search->any |= child->state == PROCESS_ALIVE || search->wait->options & WEXITED;
		found = child_look(search, child);
		if (found)
			break;
	}
	process_tree_unlock();
	return found || !search->any;
}

static void reap(struct process *child)
{
	struct process *self = process_current();

	__atomic_fetch_add(&self->children_cpu_ns, child->cpu_ns + child->children_cpu_ns, __ATOMIC_RELAXED);
	child_forget(child);
}

int child_wait(const struct child_wait *wait, struct child_report *report)
{
	struct search search = {.wait = wait, .report = report};
	int error = 0;

	*report = (struct child_report){0};
	if (wait->options & WNOHANG)
		(void)search_run(&search);
	else
		error = wait_until(&process_current()->children_queue, search_run, &search, WAIT_FOREVER);
	if (error)
		return -ERESTARTSYS;
	if (search.reaped)
		reap(search.reaped);
	return search.any ? 0 : -ECHILD;
}
