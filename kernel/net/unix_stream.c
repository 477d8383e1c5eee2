/* Streams: bytes, in the pieces they were sent in, with what came along where it came. */
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/net/unix_socket.h"
#include "kernel/signal/send.h"
#include "kernel/vfs/io.h"

/* What Linux makes one piece of a long write: a page's worth beside the header, and 32 KiB. */
#define PIECE_LINEAR_MAX 3776u
#define PIECE_BYTES_MAX (PIECE_LINEAR_MAX + 32768u)

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* Hands a message to the peer: 0, -EPIPE, -EPERM. */
static int piece_deliver(struct unix_socket *peer, struct unix_message *message)
{
	int error = 0;

	lock_acquire(&peer->socket.lock);
	if (peer->dead || peer->ended & UNIX_NO_RECEIVE) {
		error = -EPIPE;
	} else if (message->rights && socket_has(&peer->socket, SOCKET_NO_RIGHTS)) {
		error = -EPERM;
	} else {
		unix_queue_append(peer, message);
	}
	lock_release(&peer->socket.lock);
	if (!error)
		unix_readers_wake(peer);
	return error;
}

static size_t piece_bytes(const struct unix_socket *sock, size_t left)
{
	size_t largest = sock->socket.send_buffer_bytes / 2 - 64;

	if (largest > PIECE_BYTES_MAX)
		largest = PIECE_BYTES_MAX;
	return left < largest ? left : largest;
}

/* One piece: its bytes, or -errno. */
static long piece_send(struct unix_socket *sock, struct unix_socket *peer, struct io *io,
		       struct unix_ancillary *ancillary)
{
	size_t length = piece_bytes(sock, io->left);
	struct unix_message *message = unix_message_new(sock, peer, length, unix_charge(length, PIECE_LINEAR_MAX));
	int error;

	if (!message)
		return -ENOMEM;
	error = unix_message_attach(message, ancillary);
	ancillary->sender.is_known = false;
	if (!error && io_get(io, message->bytes, length) < length)
		error = -EFAULT;
	if (!error) {
		unix_message_sign(message, peer);
		error = piece_deliver(peer, message);
	}
	if (error)
		unix_message_free(message, peer);
	return error ? error : (long)length;
}

static long stream_send(struct unix_socket *sock, struct socket_message *message, struct unix_ancillary *ancillary)
{
	/* The peer stays what it is as long as this socket has a file. */
	struct unix_socket *peer = __atomic_load_n(&sock->peer, __ATOMIC_ACQUIRE);
	uint64_t deadline_ns;
	long done = 0, part = 0;

	if (message->to && message->to->bytes)
		return unix_state(sock) == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	if (!peer)
		return -ENOTCONN;
	if (unix_ended(sock) & UNIX_NO_SEND)
		part = -EPIPE;
	deadline_ns = socket_deadline(sock->socket.send_timeout_ns, !(message->flags & MSG_DONTWAIT));
	while (message->io->left && part >= 0) {
		part = unix_room_wait(sock, deadline_ns);
		/* Nobody sends SIGPIPE to who was told while it waited. */
		if (part < 0)
			return done ? done : part;
		part = piece_send(sock, peer, message->io, ancillary);
		if (part > 0)
			done += part;
	}
	if (part == -EPIPE && !done && !(message->flags & MSG_NOSIGNAL))
		signal_send_current(SIGPIPE);
	return part < 0 && !done ? part : done;
}

