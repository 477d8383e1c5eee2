/* ioprio_get and ioprio_set: remembered and told, while files are in memory. Rules: ioprio_set(2). */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/ioprio.h>

#include "kernel/syscall/table.h"
#include "kernel/syscall/threads_visit.h"

/* threads_visit has the same three from 0 on. */
#define WHO_FIRST 1
#define WHO_LAST 3
#define LEVEL(priority) ((priority) & (IOPRIO_NR_LEVELS - 1))
#define PRIORITY_MAX 0xffff
#define NICE_OFFSET 20
#define NICE_PER_LEVEL 5

/* -EINVAL, -EPERM */
static int priority_check(int priority)
{
	switch (IOPRIO_PRIO_CLASS(priority)) {
	case IOPRIO_CLASS_RT:
		return process_capable(CAP_SYS_ADMIN) || process_capable(CAP_SYS_NICE) ? 0 : -EPERM;
	case IOPRIO_CLASS_BE:
	case IOPRIO_CLASS_IDLE:
		return 0;
	case IOPRIO_CLASS_NONE:
		return LEVEL(priority) ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

static long priority_set(struct thread *thread, int priority)
{
	const struct credentials *mine = &process_current()->credentials;
	uint32_t owner = thread->process->credentials.uid;

	if (owner != mine->euid && owner != mine->uid && !process_capable(CAP_SYS_NICE))
		return -EPERM;
	thread->io_priority = priority;
	return 0;
}

/* The one thread's as it was set. */
static long priority_of(struct thread *thread, int unused)
{
	(void)unused;
	return thread->io_priority;
}

/* What comes of it, as the distance from the worst: of several threads the best counts. */
static long advantage_of(struct thread *thread, int unused)
{
	int level = (thread->nice + NICE_OFFSET) / NICE_PER_LEVEL;

	(void)unused;
	if (IOPRIO_PRIO_CLASS(thread->io_priority) == IOPRIO_CLASS_NONE)
		return PRIORITY_MAX - (long)IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, level);
	return PRIORITY_MAX - thread->io_priority;
}

SYSCALL(ioprio_set)
{
	int which = ARG_INT(args, 0), priority = ARG_INT(args, 2), error = priority_check(priority);

	if (error || which < WHO_FIRST || which > WHO_LAST)
		return error ? error : -EINVAL;
	return threads_visit(which - WHO_FIRST, ARG_INT(args, 1), priority_set, (uint16_t)priority);
}

SYSCALL(ioprio_get)
{
	int which = ARG_INT(args, 0), who = ARG_INT(args, 1);
	long result;

	if (which < WHO_FIRST || which > WHO_LAST)
		return -EINVAL;
	if (which - WHO_FIRST == VISIT_THREAD)
		return threads_visit(VISIT_THREAD, who, priority_of, 0);
	result = threads_visit(which - WHO_FIRST, who, advantage_of, 0);
	return result < 0 ? result : PRIORITY_MAX - result;
}
