/* Nice values: remembered, the host schedules all alike. Rules: getpriority(2). */
#include "kernel/syscall/nice.h"

#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/syscall/table.h"
#include "kernel/syscall/threads_visit.h"

#define NICE_LEAST (-20)
#define NICE_MOST 19

static long priority_of(struct thread *thread, int unused)
{
	(void)unused;
	return 1 + NICE_MOST - thread->nice;
}

static long priority_change(struct thread *thread, int nice)
{
	if (nice < thread->nice && !process_capable(CAP_SYS_NICE))
		return -EACCES;
	thread->nice = nice;
	return 0;
}

long nice_set(int which, int who, int nice)
{
	nice = nice < NICE_LEAST ? NICE_LEAST : nice > NICE_MOST ? NICE_MOST : nice;
	return threads_visit(which, who, priority_change, nice);
}

SYSCALL(getpriority)
{
	int which = ARG_INT(args, 0);

	if (which < VISIT_THREAD || which > VISIT_USER)
		return -EINVAL;
	return threads_visit(which, ARG_INT(args, 1), priority_of, 0);
}

SYSCALL(setpriority)
{
	int which = ARG_INT(args, 0), nice = ARG_INT(args, 2);

	if (which < VISIT_THREAD || which > VISIT_USER)
		return -EINVAL;
	return nice_set(which, ARG_INT(args, 1), nice);
}
