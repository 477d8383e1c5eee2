/* To whom a datagram socket is connected: that can change, and end. */
#include <linux/errno.h>

#include "kernel/net/unix_socket.h"

void unix_follow_end(struct unix_socket *sock, struct unix_socket *peer)
{
	lock_acquire(&peer->socket.lock);
	list_remove(&sock->follow);
	lock_release(&peer->socket.lock);
}

/* Sets the peer, whose reference is taken over; returns the one before, whose reference is the caller's. The bind lock
 * is held. */
static struct unix_socket *peer_replace(struct unix_socket *sock, struct unix_socket *peer)
{
	struct unix_socket *old;

	lock_acquire(&sock->socket.lock);
	old = sock->peer;
	__atomic_store_n(&sock->peer, peer, __ATOMIC_RELEASE);
	__atomic_store_n(&sock->state, peer ? UNIX_CONNECTED : UNIX_CLOSED, __ATOMIC_RELEASE);
	lock_release(&sock->socket.lock);
	if (old)
		unix_follow_end(sock, old);
	if (peer) {
		lock_acquire(&peer->socket.lock);
		list_append(&peer->followers, &sock->follow);
		lock_release(&peer->socket.lock);
	}
	return old;
}

/* What the old peer sent is not for this socket any more; if there was something, he learns of it. */
static void queue_drop(struct unix_socket *sock, struct unix_socket *old)
{
	struct list messages;
	bool told;

	list_init(&messages);
	/* Readers look at the queue's first message with the read lock alone. */
	lock_acquire(&sock->read_lock);
	lock_acquire(&sock->socket.lock);
	list_splice(&messages, &sock->queue);
	sock->queue_count = 0;
	lock_release(&sock->socket.lock);
	lock_release(&sock->read_lock);
	if (list_is_empty(&messages))
		return;
	list_for_each_safe(at, after, &messages)
	{
		list_remove(at);
		unix_message_free(list_entry(at, struct unix_message, list), NULL);
	}
	wait_queue_wake(&sock->senders, 0);
	lock_acquire(&old->socket.lock);
	told = !old->dead && old->peer == sock;
	if (told)
		__atomic_store_n(&old->socket.error, ECONNRESET, __ATOMIC_RELAXED);
	lock_release(&old->socket.lock);
	if (told)
		unix_changed(old);
}

/* Takes over the reference on the new peer, which may be NULL. */
static void peer_change(struct unix_socket *sock, struct unix_socket *peer)
{
	struct unix_socket *old;

	lock_acquire(&sock->bind_lock);
	old = peer_replace(sock, peer);
	lock_release(&sock->bind_lock);
	if (old && old != peer)
		queue_drop(sock, old);
	unix_put(old);
	wait_queue_wake(&sock->socket.writers, 0);
}

void unix_peer_lost(struct unix_socket *sock, struct unix_socket *peer)
{
	struct unix_socket *old = NULL;

	lock_acquire(&sock->bind_lock);
	if (sock->peer == peer)
		old = peer_replace(sock, NULL);
	lock_release(&sock->bind_lock);
	if (old)
		queue_drop(sock, old);
	unix_put(old);
}

/* The peer's credentials stay what they were: datagram sockets have those of pairs only. */
int unix_connect_datagram(struct socket *socket, const struct socket_address *address, bool wait)
{
	struct unix_socket *sock = unix_of(socket), *peer;
	bool admits;
	int error;

	(void)wait;
	if (address->bytes < sizeof(address->family))
		return -EINVAL;
	if (address->family == AF_UNSPEC) {
		peer_change(sock, NULL);
		return 0;
	}
	error = unix_address_check(address);
	if (!error && socket_has(socket, SOCKET_PASSCRED))
		error = unix_bind_any(sock);
	if (!error)
		error = unix_find(address, socket->type, &peer);
	if (error)
		return error;
	lock_acquire(&peer->socket.lock);
	admits = !peer->peer || peer->peer == sock;
	lock_release(&peer->socket.lock);
	if (!admits) {
		unix_put(peer);
		return -EPERM;
	}
	peer_change(sock, peer);
	return 0;
}
