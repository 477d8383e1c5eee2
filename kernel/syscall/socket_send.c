/* Sending over sockets: sendto, sendmsg, sendmmsg. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/message_header.h"
#include "kernel/syscall/socket_call.h"
#include "kernel/syscall/table.h"

#define CONTROL_BYTES_MAX 131072 /* /proc/sys/net/core/optmem_max */
#define MESSAGES_MAX 1024u       /* of one sendmmsg: UIO_MAXIOV */

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

int message_header_get(struct message_header *header, user_t from, struct io *io)
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
	long result = message_header_get(&header, from, &io);

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
