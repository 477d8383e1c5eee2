/* Threads by what getpriority(2) and ioprio_get(2) name them by. See threads_visit.h. */
#include "kernel/syscall/threads_visit.h"

#include <linux/errno.h>

#include "kernel/task/pid.h"

static bool process_matches(const struct process *process, int which, int who)
{
	switch (which) {
	case VISIT_GROUP:
		return process->group == (who ? who : process_current()->group);
	default:
		return process->credentials.uid == (who ? (uint32_t)who : process_current()->credentials.uid);
	}
}

long threads_visit(int which, int who, long (*visit)(struct thread *thread, int value), int value)
{
	struct process *process = NULL;
	long result = -ESRCH;

	if (which == VISIT_THREAD) {
		struct thread *thread = who && who != current->tid ? thread_find(who, &process) : current;

		if (!thread)
			return -ESRCH;
		result = visit(thread, value);
		process_put(process);
		return result;
	}
	process = process_next(1);
	while (process) {
		int next = process->pid + 1;

		if (process_matches(process, which, who)) {
			list_for_each(at, &process->threads)
			{
				long answer = visit(list_entry(at, struct thread, siblings), value);

				result = answer > result ? answer : result;
			}
		}
		process_put(process);
		process = process_next(next);
	}
	return result;
}
