/* Sending signals: kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo. Rules: kill(2). */
#include "kernel/syscall/kill.h"

#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/signal/send.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

siginfo_t signal_info_make(int signal, int code)
{
	const struct process *process = process_current();

	return (siginfo_t){
		.si_signo = signal, .si_code = code, .si_pid = process->pid, .si_uid = process->credentials.uid};
}

static bool may_send(const struct process *target, int signal)
{
	const struct credentials *mine = &process_current()->credentials;
	const struct credentials *theirs = &target->credentials;

	/* Whoever is in a session may continue its jobs. */
	if (signal == SIGCONT && target->session == process_current()->session)
		return true;
	return process_capable(CAP_KILL) || mine->euid == theirs->suid || mine->euid == theirs->uid ||
	       mine->uid == theirs->suid || mine->uid == theirs->uid;
}

static bool signal_is_valid(int signal)
{
	return signal >= 0 && signal <= SIGNAL_COUNT;
}

int signal_send_checked(struct process *target, const siginfo_t *info)
{
	if (!may_send(target, info->si_signo))
		return -EPERM;
	if (info->si_signo)
		signal_send_process(target, info);
	return 0;
}

static bool is_meant(const struct process *process, int group)
{
	if (group == -1)
		return process->pid != 1 && process != process_current();
	return process->group == group;
}

/* A process group, or (-1) everybody but the first process and the sender. */
static int send_to_group(int group, const siginfo_t *info)
{
	struct process *process = process_next(1);
	int result = -ESRCH;

	while (process) {
		int next = process->pid + 1;

		if (is_meant(process, group)) {
			int sent = signal_send_checked(process, info);

			/* To reach nobody of everybody is no error, if there is anybody. */
			if (group == -1 && sent == -EPERM)
				sent = 0;
			if (result != 0)
				result = sent;
		}
		process_put(process);
		/* Only now: what a member was making when the signal came is there, or will not be. */
		process = process_next(next);
	}
	return result;
}

static int send_to_pid(int pid, const siginfo_t *info)
{
	struct process *process = process_find_by_thread(pid);
	int result = process ? signal_send_checked(process, info) : -ESRCH;

	process_put(process);
	return result;
}

SYSCALL(kill)
{
	int pid = ARG_INT(args, 0);
	int signal = ARG_INT(args, 1);
	siginfo_t info = signal_info_make(signal, SI_USER);

	if (!signal_is_valid(signal))
		return -EINVAL;
	if (pid > 0)
		return send_to_pid(pid, &info);
	if (pid == (-2147483647 - 1))
		return -ESRCH;
	return send_to_group(pid == 0 ? process_current()->group : pid == -1 ? -1 : -pid, &info);
}

/* tgid 0: any process may have the thread. */
static int send_to_thread(int tgid, int tid, const siginfo_t *info)
{
	struct process *process;
	int result = -ESRCH;

	if (tid <= 0)
		return -EINVAL;
	if (!signal_is_valid(info->si_signo))
		return -EINVAL;
	/* A leader that has ended before the others is still there, and takes no signals. */
	process = process_find_by_thread(tid);
	if (process && (tgid == 0 || process->pid == tgid)) {
		result = may_send(process, info->si_signo) ? 0 : -EPERM;
		if (result == 0 && info->si_signo)
			signal_send_thread(process, tid, info);
	}
	process_put(process);
	return result;
}

SYSCALL(tkill)
{
	siginfo_t info = signal_info_make(ARG_INT(args, 1), SI_TKILL);

	return send_to_thread(0, ARG_INT(args, 0), &info);
}

SYSCALL(tgkill)
{
	siginfo_t info = signal_info_make(ARG_INT(args, 2), SI_TKILL);

	return ARG_INT(args, 0) <= 0 ? -EINVAL : send_to_thread(ARG_INT(args, 0), ARG_INT(args, 1), &info);
}

/* Only a process itself may say that a signal came from the kernel or from kill. */
int signal_info_import(siginfo_t *info, user_t from, int signal, int target)
{
	if (copy_from_user(info, from, sizeof(*info)) < 0)
		return -EFAULT;
	info->si_signo = signal;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && target != process_current()->pid)
		return -EPERM;
	return 0;
}

SYSCALL(rt_sigqueueinfo)
{
	siginfo_t info;
	int error = signal_info_import(&info, ARG_USER(args, 2), ARG_INT(args, 1), ARG_INT(args, 0));

	if (error)
		return error;
	if (!signal_is_valid(info.si_signo))
		return -EINVAL;
	return send_to_pid(ARG_INT(args, 0), &info);
}

SYSCALL(rt_tgsigqueueinfo)
{
	siginfo_t info;
	int error;

	if (ARG_INT(args, 0) <= 0 || ARG_INT(args, 1) <= 0)
		return -EINVAL;
	error = signal_info_import(&info, ARG_USER(args, 3), ARG_INT(args, 2), ARG_INT(args, 0));
	return error ? error : send_to_thread(ARG_INT(args, 0), ARG_INT(args, 1), &info);
}
