/* Connections of AF_UNIX sockets: listen, connect, accept; pairs; the peers of datagram sockets. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/net/unix_socket.h"

struct unix_socket *unix_peer_get(struct unix_socket *sock)
{
	struct unix_socket *peer;

	lock_acquire(&sock->socket.lock);
	peer = sock->peer;
	if (peer)
		unix_get(peer);
	lock_release(&sock->socket.lock);
	return peer;
}

static void state_set(struct unix_socket *sock, enum unix_state state)
{
	__atomic_store_n(&sock->state, state, __ATOMIC_RELEASE);
}

/* Takes over the reference on the credentials. The socket is locked, or nobody else has it. */
static void peer_credentials_set(struct unix_socket *sock, struct socket_credentials *credentials)
{
	socket_credentials_put(sock->socket.peer);
	sock->socket.peer = credentials;
}

int unix_listen(struct socket *socket, int backlog)
{
	struct unix_socket *sock = unix_of(socket);
	struct socket_credentials *credentials;
	int error = 0;

	if (!unix_address(sock))
		return -EINVAL;
	credentials = socket_credentials_current();
	if (!credentials)
		return -ENOMEM;
	lock_acquire(&socket->lock);
	if (sock->state == UNIX_CONNECTED) {
		error = -EINVAL;
		socket_credentials_put(credentials);
	} else {
		sock->queue_max = (uint32_t)backlog;
		state_set(sock, UNIX_LISTENING);
		peer_credentials_set(sock, credentials);
	}
	lock_release(&socket->lock);
	wait_queue_wake(&sock->senders, 0);
	return error;
}

/* --- connecting --------------------------------------------------------------------------------------------------- */

/* Whether a connection could be made, or refused, at once. */
static bool backlog_has_room(void *data)
{
	struct unix_socket *listener = data;
	bool has_room;

	lock_acquire(&listener->socket.lock);
	has_room = listener->dead || listener->state != UNIX_LISTENING || listener->ended & UNIX_NO_RECEIVE ||
		   listener->queue_count <= listener->queue_max;
	lock_release(&listener->socket.lock);
	return has_room;
}

/* Both ends know each other from here on. `made` is new. The locks of sock and listener are held. */
static void ends_join(struct unix_socket *sock, struct unix_socket *listener, struct unix_socket *made)
{
	unix_get(made);
	__atomic_store_n(&sock->peer, made, __ATOMIC_RELEASE);
	unix_get(sock);
	made->peer = sock;
	made->address = listener->address;
	__atomic_fetch_add(&made->address->references, 1, __ATOMIC_RELAXED);
	made->socket.flags = listener->socket.flags & SOCKET_PASSCRED;
	socket_credentials_get(listener->socket.peer);
	peer_credentials_set(sock, listener->socket.peer);
	state_set(made, UNIX_CONNECTED);
	state_set(sock, UNIX_CONNECTED);
	list_append(&listener->pending, &made->pending);
	listener->queue_count++;
}

/* 0: connected. -EAGAIN: no room. -ESTALE: the listener is gone, but there may be another one of its name. */
static int connect_locked(struct unix_socket *sock, struct unix_socket *listener, struct unix_socket *made)
{
	if (listener->dead)
		return -ESTALE;
	if (listener->state != UNIX_LISTENING || listener->ended & UNIX_NO_RECEIVE)
		return -ECONNREFUSED;
	if (listener->queue_count > listener->queue_max)
		return -EAGAIN;
	if (sock->state != UNIX_CLOSED)
		return sock->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
	ends_join(sock, listener, made);
	return 0;
}

static int connect_try(struct unix_socket *sock, struct unix_socket *listener, struct unix_socket *made)
{
	struct lock *first = &sock->socket.lock, *second = &listener->socket.lock;
	int error;

	if (sock == listener)
		return unix_state(sock) == UNIX_LISTENING ? -EINVAL : -ECONNREFUSED;
	if ((uintptr_t)first > (uintptr_t)second) {
		first = second;
		second = &sock->socket.lock;
	}
	lock_acquire(first);
	lock_acquire(second);
	error = connect_locked(sock, listener, made);
	lock_release(second);
	lock_release(first);
	if (!error)
		wait_queue_wake(&listener->socket.readers, UNIX_READABLE);
	return error;
}

