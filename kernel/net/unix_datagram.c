/* Datagrams and sequenced packets: whole messages, each read once. */
#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/net/unix_socket.h"
#include "kernel/vfs/io.h"

/* Up to here Linux keeps a message in one block. */
#define LINEAR_MAX 16064u
#define HEADROOM 32u /* what a message may not have of the send buffer */

/*
 * --- sending
 * --------------------------------------------------------------------------------------------------------------
 */

static bool is_full(const struct unix_socket *sock)
{
	return sock->queue_count > sock->queue_max;
}

/* Whether a datagram could be delivered, or refused, at once. */
static bool queue_has_room(void *data)
{
	struct unix_socket *receiver = data;
	bool has_room;

	lock_acquire(&receiver->socket.lock);
	has_room = receiver->dead || receiver->ended & UNIX_NO_RECEIVE || !is_full(receiver);
	lock_release(&receiver->socket.lock);
	return has_room;
}

/* 0: it is in the queue. -EAGAIN: no room. -ESTALE: the receiver is dead. Else what the sender is told. */
static int deliver_locked(struct unix_socket *receiver, struct unix_message *message)
{
	struct unix_socket *sender = message->sender;

	if (receiver->dead)
		return -ESTALE;
	if (receiver->peer && receiver->peer != sender)
		return -EPERM;
	if (receiver->ended & UNIX_NO_RECEIVE)
		return -EPIPE;
	if (message->rights && socket_has(&receiver->socket, SOCKET_NO_RIGHTS))
		return -EPERM;
	if (receiver != sender && receiver->peer != sender && is_full(receiver))
		return -EAGAIN;
	list_append(&receiver->queue, &message->list);
	receiver->queue_count++;
	__atomic_fetch_add(&receiver->arrived, 1, __ATOMIC_RELEASE);
	return 0;
}

static int deliver(struct unix_socket *receiver, struct unix_message *message)
{
	int error;

	unix_message_sign(message, receiver);
	lock_acquire(&receiver->socket.lock);
	error = deliver_locked(receiver, message);
	lock_release(&receiver->socket.lock);
	if (!error)
		wait_queue_wake(&receiver->socket.readers, UNIX_READABLE);
	return error;
}

/* Who is to get it, with a reference. */
static int receiver_find(struct unix_socket *sock, const struct socket_address *to, struct unix_socket **out)
{
	if (to)
		return unix_find(to, sock->socket.type, out);
	*out = unix_peer_get(sock);
	return *out ? 0 : -ENOTCONN;
}

/* The receiver is dead: what becomes of the message. -ESTALE: there may be another one of that name. */
static int receiver_lost(struct unix_socket *sock, struct unix_socket *receiver)
{
	if (unix_is_connected_type(sock))
		return -EPIPE;
	if (__atomic_load_n(&sock->peer, __ATOMIC_ACQUIRE) != receiver)
		return -ESTALE;
	unix_peer_lost(sock, receiver);
	return -ECONNREFUSED;
}

static int message_send(struct unix_socket *sock, struct unix_message *message, const struct socket_address *to,
			uint64_t deadline_ns)
{
	struct unix_socket *receiver;
	int error;

	do {
		error = receiver_find(sock, to, &receiver);
		if (error)
			return error;
		error = deliver(receiver, message);
		if (error == -ESTALE) {
			error = receiver_lost(sock, receiver);
		} else if (error == -EAGAIN) {
			error = socket_wait(&receiver->senders, queue_has_room, receiver, deadline_ns, true);
			error = error ? error : -ESTALE;
		}
		unix_put(receiver);
	} while (error == -ESTALE);
	return error;
}

static long message_make(struct unix_socket *sock, struct socket_message *from, struct unix_ancillary *ancillary,
			 struct unix_message **out)
{
	size_t length = from->io->left;
	struct unix_message *message = unix_message_new(sock, sock, length, unix_charge(length, LINEAR_MAX));
	int error;

