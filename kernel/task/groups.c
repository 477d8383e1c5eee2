/* Process groups: see groups.h. */
#include "kernel/task/groups.h"

#include <linux/signal.h>

#include "kernel/signal/send.h"
#include "kernel/task/pid.h"

/* Whether the member has a parent that can continue the group: in the session, in another group. */
static bool is_held(const struct process *member)
{
	const struct process *parent = member->parent;

	return parent && parent->state == PROCESS_ALIVE && parent->session == member->session &&
	       parent->group != member->group;
}

bool group_is_orphaned(int group)
{
	struct process *process = process_next(1);
	bool held = false;

	while (process) {
		int next = process->pid + 1;

		process_tree_lock();
		held |= process->group == group && process->state == PROCESS_ALIVE && is_held(process);
		process_tree_unlock();
		process_put(process);
		process = held ? NULL : process_next(next);
	}
	return !held;
}

static bool group_has_stopped(int group)
{
	struct process *process = process_next(1);
	bool stopped = false;

	while (process) {
		int next = process->pid + 1;

		stopped |= process->group == group && process->stopped && process->state == PROCESS_ALIVE;
		process_put(process);
		process = stopped ? NULL : process_next(next);
	}
	return stopped;
}

/*
 * The guest's first process, unless it wants to know, is left out: its group is always orphaned, and the init of a pid
 * namespace is protected (pid_namespaces(7)).
 */
static void hang_up(int group, int signal)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};
	struct process *process = process_next(1);

	while (process) {
		int next = process->pid + 1;

		if (process->group == group &&
		    (process->pid != 1 || process->actions[SIGHUP - 1].handler != (uint64_t)(uintptr_t)SIG_DFL))
			signal_send_process(process, &info);
		process_put(process);
		process = process_next(next);
	}
}

void group_part(const struct process *process, const struct process *parent)
{
	int group = process->group;

	if (parent->group == group || parent->session != process->session)
		return;
	if (!group_has_stopped(group) || !group_is_orphaned(group))
		return;
	hang_up(group, SIGHUP);
	hang_up(group, SIGCONT);
}
