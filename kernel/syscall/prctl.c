/* prctl(2): what processes and threads say about themselves. */
#include <linux/prctl.h>

#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/prctl_capabilities.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"

#define PER_LINUX 0
#define PERSONALITY_QUERY 0xffffffffu

static long name_set(user_t from)
{
	char name[sizeof(current->name)] = {0};
	long length = strncpy_from_user(name, from, sizeof(name) - 1);

	if (length == -EFAULT)
		return length;
	name[sizeof(name) - 1] = '\0';
	memcpy(current->name, name, sizeof(name));
	return 0;
}

static long flag_set(bool *flag, const struct arguments *args)
{
	if (ARG_ULONG(args, 1) > 1)
		return -EINVAL;
	*flag = ARG_ULONG(args, 1);
	return 0;
}

static bool rest_is_zero(const struct arguments *args, unsigned from)
{
	for (unsigned i = from; i < 5; i++)
		if (args->a[i])
			return false;
	return true;
}

static long no_new_privileges_set(const struct arguments *args)
{
	if (ARG_ULONG(args, 1) != 1 || !rest_is_zero(args, 2))
		return -EINVAL;
	process_current()->no_new_privileges = true;
	return 0;
}

static long death_signal_set(uint64_t signal)
{
	if (signal > SIGNAL_COUNT)
		return -EINVAL;
	process_current()->parent_death_signal = (int32_t)signal;
	return 0;
}

/* Options about the process. -ENOSYS: none of these. */
static long process_option(const struct arguments *args)
{
	struct process *process = process_current();

	switch (ARG_INT(args, 0)) {
	case PR_SET_PDEATHSIG:
		return death_signal_set(ARG_ULONG(args, 1));
	case PR_GET_PDEATHSIG:
		return put_user_u32(ARG_USER(args, 1), (uint32_t)process->parent_death_signal);
	case PR_SET_DUMPABLE:
		return flag_set(&process->dumpable, args);
	case PR_GET_DUMPABLE:
		return process->dumpable;
	case PR_SET_KEEPCAPS:
		return flag_set(&process->keep_capabilities, args);
	case PR_GET_KEEPCAPS:
		return process->keep_capabilities;
	case PR_SET_NO_NEW_PRIVS:
		return no_new_privileges_set(args);
	case PR_GET_NO_NEW_PRIVS:
		return rest_is_zero(args, 1) ? process->no_new_privileges : -EINVAL;
	case PR_SET_CHILD_SUBREAPER:
		process->child_subreaper = ARG_ULONG(args, 1);
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user_u32(ARG_USER(args, 1), process->child_subreaper);
	default:
		return -ENOSYS;
	}
}

/* Options about the thread and the machine, most of which can have one value only. */
static long machine_option(const struct arguments *args)
{
	switch (ARG_INT(args, 0)) {
	case PR_SET_NAME:
		return name_set(ARG_USER(args, 1));
	case PR_GET_NAME:
		return copy_to_user(ARG_USER(args, 1), current->name, sizeof(current->name));
	case PR_GET_TIMERSLACK:
		return (long)(current->timer_slack_ns ? current->timer_slack_ns : TIMER_SLACK_NS);
	case PR_SET_TIMERSLACK:
		/* Remembered: the host cannot be told. */
		current->timer_slack_ns = ARG_ULONG(args, 1);
		return 0;
	case PR_GET_SECCOMP:
	case PR_GET_TIMING:
		return 0;
	case PR_SET_TIMING:
		return ARG_ULONG(args, 1) == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_GET_TSC:
		return put_user_u32(ARG_USER(args, 1), PR_TSC_ENABLE);
	case PR_SET_TSC:
		return ARG_ULONG(args, 1) == PR_TSC_ENABLE ? 0 : -EINVAL;
	case PR_SET_THP_DISABLE:
		return rest_is_zero(args, 2) ? 0 : -EINVAL;
	case PR_GET_THP_DISABLE:
		return rest_is_zero(args, 1) ? 0 : -EINVAL;
	case PR_GET_TID_ADDRESS:
		return put_user_u64(ARG_USER(args, 1), current->clear_child_tid);
	case PR_SET_MM:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

SYSCALL(prctl)
{
	long result = process_option(args);

	if (result == -ENOSYS)
		result = prctl_capabilities(args);
	return result == -ENOSYS ? machine_option(args) : result;
}

SYSCALL(personality)
{
	uint32_t persona = ARG_UINT(args, 0);
	uint32_t old = current->personality;

	if (persona != PERSONALITY_QUERY)
		current->personality = persona;
	return old;
}
