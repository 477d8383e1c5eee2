/* Descriptors: dup and fcntl. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/signal.h>

#include "kernel/signal/set.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/locks.h"
#include "kernel/vfs/permission.h"

#ifndef F_DUPFD_QUERY /* Linux 6.10 */
#define F_DUPFD_QUERY (F_LINUX_SPECIFIC_BASE + 3)
#endif
/* What F_SETFL changes; it ignores the rest. */
#define FLAGS_SETTABLE (O_APPEND | FASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK)

/* The same file at another descriptor, `from` or above. */
static long duplicate(struct file *file, int from, bool close_on_exec)
{
	int fd;

	file_get(file);
	fd = fd_install(file, from, close_on_exec);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL(dup)
{
	struct file *file = fd_get_any(ARG_INT(args, 0));
	long fd;

	if (!file)
		return -EBADF;
	fd = duplicate(file, 0, false);
	fd_put(file);
	return fd;
}

static long duplicate_to(int old, int new, bool close_on_exec)
{
	struct file *file = fd_get_any(old);
	int fd;

	if (!file)
		return -EBADF;
	file_get(file);
	fd = fd_install_at(file, new, close_on_exec);
	if (fd < 0)
		file_put(file);
	fd_put(file);
	return fd;
}

SYSCALL(dup2)
{
	int old = ARG_INT(args, 0), new = ARG_INT(args, 1);

	if (old == new)
		return fd_flags(old) < 0 ? -EBADF : new;
	return duplicate_to(old, new, false);
}

SYSCALL(dup3)
{
	int old = ARG_INT(args, 0), new = ARG_INT(args, 1);

	if (ARG_INT(args, 2) & ~O_CLOEXEC || old == new)
		return -EINVAL;
	return duplicate_to(old, new, ARG_INT(args, 2) & O_CLOEXEC);
}

/* --- fcntl -------------------------------------------------------------------------------------------------------- */

static long flags_set(struct file *file, unsigned wanted)
{
	unsigned old = __atomic_load_n(&file->flags, __ATOMIC_RELAXED);

	if (wanted & ~old & O_NOATIME && !process_owns(file->inode))
		return -EPERM;
	while (!__atomic_compare_exchange_n(&file->flags, &old,
					    (old & ~(unsigned)FLAGS_SETTABLE) | (wanted & FLAGS_SETTABLE), false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return 0;
}

static long owner_set(struct file *file, int type, int id)
{
	if (type == F_OWNER_PID && id) {
		struct process *process = process_find(id);

		if (!process)
			return -ESRCH;
		process_put(process);
	}
	file->owner = id;
	file->owner_type = type;
	return 0;
}

/* F_SETOWN has process groups as negative numbers. */
static long owner_set_signed(struct file *file, int who)
{
	if (who == -0x7fffffff - 1)
		return -EINVAL;
	return who < 0 ? owner_set(file, F_OWNER_PGRP, -who) : owner_set(file, F_OWNER_PID, who);
}

static long owner_set_structure(struct file *file, user_t from)
{
	struct f_owner_ex owner;

	if (copy_from_user(&owner, from, sizeof(owner)))
		return -EFAULT;
	if (owner.type != F_OWNER_TID && owner.type != F_OWNER_PID && owner.type != F_OWNER_PGRP)
		return -EINVAL;
	return owner_set(file, owner.type, owner.pid);
}

static long owner_get_structure(const struct file *file, user_t to)
{
	struct f_owner_ex owner = {.type = file->owner_type, .pid = file->owner};

	return copy_to_user(to, &owner, sizeof(owner));
}

static long signal_set(struct file *file, uint64_t signal)
{
	if (signal > SIGNAL_COUNT)
		return -EINVAL;
	file->owner_signal = (int)signal;
	return 0;
}

static long same_file(const struct file *file, int fd)
{
	struct file *other = fd_get_any(fd);
	long same = other == file;

	if (!other)
		return -EBADF;
	fd_put(other);
	return same;
}

/* A lock that was taken while another thread closed the descriptor would stay for ever: see lock_control. */
static long lock_command(struct file *file, int fd, int command, uint64_t argument)
{
	long result = lock_control(file, command, argument);

	if (locks_were_taken(file->inode) && same_file(file, fd) != 1) {
		locks_release_process(file->inode, process_current());
		return -EBADF;
	}
	return result;
}

/* As in a kernel without dnotify; to take back what nobody asked for is no error all the same. */
static long directory_notify(const struct file *file, uint64_t events)
{
	if (!((uint32_t)events & ~(uint32_t)DN_MULTISHOT))
		return 0;
	return INODE_IS(file->inode, S_IFDIR) ? -EINVAL : -ENOTDIR;
}

static long control_file(struct file *file, int fd, int command, uint64_t argument)
{
	switch (command) {
	case F_SETFL:
		return flags_set(file, (unsigned)argument);
	case F_GETOWN:
		return file->owner_type == F_OWNER_PGRP ? -file->owner : file->owner;
	case F_SETOWN:
		return owner_set_signed(file, (int)argument);
	case F_GETOWN_EX:
		return owner_get_structure(file, argument);
	case F_SETOWN_EX:
		return owner_set_structure(file, argument);
	case F_GETSIG:
		return file->owner_signal;
	case F_SETSIG:
		return signal_set(file, argument);
	case F_NOTIFY:
		return directory_notify(file, argument);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
	case F_GETLEASE:
	case F_SETLEASE:
		return lock_command(file, fd, command, argument);
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return file->ops->control && INODE_IS(file->inode, S_IFIFO)
			       ? file->ops->control(file, command, argument)
			       : -EBADF;
	}
	return file->ops->control ? file->ops->control(file, command, argument) : -EINVAL;
}

static bool works_on_places(int command)
{
	return command == F_DUPFD || command == F_DUPFD_CLOEXEC || command == F_DUPFD_QUERY || command == F_GETFD ||
	       command == F_SETFD || command == F_GETFL;
}

static long control(struct file *file, int fd, int command, uint64_t argument)
{
	switch (command) {
	case F_DUPFD:
		return duplicate(file, (int)argument, false);
	case F_DUPFD_CLOEXEC:
		return duplicate(file, (int)argument, true);
	case F_DUPFD_QUERY:
		return same_file(file, (int)argument);
	case F_GETFD:
		return fd_flags(fd);
	case F_SETFD:
		return fd_set_flags(fd, argument & FD_CLOEXEC);
	case F_GETFL:
		return file->flags;
	}
	return control_file(file, fd, command, argument);
}

SYSCALL(fcntl)
{
	int fd = ARG_INT(args, 0), command = ARG_INT(args, 1);
	struct file *file = fd_get_any(fd);
	long result;

	if (!file)
		return -EBADF;
	if (file->flags & O_PATH && !works_on_places(command))
		result = -EBADF;
	else
		result = control(file, fd, command, ARG_ULONG(args, 2));
	fd_put(file);
	return result;
}
