/* Receiving over sockets: recvfrom, recvmsg, recvmmsg. */
#include <linux/errno.h>

#include "kernel/syscall/message_header.h"
#include "kernel/syscall/socket_call.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"

SYSCALL(recvfrom)
{
	struct socket_address from = {.bytes = 0};
	struct socket_message message = {.flags = ARG_UINT(args, 3)};
	user_t name = ARG_USER(args, 4);
	struct socket *socket;
	struct file *file;
	struct io io;
	long result = io_user(&io, ARG_USER(args, 1), ARG_ULONG(args, 2)), error;

	if (!result)
		result = socket_borrow(ARG_INT(args, 0), &file, &socket);
	if (result)
		return result;
	message.io = &io;
	message.from = name ? &from : NULL;
	message.flags |= file_wait_flag(file);
	result = socket->ops->receive(socket, &message);
	fd_put(file);
	if (result >= 0 && name) {
		error = socket_address_put(&from, name, ARG_USER(args, 5));
		if (error)
			return error;
	}
	return result;
}

/* What recvmsg tells besides bytes. */
static long header_put(user_t to, const struct message_header *header, const struct socket_message *message)
{
	if (header->name) {
		int error = socket_address_put(message->from, header->name,
					       to + offsetof(struct message_header, name_bytes));

		if (error)
			return error;
	}
	if (put_user_u32(to + offsetof(struct message_header, flags), message->out_flags) ||
	    put_user_u64(to + offsetof(struct message_header, control_bytes),
			 header->control_bytes - message->control_left))
		return -EFAULT;
	return 0;
}

static long receive_one(struct socket *socket, user_t to, unsigned flags)
{
	struct socket_address from = {.bytes = 0};
	struct message_header header;
	struct io io;
	long result = message_header_get(&header, to, &io), error;

	if (result)
		return result;
	struct socket_message message = {
		.io = &io,
		.from = header.name ? &from : NULL,
		.control_at = header.control,
		.control_left = header.control_bytes,
		.flags = flags,
		/* Linux shows this flag of the call among those of the message. */
		.out_flags = flags & MSG_CMSG_CLOEXEC,
	};
	result = socket->ops->receive(socket, &message);
	io_end(&io);
	if (result < 0)
		return result;
	error = header_put(to, &header, &message);
	return error ? error : result;
}

SYSCALL(recvmsg)
{
	unsigned flags = ARG_UINT(args, 2);
	struct socket *socket;
	struct file *file;
	long result;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	result = socket_borrow(ARG_INT(args, 0), &file, &socket);
	if (result)
		return result;
	result = receive_one(socket, ARG_USER(args, 1), flags | file_wait_flag(file));
	fd_put(file);
	return result;
}

/* The timeout is looked at after each message only, as in Linux: see BUGS in recvmmsg(2). */
static long receive_many(struct socket *socket, const struct arguments *args, unsigned flags, uint64_t deadline_ns)
{
	unsigned count = ARG_UINT(args, 2), done = 0;
	long result = flags & MSG_ERRQUEUE ? 0 : socket_error_take(socket);

	while (!result && done < count) {
		user_t at = ARG_USER(args, 1) + done * sizeof(struct message_of_many);

		result = receive_one(socket, at, flags & ~(unsigned)MSG_WAITFORONE);
		if (result >= 0)
			result = put_user_u32(at + offsetof(struct message_of_many, bytes), (uint32_t)result);
		if (result)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline_ns != WAIT_FOREVER && !timeout_left(deadline_ns))
			break;
	}
	/* What ended the call after a message is told by the next one. */
	if (done && result && result != -EAGAIN)
		__atomic_store_n(&socket->error, (int)-result, __ATOMIC_RELAXED);
	return done ? (long)done : result;
}

SYSCALL(recvmmsg)
{
	unsigned flags = ARG_UINT(args, 3);
	user_t timeout = ARG_USER(args, 4);
	uint64_t deadline_ns;
	struct socket *socket;
	struct file *file;
	long result;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	result = timeout_get(timeout, &deadline_ns);
	if (!result)
		result = socket_borrow(ARG_INT(args, 0), &file, &socket);
	if (result)
		return result;
	result = receive_many(socket, args, flags | file_wait_flag(file), deadline_ns);
	fd_put(file);
	if (result > 0 && timeout && timespec_put(timeout, deadline_ns ? timeout_left(deadline_ns) : 0))
		return -EFAULT;
	return result;
}
