/* What wait4 and waitid tell of tracees: see ptrace.h. Rules: ptrace(2), wait(2), Linux's kernel/exit.c. */
#include <linux/errno.h>
#include <linux/wait.h>

#include "kernel/ptrace/ptrace.h"
#include "kernel/task/children.h"

/* Clones and children alike: what it is to its parent does not matter. */
static bool is_meant(const struct child_wait *wait, const struct tracee *tracee)
{
	if (wait->options & __WNOTHREAD && tracee->tracer_tid != current->tid)
		return false;
	switch (wait->id_type) {
	case P_PID:
		return tracee->tid == wait->id;
	case P_PGID:
		return tracee->process->group == wait->id;
	default:
		return true;
	}
}

static void report_fill(struct child_report *report, const struct tracee *tracee, int code, int status)
{
	*report = (struct child_report){
		.pid = tracee->tid,
		.uid = tracee->process->credentials.uid,
		.code = code,
		.status = status,
	};
}

/* A thread that has ended, or the whole process. */
static bool end_look(struct tracee_search *search, struct tracee *tracee)
{
	struct process *process = tracee->process;
	bool is_process = tracee->tid == process->pid;
	/* As Linux has it: a process's end is that of all its threads. */
	int status = is_process || process->exiting ? process->exit_status : tracee->exit_status;

	/* The first thread's end is told when all others have ended. */
	if (!(search->wait->options & WEXITED) || (is_process && process->state != PROCESS_ZOMBIE))
		return false;
	report_fill(search->report, tracee, child_status_code(status), status);
	if (is_process)
		search->report->cpu = cpu_time_with_children(process);
	if (search->wait->options & WNOWAIT)
		return true;
	if (is_process && process->parent == process_current()) {
		process->state = PROCESS_GONE;
		search->reaped = process;
	} else if (is_process) {
		process->references++;
		search->returned = process;
	}
	/* Its reference to the process. */
	search->forgotten = process;
	tracee_free(tracee);
	return true;
}

static bool tracee_look(struct tracee_search *search, struct tracee *tracee)
{
	if (!tracee->thread)
		return end_look(search, tracee);
	if (tracee->state != TRACEE_STOPPED || !tracee->code)
		return false;
	report_fill(search->report, tracee, CLD_TRAPPED, STATUS_STOPPED(tracee->code));
	if (!(search->wait->options & WNOWAIT))
		tracee->code = 0;
	return true;
}

bool tracees_look(struct tracee_search *search)
{
	list_for_each(at, &process_current()->tracees)
	{
		struct tracee *tracee = list_entry(at, struct tracee, siblings);

		if (!is_meant(search->wait, tracee))
			continue;
		search->any |= tracee->thread || search->wait->options & WEXITED;
		if (tracee_look(search, tracee))
			return true;
	}
	return false;
}
