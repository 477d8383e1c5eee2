/* setsockopt and getsockopt. */
#include <asm/socket.h>
#include <linux/errno.h>

#include "kernel/syscall/socket_call.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

static int option_set(struct socket *socket, int level, int name, user_t value, int bytes)
{
	if (bytes < 0)
		return -EINVAL;
	if (level == SOL_SOCKET)
		return socket_option_set(socket, name, value, (unsigned)bytes);
	return socket->ops->option_set ? socket->ops->option_set(socket, level, name, value, (unsigned)bytes)
				       : -EOPNOTSUPP;
}

SYSCALL(setsockopt)
{
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	error = option_set(socket, ARG_INT(args, 1), ARG_INT(args, 2), ARG_USER(args, 3), ARG_INT(args, 4));
	fd_put(file);
	return error;
}

static int option_get(struct socket *socket, int level, int name, user_t value, user_t bytes_at)
{
	unsigned bytes;
	int error;

	if (level != SOL_SOCKET && !socket->ops->option_get)
		return -EOPNOTSUPP;
	if (get_user_u32(&bytes, bytes_at))
		return -EFAULT;
	if ((int)bytes < 0)
		return -EINVAL;
	error = level == SOL_SOCKET ? socket_option_get(socket, name, value, &bytes)
				    : socket->ops->option_get(socket, level, name, value, &bytes);
	/* -ERANGE comes with the size it would take. */
	if ((!error || error == -ERANGE) && put_user_u32(bytes_at, bytes))
		return -EFAULT;
	return error;
}

SYSCALL(getsockopt)
{
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	error = option_get(socket, ARG_INT(args, 1), ARG_INT(args, 2), ARG_USER(args, 3), ARG_USER(args, 4));
	fd_put(file);
	return error;
}
