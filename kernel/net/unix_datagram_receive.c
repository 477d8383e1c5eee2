/* Datagrams and sequenced packets: receiving; each message is read once. */
#include <linux/errno.h>

#include "kernel/net/unix_socket.h"
#include "kernel/vfs/io.h"

/* The first message; with SO_PEEK_OFF the one that *skip leads into. The read lock is held. */
static struct unix_message *message_find(struct unix_socket *sock, bool peek, size_t *skip)
{
	int32_t offset = peek ? __atomic_load_n(&sock->socket.peek_offset, __ATOMIC_RELAXED) : -1;
	struct unix_message *found = NULL;

	*skip = offset > 0 ? (size_t)offset : 0;
	lock_acquire(&sock->socket.lock);
	list_for_each(at, &sock->queue)
	{
		struct unix_message *message = list_entry(at, struct unix_message, list);

		if (offset >= 0 && *skip >= message->length && (message->length || *skip || message->peeked)) {
			*skip -= message->length;
			continue;
		}
		message->peeked = message->peeked || peek;
		found = message;
		break;
	}
	lock_release(&sock->socket.lock);
	return found;
}

/* Takes a message out, and lets others send again. */
static void message_take(struct unix_socket *sock, struct unix_message *message)
{
	bool was_full;

	lock_acquire(&sock->socket.lock);
	was_full = sock->queue_count > sock->queue_max;
	list_remove(&message->list);
	sock->queue_count--;
	/* Who is connected here can write again: they wait at their own queues. */
	if (was_full) {
		list_for_each(at, &sock->followers)
			wait_queue_wake(&list_entry(at, struct unix_socket, follow)->socket.writers, UNIX_WRITABLE);
	}
	lock_release(&sock->socket.lock);
	if (was_full)
		wait_queue_wake(&sock->senders, UNIX_WRITABLE);
}

/*
 * The message to be read, with the read lock held; or NULL without, and *result says how the call ends. Not waiting,
 * a datagram socket that was shut down has no message yet; a connection has ended.
 */
static struct unix_message *message_await(struct unix_socket *sock, const struct socket_message *call, size_t *skip,
					  int *result)
{
	uint64_t deadline_ns = socket_deadline(sock->socket.receive_timeout_ns, !(call->flags & MSG_DONTWAIT));

	for (;;) {
		bool ended = unix_ended(sock) & UNIX_NO_RECEIVE;
		struct unix_look look = {sock, unix_arrived(sock)};
		struct unix_message *message;

		*result = socket_error_take(&sock->socket);
		if (*result)
			return NULL;
		lock_acquire(&sock->read_lock);
		message = message_find(sock, call->flags & MSG_PEEK, skip);
		if (message)
			return message;
		lock_release(&sock->read_lock);
		/* The end was there before the look: nothing came before it that was not seen. */
		if (ended) {
			*result = unix_is_connected_type(sock) || deadline_ns ? 0 : -EAGAIN;
			return NULL;
		}
		*result = socket_wait(&sock->socket.readers, unix_is_worth_a_look, &look, deadline_ns, true);
		if (*result)
			return NULL;
	}
}

/* Copies the message out: its length or -EFAULT. */
static long message_copy(const struct unix_message *message, struct socket_message *call, size_t skip)
{
	size_t length = message->length - skip, bytes = length;

	if (call->from)
		unix_address_copy(message->sender, call->from);
	if (bytes > call->io->left) {
		bytes = call->io->left;
		call->out_flags |= MSG_TRUNC;
	}
	if (io_put(call->io, message->bytes + skip, bytes) < bytes)
		return -EFAULT;
	return (long)(call->flags & MSG_TRUNC ? length : bytes);
}

static void peek_offset_move(struct unix_socket *sock, int64_t bytes)
{
	int64_t offset = __atomic_load_n(&sock->socket.peek_offset, __ATOMIC_RELAXED);

	if (offset < 0)
		return;
	offset = offset + bytes > 0 ? offset + bytes : 0;
	__atomic_store_n(&sock->socket.peek_offset, (int32_t)offset, __ATOMIC_RELAXED);
}

long unix_datagram_receive(struct socket *socket, struct socket_message *call)
{
	struct unix_socket *sock = unix_of(socket);
	bool peek = call->flags & MSG_PEEK;
	struct rights *rights = NULL;
	struct unix_message *message;
	struct unix_sender sender;
	size_t skip, room = call->io->left;
	int end;
	long result;

	if (call->flags & MSG_OOB)
		return -EOPNOTSUPP;
	message = message_await(sock, call, &skip, &end);
	if (!message)
		return end;
	result = message_copy(message, call, skip);
	sender = message->from;
	if (result >= 0)
		rights = unix_rights_take(message, peek);
	peek_offset_move(sock, peek ? (int64_t)(room - call->io->left) : -(int64_t)message->length);
	if (!peek)
		message_take(sock, message);
	lock_release(&sock->read_lock);
	if (!peek)
		unix_message_free(message, sock);
	if (result >= 0)
		unix_ancillary_put(sock, call, &sender, rights);
	return result;
}

long unix_packet_receive(struct socket *socket, struct socket_message *call)
{
	if (unix_state(unix_of(socket)) != UNIX_CONNECTED)
		return -ENOTCONN;
	return unix_datagram_receive(socket, call);
}