	if (!message)
		return -ENOMEM;
	if (!unix_is_connected_type(sock)) {
		unix_get(sock);
		message->holds_sender = true;
	}
	error = unix_message_attach(message, ancillary);
	if (!error && io_get(from->io, message->bytes, length) < length)
		error = -EFAULT;
	if (error)
		unix_message_free(message, sock);
	else
		*out = message;
	return error;
}

/* `to`: NULL: the peer. */
static long send_to(struct unix_socket *sock, struct socket_message *from, const struct socket_address *to,
		    struct unix_ancillary *ancillary)
{
	uint64_t deadline_ns = socket_deadline(sock->socket.send_timeout_ns, !(from->flags & MSG_DONTWAIT));
	size_t length = from->io->left;
	struct unix_message *message;
	long error = 0;

	if (!to && !__atomic_load_n(&sock->peer, __ATOMIC_RELAXED))
		return -ENOTCONN;
	if (socket_has(&sock->socket, SOCKET_PASSCRED))
		error = unix_bind_any(sock);
	if (!error && length > sock->socket.send_buffer_bytes - HEADROOM)
		error = -EMSGSIZE;
	if (!error)
		error = unix_room_wait(sock, deadline_ns);
	if (!error)
		error = message_make(sock, from, ancillary, &message);
	if (error)
		return error;
	error = message_send(sock, message, to, deadline_ns);
	if (error)
		unix_message_free(message, sock);
	return error ? error : (long)length;
}

long unix_datagram_send(struct socket *socket, struct socket_message *message)
{
	const struct socket_address *to = message->to && message->to->bytes ? message->to : NULL;
	struct unix_ancillary ancillary;
	long result = unix_ancillary_get(&ancillary, message);

	if (result)
		return result;
	if (message->flags & MSG_OOB)
		result = -EOPNOTSUPP;
	else if (to)
		result = unix_address_check(to);
	if (!result)
		result = send_to(unix_of(socket), message, to, &ancillary);
	unix_ancillary_end(&ancillary);
	return result;
}

long unix_packet_send(struct socket *socket, struct socket_message *message)
{
	struct socket_message connected = *message;
	int error = socket_error_take(socket);

	if (error)
		return error;
	if (unix_state(unix_of(socket)) != UNIX_CONNECTED)
		return -ENOTCONN;
	connected.to = NULL;
	return unix_datagram_send(socket, &connected);
}

/*
 * --- receiving
 * ------------------------------------------------------------------------------------------------------------
 */

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
	was_full = is_full(sock);
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

/* A receiver that found no message, and how many had come before it looked. */
struct receiver {
	struct unix_socket *sock;
	uint32_t arrived;
};

static bool has_more(const struct receiver *receiver)
{
	return __atomic_load_n(&receiver->sock->arrived, __ATOMIC_SEQ_CST) != receiver->arrived;
}

static bool is_worth_a_look(void *data)
{
	const struct receiver *receiver = data;

	return has_more(receiver) || unix_ended(receiver->sock) & UNIX_NO_RECEIVE ||
	       __atomic_load_n(&receiver->sock->socket.error, __ATOMIC_RELAXED);
}

/*
 * The message to be read, with the read lock held; or NULL without, and *result says how the call ends. Not waiting,
 * a datagram socket that was shut down has no message yet; a connection has ended.
 */
static struct unix_message *message_await(struct unix_socket *sock, const struct socket_message *call, size_t *skip,
					  int *result)
{
	uint64_t deadline_ns = socket_deadline(sock->socket.receive_timeout_ns, !(call->flags & MSG_DONTWAIT));
	struct receiver receiver = {.sock = sock};

	for (;;) {
		bool ended = unix_ended(sock) & UNIX_NO_RECEIVE;
		struct unix_message *message;

		receiver.arrived = __atomic_load_n(&sock->arrived, __ATOMIC_ACQUIRE);
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
		*result = socket_wait(&sock->socket.readers, is_worth_a_look, &receiver, deadline_ns, true);
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
