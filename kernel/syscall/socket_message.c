/* Messages over sockets: sendto, recvfrom, sendmsg, recvmsg, sendmmsg, recvmmsg. */
#include <linux/errno.h>
#include <linux/time_types.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/socket_call.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/vfs/file.h"

#define MSG_CMSG_COMPAT 0x80000000u
#define CONTROL_BYTES_MAX 131072 /* /proc/sys/net/core/optmem_max */
#define MESSAGES_MAX 1024u	 /* of one sendmmsg: UIO_MAXIOV */

struct message_header { /* struct msghdr */
	user_t name;
	int32_t name_bytes;
	user_t segments;
	uint64_t segment_count;
	user_t control;
	uint64_t control_bytes;
	uint32_t flags;
};
struct message_of_many { /* struct mmsghdr */
	struct message_header header;
	uint32_t bytes;
};

static unsigned file_wait_flag(const struct file *file)
{
	return file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

SYSCALL(sendto)
{
	struct socket_address to;
	struct socket_message message = {.flags = ARG_UINT(args, 3)};
	struct socket *socket;
	struct file *file;
	struct io io;
	long result = io_user(&io, ARG_USER(args, 1), ARG_ULONG(args, 2));

	if (!result)
		result = socket_borrow(ARG_INT(args, 0), &file, &socket);
	if (result)
		return result;
	if (ARG_USER(args, 4)) {
		result = socket_address_get(&to, ARG_USER(args, 4), ARG_INT(args, 5));
		message.to = &to;
	}
	message.io = &io;
	message.flags |= file_wait_flag(file);
	if (!result)
		result = socket->ops->send(socket, &message);
	fd_put(file);
	return result;
}

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

/* The header, checked; segments go into io, which io_end frees if this was 0. */
static int header_get(struct message_header *header, user_t from, struct io *io)
{
	if (copy_from_user(header, from, sizeof(*header)))
		return -EFAULT;
	if (!header->name)
		header->name_bytes = 0;
	if (header->name_bytes < 0)
		return -EINVAL;
	if (header->name_bytes > SOCKET_ADDRESS_BYTES_MAX)
		header->name_bytes = SOCKET_ADDRESS_BYTES_MAX;
	if (header->segment_count > IO_SEGMENTS_MAX)
		return -EMSGSIZE;
	return io_import(io, header->segments, header->segment_count);
}

/*
 * --- sending
 * --------------------------------------------------------------------------------------------------------------
 */

/* The control messages in a heap block. */
static int control_get(struct socket_message *message, const struct message_header *header, void **block)
{
	*block = NULL;
	if (!header->control_bytes)
		return 0;
	if (header->control_bytes > CONTROL_BYTES_MAX)
		return -ENOBUFS;
	*block = heap_alloc(header->control_bytes);
	if (!*block)
		return -ENOBUFS;
	message->control = *block;
	message->control_bytes = header->control_bytes;
	return copy_from_user(*block, header->control, header->control_bytes);
}

static long message_send(struct socket *socket, const struct message_header *header, struct io *io, unsigned flags)
{
	struct socket_address to;
	struct socket_message message = {.io = io, .flags = flags};
	void *control = NULL;
	long result = socket_address_get(&to, header->name, header->name_bytes);

	if (header->name_bytes)
		message.to = &to;
	if (!result)
		result = control_get(&message, header, &control);
	if (!result)
		result = socket->ops->send(socket, &message);
	heap_free(control);
	return result;
}

static long send_one(struct socket *socket, user_t from, unsigned flags)
{
	struct message_header header;
	struct io io;
	long result = header_get(&header, from, &io);

	if (result)
		return result;
	result = message_send(socket, &header, &io, flags);
	io_end(&io);
	return result;
}

SYSCALL(sendmsg)
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
	result = send_one(socket, ARG_USER(args, 1), flags | file_wait_flag(file));
	fd_put(file);
	return result;
}

static long send_many(struct socket *socket, user_t messages, unsigned count, unsigned flags)
{
	long result = 0;
	unsigned done = 0;

	for (; done < count && result >= 0; done++) {
		user_t at = messages + done * sizeof(struct message_of_many);

		result = send_one(socket, at, flags);
		if (result >= 0 && put_user_u32(at + offsetof(struct message_of_many, bytes), (uint32_t)result))
			result = -EFAULT;
		if (result < 0)
			break;
	}
	return done ? (long)done : result;
}

SYSCALL(sendmmsg)
{
	unsigned flags = ARG_UINT(args, 3), count = ARG_UINT(args, 2);
	struct socket *socket;
	struct file *file;
	long result;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	result = socket_borrow(ARG_INT(args, 0), &file, &socket);
	if (result)
		return result;
	result = send_many(socket, ARG_USER(args, 1), count < MESSAGES_MAX ? count : MESSAGES_MAX,
			   flags | file_wait_flag(file));
	fd_put(file);
	return result;
}

/*
 * --- receiving
 * ------------------------------------------------------------------------------------------------------------
 */

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
	long result = header_get(&header, to, &io), error;

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
