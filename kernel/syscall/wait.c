/* wait4 and waitid: what children report. Rules: wait(2), wait4(2). */
#include <linux/errno.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/wait.h>

#include "kernel/fs/pidfd.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/usage.h"
#include "kernel/task/children.h"
#include "kernel/task/pid.h"

#define CLONES (__WNOTHREAD | __WCLONE | __WALL)

static int usage_put(user_t at, const struct child_report *report)
{
	struct rusage use = {0};

	if (!at)
		return 0;
	usage_set_time(&use, &report->cpu);
	return copy_to_user(at, &use, sizeof(use));
}

/* wait4's way to say which children. */
static struct child_wait children_meant(int pid, int options)
{
	struct child_wait wait = {.id_type = P_PGID, .options = options | WEXITED};

	if (options & WUNTRACED)
		wait.options |= WSTOPPED;
	if (pid == -1)
		wait.id_type = P_ALL;
	else if (pid > 0)
		wait.id_type = P_PID;
	wait.id = pid > 0 ? pid : pid == 0 ? process_current()->group : -pid;
	return wait;
}

SYSCALL(wait4)
{
	int pid = ARG_INT(args, 0);
	int options = ARG_INT(args, 2);
	struct child_report report;
	struct child_wait wait;
	int error;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | CLONES))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	wait = children_meant(pid, options);
	error = child_wait(&wait, &report);
	if (error || !report.pid)
		return error;
	if (ARG_USER(args, 1) && put_user_u32(ARG_USER(args, 1), (uint32_t)report.status))
		return -EFAULT;
	return usage_put(ARG_USER(args, 3), &report) ? -EFAULT : report.pid;
}

/* As much of a siginfo_t as waitid writes. si_status is an exit code or a signal: what the status has of either. */
#define REPORT_BYTES (offsetof(siginfo_t, si_status) + sizeof(int))

static int report_put(user_t at, const struct child_report *report)
{
	siginfo_t info = {0};

	if (!at)
		return 0;
	if (report->pid) {
		info.si_signo = SIGCHLD;
		info.si_code = report->code;
		info.si_pid = report->pid;
		info.si_uid = report->uid;
		info.si_status = child_status_value(report->status);
	}
	return copy_to_user(at, &info, REPORT_BYTES);
}

static int id_check(int id_type, int id)
{
	switch (id_type) {
	case P_ALL:
		return 0;
	case P_PID:
		return id <= 0 ? -EINVAL : 0;
	case P_PGID:
	case P_PIDFD:
		return id < 0 ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* The child that a descriptor stands for, as if its id had been given. */
static int child_by_descriptor(struct child_wait *wait)
{
	struct file *file = fd_get(wait->id);
	struct process *process = file ? pidfd_process(file) : NULL;

	if (process && file->flags & O_NONBLOCK)
		wait->options |= WNOHANG;
	if (file)
		fd_put(file);
	if (!process)
		return -EBADF;
	wait->id_type = P_PID;
	wait->id = process->pid;
	process_put(process);
	return 0;
}

static int waitid_decode(struct child_wait *wait, int *by_nonblocking)
{
	int options = wait->options;
	int error;

	if (options & ~(WNOHANG | WEXITED | WSTOPPED | WCONTINUED | WNOWAIT | CLONES) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	error = id_check(wait->id_type, wait->id);
	if (!error && wait->id_type == P_PIDFD)
		error = child_by_descriptor(wait);
	if (!error && wait->id_type == P_PGID && wait->id == 0)
		wait->id = process_current()->group;
	*by_nonblocking = options ^ wait->options;
	return error;
}

SYSCALL(waitid)
{
	struct child_wait wait = {.id_type = ARG_INT(args, 0), .id = ARG_INT(args, 1), .options = ARG_INT(args, 3)};
	struct child_report report = {0};
	int by_nonblocking; /* WNOHANG, if only the descriptor says so */
	int error = waitid_decode(&wait, &by_nonblocking);

	if (!error)
		error = child_wait(&wait, &report);
	if (!error && !report.pid && by_nonblocking)
		error = -EAGAIN;
	if (!error && report.pid && usage_put(ARG_USER(args, 4), &report))
		error = -EFAULT;
	/* Whatever the result: zeroes, if there is nothing to tell. */
	return report_put(ARG_USER(args, 2), &report) && !error ? -EFAULT : error;
}
