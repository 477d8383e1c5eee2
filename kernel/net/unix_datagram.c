/* Datagrams and sequenced packets: sending whole messages. */
#include <linux/errno.h>

#include "kernel/net/unix_socket.h"
#include "kernel/vfs/io.h"

/* Up to here Linux keeps a message in one block. */
#define LINEAR_MAX 16064u
#define HEADROOM 32u /* what a message may not have of the send buffer */

/* --- sending ------------------------------------------------------------------------------------------------------ */

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
	unix_queue_append(receiver, message);
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
		unix_readers_wake(receiver);
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
