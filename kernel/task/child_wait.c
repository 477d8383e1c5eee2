/* Waiting for children: see children.h. Rules: wait(2). */
#include <linux/errno.h>
#include <linux/wait.h>

#include "kernel/ptrace/ptrace.h"
#include "kernel/syscall/table.h"
#include "kernel/task/children.h"
#include "kernel/task/pid.h"

struct search {
	const struct child_wait *wait;
	struct child_report *report;
	struct process *reaped;
	bool any; /* there is a child to wait for */
	struct tracee_search tracees;
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

static void report_fill(struct child_report *report, struct process *child, int status)
{
	*report = (struct child_report){
		.pid = child->pid,
		.uid = child->credentials.uid,
		.code = child_status_code(status),
		.status = status,
		.cpu = cpu_time_with_children(child),
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

	if (options & WEXITED && child->state == PROCESS_ZOMBIE && !child_is_hidden(child)) {
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

		/* What the process itself traces is told of as that. */
		if (child->state == PROCESS_GONE || !is_meant(search->wait, child) ||
		    (child->traced && !child_is_hidden(child)))
			continue;
		/* Of one that has ended, only that can be waited for. */
		search->any |= child->state == PROCESS_ALIVE || search->wait->options & WEXITED;
		found = child_look(search, child);
		if (found)
			break;
	}
	if (!found)
		found = tracees_look(&search->tracees);
	process_tree_unlock();
	search->any |= search->tracees.any;
	return found || !search->any;
}

static void reap(struct process *child)
{
	cpu_time_take_over(process_current(), child);
	child_forget(child);
}

int child_wait(const struct child_wait *wait, struct child_report *report)
{
	struct search search = {.wait = wait, .report = report, .tracees = {.wait = wait, .report = report}};
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
	if (search.tracees.reaped)
		reap(search.tracees.reaped);
	if (search.tracees.returned)
		child_ended(search.tracees.returned);
	process_put(search.tracees.returned);
	process_put(search.tracees.forgotten);
	return search.any ? 0 : -ECHILD;
}