long unix_stream_send(struct socket *socket, struct socket_message *message)
{
	struct unix_ancillary ancillary;
	long result = unix_ancillary_get(&ancillary, message);

	if (result)
		return result;
	/* Out-of-band data as in a Linux that is built without them for AF_UNIX. */
	result = message->flags & MSG_OOB ? -EOPNOTSUPP : stream_send(unix_of(socket), message, &ancillary);
	unix_ancillary_end(&ancillary);
	return result;
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/* A read on its way. The read lock is held but while it waits. */
struct stream_read {
	struct unix_socket *sock;
	struct socket_message *message;
	size_t done;
	size_t target; /* enough to return */
	size_t skip;   /* bytes to leave out: SO_PEEK_OFF */
	bool peek;
	bool signed_only; /* credentials are wanted: bytes of one sender only */
	struct unix_sender sender;
	struct rights *rights;
	struct unix_look look;
};

static bool is_same_sender(const struct unix_sender *one, const struct unix_sender *other)
{
	return one->is_known == other->is_known &&
	       (!one->is_known || (one->pid == other->pid && one->uid == other->uid && one->gid == other->gid));
}

static struct unix_message *message_behind(struct unix_socket *sock, struct list *at)
{
	struct list *next = __atomic_load_n(&at->next, __ATOMIC_ACQUIRE);

	return next == &sock->queue ? NULL : list_entry(next, struct unix_message, list);
}

static void peek_offset_move(struct unix_socket *sock, long bytes)
{
	int32_t offset = __atomic_load_n(&sock->socket.peek_offset, __ATOMIC_RELAXED);

	if (offset < 0)
		return;
	offset = (int32_t)(bytes < -offset ? 0 : offset + bytes);
	__atomic_store_n(&sock->socket.peek_offset, offset, __ATOMIC_RELAXED);
}

/* Bytes of a message were read: it goes if they were the last. Whether it went. */
static bool message_consume(struct unix_socket *sock, struct unix_message *message, size_t bytes)
{
	message->taken += bytes;
	if (message->taken < message->length)
		return false;
	lock_acquire(&sock->socket.lock);
	list_remove(&message->list);
	sock->queue_count--;
	lock_release(&sock->socket.lock);
	unix_message_free(message, sock);
	return true;
}

/*
 * Reads from one message, which has more than r->skip bytes. 1: go on with the one behind it; 0: that is all; -EFAULT.
 */
static int message_read(struct stream_read *r, struct unix_message *message)
{
	size_t bytes = message->length - message->taken - r->skip;
	struct io *io = r->message->io;

	if (r->signed_only) {
		if (r->done && !is_same_sender(&r->sender, &message->from))
			return 0;
		r->sender = message->from;
	}
	if (r->message->from && !r->message->from->bytes)
		unix_address_copy(message->sender, r->message->from);
	if (bytes > io->left)
		bytes = io->left;
	if (io_put(io, message->bytes + message->taken + r->skip, bytes) < bytes)
		return -EFAULT;
	r->done += bytes;
	r->skip = 0;
	if (message->rights)
		r->rights = unix_rights_take(message, r->peek);
	if (!r->peek) {
		peek_offset_move(r->sock, -(long)bytes);
		return message_consume(r->sock, message, bytes) && !r->rights;
	}
	peek_offset_move(r->sock, (long)bytes);
	return !r->rights;
}

/* Reads what there is. 1: more is wanted; 0: done; -EFAULT. */
static int queue_read(struct stream_read *r)
{
	struct list *at = &r->sock->queue;
	struct unix_message *message;
	bool peeked = false;

	while ((message = message_behind(r->sock, at))) {
		size_t length = message->length - message->taken;
		int go_on;

		at = &message->list;
		if (r->skip >= length && r->skip) {
			r->skip -= length;
			continue;
		}
		go_on = message_read(r, message);
		/* As in Linux a peek goes on without room for bytes: up to the next descriptors, which it shows. */
		if (go_on <= 0 || (!r->message->io->left && !r->peek))
			return go_on < 0 ? go_on : 0;
		peeked = r->peek;
		/* A message that was peeked at is still there, one that was read is not. */
		if (!r->peek)
			at = &r->sock->queue;
	}
	return peeked ? 0 : 1;
}

/* Nothing more is in the queue: 1: there is something now; 0: that was all; -errno. */
static int read_wait(struct stream_read *r, uint64_t deadline_ns)
{
	struct unix_socket *sock = r->sock;
	/* Looked at first: what came before the end is read before the end is told. */
	bool ended = unix_ended(sock) & UNIX_NO_RECEIVE;
	int error;

	if (r->done >= r->target)
		return 0;
	if (unix_arrived(sock) != r->look.arrived)
		return 1;
	error = socket_error_take(&sock->socket);
	if (error || ended)
		return error;
	if (!deadline_ns)
		return -EAGAIN;
	lock_release(&sock->read_lock);
	error = socket_wait(&sock->socket.readers, unix_is_worth_a_look, &r->look, deadline_ns, false);
	lock_acquire(&sock->read_lock);
	return error ? error : 1;
}

static long stream_read(struct stream_read *r, uint64_t deadline_ns)
{
	int32_t skip = __atomic_load_n(&r->sock->socket.peek_offset, __ATOMIC_RELAXED);
	int state;

	lock_acquire(&r->sock->read_lock);
	do {
		r->look = (struct unix_look){r->sock, unix_arrived(r->sock)};
		r->skip = r->peek && skip > 0 && !r->done ? (size_t)skip : 0;
		state = queue_read(r);
		if (state > 0)
			state = read_wait(r, deadline_ns);
	} while (state > 0);
	lock_release(&r->sock->read_lock);
	return state < 0 && !r->done ? state : (long)r->done;
}

long unix_stream_receive(struct socket *socket, struct socket_message *message)
{
	struct unix_socket *sock = unix_of(socket);
	size_t low = message->flags & MSG_WAITALL ? message->io->left : socket->receive_low_bytes;
	struct stream_read r = {
		.sock = sock,
		.message = message,
		.peek = message->flags & MSG_PEEK,
		.signed_only = socket_has(socket, SOCKET_PASSCRED),
	};
	long result;

	if (unix_state(sock) != UNIX_CONNECTED)
		return -EINVAL;
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	r.target = low < message->io->left ? low : message->io->left;
	if (!r.target)
		r.target = 1;
	result = stream_read(&r, socket_deadline(socket->receive_timeout_ns, !(message->flags & MSG_DONTWAIT)));
	unix_ancillary_put(sock, message, &r.sender, r.rights);
	return result;
}
