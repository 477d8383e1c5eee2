/* Making sockets and what takes no address: socket, socketpair, listen, shutdown; and what socket calls share. */
#include <linux/errno.h>

#include "kernel/syscall/socket_call.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

int socket_borrow(int fd, struct file **file, struct socket **out)
{
	*file = fd_get(fd);
	if (!*file)
		return -EBADF;
	*out = socket_of(*file);
	if (*out)
		return 0;
	fd_put(*file);
	return -ENOTSOCK;
}

int socket_address_get(struct socket_address *out, user_t from, int bytes)
{
	if (bytes < 0 || bytes > SOCKET_ADDRESS_BYTES_MAX)
		return -EINVAL;
	out->bytes = (uint32_t)bytes;
	out->family = AF_UNSPEC;
	return bytes ? copy_from_user(out->raw, from, (size_t)bytes) : 0;
}

int socket_address_put(const struct socket_address *address, user_t to, user_t length_at)
{
	uint32_t room;

	if (get_user_u32(&room, length_at))
		return -EFAULT;
	if (room > address->bytes && (int)room >= 0)
		room = address->bytes;
	if ((int)room < 0)
		return -EINVAL;
	if (room && copy_to_user(to, address->raw, room))
		return -EFAULT;
	return put_user_u32(length_at, address->bytes);
}

/* A new socket with its file. `type` has SOCK_CLOEXEC and SOCK_NONBLOCK, which are O_CLOEXEC and O_NONBLOCK. */
static int make(int domain, int type, int protocol, struct file **out)
{
	struct socket *socket;
	int error;

	if (type & ~(SOCK_TYPE_MASK | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	error = socket_create(domain, type & SOCK_TYPE_MASK, protocol, &socket);
	return error ? error : socket_open(socket, (unsigned)type & O_NONBLOCK, out);
}

SYSCALL(socket)
{
	struct file *file;
	int fd = make(ARG_INT(args, 0), ARG_INT(args, 1), ARG_INT(args, 2), &file);

	if (fd)
		return fd;
	fd = fd_install(file, 0, ARG_INT(args, 1) & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

/* Two connected sockets, one reference each. */
static int make_pair(const struct arguments *args, struct file *files[2])
{
	int domain = ARG_INT(args, 0), type = ARG_INT(args, 1), protocol = ARG_INT(args, 2);
	struct socket *one;
	int error = make(domain, type, protocol, &files[0]);

	if (error)
		return error;
	error = make(domain, type, protocol, &files[1]);
	if (!error) {
		one = socket_of(files[0]);
		error = one->ops->pair ? one->ops->pair(one, socket_of(files[1])) : -EOPNOTSUPP;
		if (!error)
			return 0;
		file_put(files[1]);
	}
	file_put(files[0]);
	return error;
}

/* Descriptors for both files, whose references are taken over. */
static long pair_install(struct file *const files[2], bool close_on_exec, user_t out)
{
	int fds[2], error = 0;

	fds[0] = fd_install(files[0], 0, close_on_exec);
	if (fds[0] < 0) {
		file_put(files[0]);
		file_put(files[1]);
		return fds[0];
	}
	fds[1] = fd_install(files[1], 0, close_on_exec);
	if (fds[1] < 0) {
		error = fds[1];
		file_put(files[1]);
	} else if (copy_to_user(out, fds, sizeof(fds))) {
		error = -EFAULT;
		fd_close(fds[1]);
	}
	if (error)
		fd_close(fds[0]);
	return error;
}

SYSCALL(socketpair)
{
	struct file *files[2];
	int error = make_pair(args, files);

	return error ? error : pair_install(files, ARG_INT(args, 1) & O_CLOEXEC, ARG_USER(args, 3));
}

SYSCALL(listen)
{
	unsigned backlog = ARG_UINT(args, 1);
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	if (backlog > SOMAXCONN_DEFAULT)
		backlog = SOMAXCONN_DEFAULT;
	error = socket->ops->listen ? socket->ops->listen(socket, (int)backlog) : -EOPNOTSUPP;
	fd_put(file);
	return error;
}

SYSCALL(shutdown)
{
	int how = ARG_INT(args, 1);
	struct socket *socket;
	struct file *file;
	int error = socket_borrow(ARG_INT(args, 0), &file, &socket);

	if (error)
		return error;
	if (how < SHUT_RD || how > SHUT_RDWR)
		error = -EINVAL;
	else
		error = socket->ops->shutdown ? socket->ops->shutdown(socket, how) : -EOPNOTSUPP;
	fd_put(file);
	return error;
}
