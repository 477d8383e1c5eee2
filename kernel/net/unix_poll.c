/* What can be waited for at AF_UNIX sockets, and their ioctls. */
#include <asm/ioctls.h>
#include <linux/errno.h>

#include "kernel/net/unix_socket.h"

/* What all types have in common. */
static unsigned events_now(struct unix_socket *sock)
{
	uint32_t ended = unix_ended(sock);
	unsigned events = 0;

	if (__atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED))
		events |= EPOLLERR;
	if (ended == UNIX_ENDED)
		events |= EPOLLHUP;
	if (ended & UNIX_NO_RECEIVE)
		events |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	lock_acquire(&sock->socket.lock);
	if (!list_is_empty(&sock->queue) || (sock->state == UNIX_LISTENING && !list_is_empty(&sock->pending)))
		events |= EPOLLIN | EPOLLRDNORM;
	lock_release(&sock->socket.lock);
	if (unix_is_connected_type(sock) && unix_state(sock) == UNIX_CLOSED)
		events |= EPOLLHUP;
	return events;
}

static void watch(struct unix_socket *sock, struct poll_entry *entry)
{
	poll_add(entry, &sock->socket.readers);
	poll_add(entry, &sock->socket.writers);
}

unsigned unix_poll(struct socket *socket, struct poll_entry *entry)
{
	struct unix_socket *sock = unix_of(socket);
	unsigned events;

	watch(sock, entry);
	events = events_now(sock);
	return unix_has_room(sock) ? events | EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND : events;
}

/* Whether whom it is connected to, but who is not connected to it, takes no more now. */
static bool peer_is_full(struct unix_socket *sock)
{
	struct unix_socket *peer = unix_peer_get(sock);
	bool full = false;

	if (!peer)
		return false;
	lock_acquire(&peer->socket.lock);
	full = !peer->dead && peer->peer != sock && peer->queue_count > peer->queue_max;
	lock_release(&peer->socket.lock);
	unix_put(peer);
	return full;
}

unsigned unix_poll_packets(struct socket *socket, struct poll_entry *entry)
{
	struct unix_socket *sock = unix_of(socket);
	unsigned events;

	watch(sock, entry);
	events = events_now(sock);
	if (unix_has_room(sock) && (unix_is_connected_type(sock) || !peer_is_full(sock)))
		events |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
	return events;
}

/* FIONREAD: all there is to read; of datagrams, what the first one has. */
static long bytes_queued(struct unix_socket *sock)
{
	long bytes = 0;

	if (unix_state(sock) == UNIX_LISTENING)
		return -EINVAL;
	lock_acquire(&sock->socket.lock);
	list_for_each(at, &sock->queue)
	{
		const struct unix_message *message = list_entry(at, struct unix_message, list);

		bytes += message->length - message->taken;
		if (!unix_is_connected_type(sock))
			break;
	}
	lock_release(&sock->socket.lock);
	return bytes;
}

long unix_ioctl(struct socket *socket, unsigned request, uint64_t argument)
{
	struct unix_socket *sock = unix_of(socket);
	long bytes;

	switch (request) {
	case FIONREAD:
		bytes = bytes_queued(sock);
		return bytes < 0 ? bytes : put_user_u32(argument, (uint32_t)bytes);
	case TIOCOUTQ:
		return put_user_u32(argument, __atomic_load_n(&sock->sent_bytes, __ATOMIC_RELAXED));
	}
	return -ENOTTY;
}