static int connect_stream(struct unix_socket *sock, const struct socket_address *address, uint64_t deadline_ns,
			  struct unix_socket *made)
{
	struct unix_socket *listener;
	int error;

	do {
		error = unix_find(address, sock->socket.type, &listener);
		if (error)
			return error;
		error = connect_try(sock, listener, made);
		if (error == -EAGAIN) {
			error = socket_wait(&listener->senders, backlog_has_room, listener, deadline_ns, true);
			error = error ? error : -ESTALE;
		}
		unix_put(listener);
	} while (error == -ESTALE);
	return error;
}

int unix_connect_stream(struct socket *socket, const struct socket_address *address, bool wait)
{
	struct unix_socket *sock = unix_of(socket), *made;
	int error = unix_address_check(address);

	if (!error && socket_has(socket, SOCKET_PASSCRED))
		error = unix_bind_any(sock);
	if (error)
		return error;
	made = unix_new(socket->type);
	if (!made)
		return -ENOMEM;
	made->socket.peer = socket_credentials_current();
	error = made->socket.peer ? connect_stream(sock, address, socket_deadline(socket->send_timeout_ns, wait), made)
				  : -ENOMEM;
	if (error)
		unix_close(made);
	return error;
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

static bool is_acceptable(void *data)
{
	struct unix_socket *sock = data;
	bool acceptable;

	lock_acquire(&sock->socket.lock);
	acceptable = !list_is_empty(&sock->pending) || sock->ended & UNIX_NO_RECEIVE;
	lock_release(&sock->socket.lock);
	return acceptable;
}

/* The connection that came first, its reference included; NULL: none. `more`: it was not the last. */
static struct unix_socket *pending_take(struct unix_socket *sock, bool *more)
{
	struct unix_socket *made = NULL;

	lock_acquire(&sock->socket.lock);
	if (!list_is_empty(&sock->pending)) {
		made = list_entry(sock->pending.next, struct unix_socket, pending);
		list_remove(&made->pending);
		sock->queue_count--;
	}
	*more = !list_is_empty(&sock->pending);
	lock_release(&sock->socket.lock);
	return made;
}

int unix_accept(struct socket *socket, bool wait, struct socket **out)
{
	struct unix_socket *sock = unix_of(socket), *made;
	uint64_t deadline_ns;
	bool more;

	if (unix_state(sock) != UNIX_LISTENING)
		return -EINVAL;
	deadline_ns = socket_deadline(socket->receive_timeout_ns, wait);
	while (!(made = pending_take(sock, &more))) {
		int error = socket_error_take(socket);

		if (!error && unix_ended(sock) & UNIX_NO_RECEIVE && deadline_ns)
			error = -EINVAL;
		if (!error && !deadline_ns)
			error = -EAGAIN;
		if (!error)
			error = socket_wait(&socket->readers, is_acceptable, sock, deadline_ns, true);
		if (error)
			return error;
	}
	wait_queue_wake(&sock->senders, 0);
	/* Several may have come for one wake: the next one in accept is told, by an event that no poll asks for. */
	if (more)
		wait_queue_wake(&socket->readers, EPOLLMSG);
	*out = &made->socket;
	return 0;
}

int unix_pair(struct socket *one, struct socket *other)
{
	struct socket_credentials *credentials = socket_credentials_current();

	if (!credentials)
		return -ENOMEM;
	socket_credentials_get(credentials);
	one->peer = credentials;
	other->peer = credentials;
	unix_of(one)->peer = unix_of(other);
	unix_of(other)->peer = unix_of(one);
	unix_get(unix_of(one));
	unix_get(unix_of(other));
	state_set(unix_of(one), UNIX_CONNECTED);
	state_set(unix_of(other), UNIX_CONNECTED);
	if (!unix_is_connected_type(unix_of(one))) {
		list_append(&unix_of(one)->followers, &unix_of(other)->follow);
		list_append(&unix_of(other)->followers, &unix_of(one)->follow);
	}
	return 0;
}
