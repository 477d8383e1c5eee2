/* Names of sockets, and connections by name: bind, connect, accept, accept4, getsockname, getpeername. */
#include <linux/errno.h>

#include "kernel/syscall/socket_call.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

SYSCALL(bind)
{
	struct socket_address address;
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	error = socket_address_get(&address, ARG_USER(args, 1), ARG_INT(args, 2));
	if (!error)
		error = socket->ops->bind ? socket->ops->bind(socket, &address) : -EOPNOTSUPP;
	fd_put(file);
	return error;
}

SYSCALL(connect)
{
	struct socket_address address;
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	error = socket_address_get(&address, ARG_USER(args, 1), ARG_INT(args, 2));
	if (!error)
		error = socket->ops->connect ? socket->ops->connect(socket, &address, !(file->flags & O_NONBLOCK))
					     : -EOPNOTSUPP;
	fd_put(file);
	return error;
}

/* The connection's file with a reference, and who is at its other end told to the application. */
static int accept_file(struct file *listener, struct socket *socket, int flags, user_t to, user_t length_at,
		       struct file **out)
{
	struct socket_address address;
	struct socket *made;
	int error;

	if (!socket->ops->accept)
		return -EOPNOTSUPP;
	error = socket->ops->accept(socket, !(listener->flags & O_NONBLOCK), &made);
	if (!error)
		error = socket_open(made, (unsigned)flags & O_NONBLOCK, out);
	if (error || !to)
		return error;
	if (made->ops->name(made, true, &address))
		error = -ECONNABORTED;
	else
		error = socket_address_put(&address, to, length_at);
	if (error)
		file_put(*out);
	return error;
}

static long accept_with(const struct arguments *args, int flags)
{
	struct file *listener, *file;
	struct socket *socket;
	int fd = socket_borrow(ARG_INT(args, 0), &listener, &socket);

	if (fd)
		return fd;
	/* Before a connection is taken that there would be no descriptor for. */
	fd = fd_prepare();
	if (!fd)
		fd = accept_file(listener, socket, flags, ARG_USER(args, 1), ARG_USER(args, 2), &file);
	fd_put(listener);
	if (fd)
		return fd;
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

SYSCALL(accept)
{
	return accept_with(args, 0);
}

SYSCALL(accept4)
{
	int flags = ARG_INT(args, 3);

	return flags & ~(O_CLOEXEC | O_NONBLOCK) ? -EINVAL : accept_with(args, flags);
}

static long name_tell(const struct arguments *args, bool of_peer)
{
	struct socket_address address;
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	error = socket->ops->name(socket, of_peer, &address);
	if (!error)
		error = socket_address_put(&address, ARG_USER(args, 1), ARG_USER(args, 2));
	fd_put(file);
	return error;
}

SYSCALL(getsockname)
{
	return name_tell(args, false);
}

SYSCALL(getpeername)
{
	return name_tell(args, true);
}
