/* pidfd_open, pidfd_send_signal, pidfd_getfd. */
#include "kernel/fs/pidfd.h"

#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/fs/proc.h"
#include "kernel/mm/user.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/syscall/kill.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

#define PIDFD_NONBLOCK O_NONBLOCK

SYSCALL(pidfd_open)
{
	int pid = ARG_INT(args, 0);
	unsigned flags = ARG_UINT(args, 1);
	struct process *process;
	struct file *file;
	long fd;

	if (flags & ~(unsigned)PIDFD_NONBLOCK || pid <= 0)
		return -EINVAL;
	process = process_find(pid);
	if (!process)
		return -ESRCH;
	fd = pidfd_new(process, flags, &file);
	process_put(process);
	if (fd)
		return fd;
	fd = fd_install(file, 0, true);
	if (fd < 0)
		file_put(file);
	return fd;
}

/* With a reference. -EBADF: neither a descriptor nor one of a process. */
static int process_by_descriptor(int fd, struct process **out)
{
	struct file *file = fd_get(fd);

	if (!file)
		return -EBADF;
	*out = pidfd_process(file);
	fd_put(file);
	return *out ? 0 : -EBADF;
}

/* Linux's first pidfds were directories of /proc, and signals still take them. */
static int process_to_signal(int fd, struct process **out)
{
	int error = process_by_descriptor(fd, out);
	struct file *file = error == -EBADF ? fd_get(fd) : NULL;

	if (!file)
		return error;
	error = proc_directory_process(file, out);
	fd_put(file);
	return error;
}

SYSCALL(pidfd_send_signal)
{
	int signal = ARG_INT(args, 1);
	struct process *process;
	siginfo_t info;
	long error = ARG_UINT(args, 3) ? -EINVAL : process_to_signal(ARG_INT(args, 0), &process);

	if (error)
		return error;
	info = signal_info_make(signal, SI_USER);
	if (ARG_USER(args, 2)) {
		uint32_t number = 0; /* which begins it */

		error = get_user_u32(&number, ARG_USER(args, 2));
		if (!error && number != (uint32_t)signal)
			error = -EINVAL;
		if (!error)
			error = signal_info_import(&info, ARG_USER(args, 2), signal, process->pid);
	}
	if (!error)
		error = signal < 0 || signal > SIGNAL_COUNT ? -EINVAL : 0;
	if (!error)
		error = process->state == PROCESS_GONE ? -ESRCH : signal_send_checked(process, &info);
	process_put(process);
	return error;
}

SYSCALL(pidfd_getfd)
{
	struct process *process;
	struct file *file = NULL;
	long result = ARG_UINT(args, 2) ? -EINVAL : process_by_descriptor(ARG_INT(args, 0), &process);

	if (result)
		return result;
	if (!process_may_look_into(process))
		result = -EPERM;
	lock_acquire(&process->lock);
	if (!result && process->files)
		file = fd_table_file(process->files, ARG_INT(args, 1));
	else if (!result)
		result = -ESRCH;
	lock_release(&process->lock);
	process_put(process);
	if (result)
		return result;
	if (!file)
		return -EBADF;
	result = fd_install(file, 0, true);
	if (result < 0)
		file_put(file);
	return result;
}
