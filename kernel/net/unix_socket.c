/* The life of AF_UNIX sockets: making, shutting down, closing. See unix_socket.h. */
#include "kernel/net/unix_socket.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/vfs/file.h"

static void unix_release(struct socket *socket);
static int unix_shutdown(struct socket *socket, int how);

static bool is_listening(const struct socket *socket)
{
	return unix_state(container_of(socket, struct unix_socket, socket)) == UNIX_LISTENING;
}

#define COMMON_OPS                                                                                                     \
	.bind = unix_bind, .pair = unix_pair, .name = unix_name, .shutdown = unix_shutdown, .ioctl = unix_ioctl,       \
	.is_listening = is_listening, .release = unix_release

static const struct socket_ops stream_ops = {
	COMMON_OPS,
	.connect = unix_connect_stream,
	.listen = unix_listen,
	.accept = unix_accept,
	.send = unix_stream_send,
	.receive = unix_stream_receive,
	.poll = unix_poll,
};

static const struct socket_ops packet_ops = {
	COMMON_OPS,
	.connect = unix_connect_stream,
	.listen = unix_listen,
	.accept = unix_accept,
	.send = unix_packet_send,
	.receive = unix_packet_receive,
	.poll = unix_poll_packets,
};

static const struct socket_ops datagram_ops = {
	COMMON_OPS,
	.connect = unix_connect_datagram,
	.send = unix_datagram_send,
	.receive = unix_datagram_receive,
	.poll = unix_poll_packets,
};

static const struct socket_ops *ops_of_type(int type)
{
	if (type == SOCK_STREAM)
		return &stream_ops;
	return type == SOCK_SEQPACKET ? &packet_ops : &datagram_ops;
}

struct unix_socket *unix_new(int type)
{
	struct unix_socket *sock = heap_new(struct unix_socket);

	if (!sock)
		return NULL;
	socket_init(&sock->socket, ops_of_type(type), AF_UNIX, type);
	sock->references = 1;
	sock->queue_max = UNIX_DATAGRAMS_MAX;
	wait_queue_init(&sock->senders);
	list_init(&sock->queue);
	list_init(&sock->followers);
	list_init(&sock->follow);
	list_init(&sock->pending);
	list_init(&sock->in_bucket);
	list_init(&sock->flight.list);
	list_init(&sock->flight.work);
	unix_table_add(sock);
	return sock;
}

int unix_create(int type, int protocol, struct socket **out)
{
	struct unix_socket *sock;

	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == SOCK_RAW)
		type = SOCK_DGRAM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	sock = unix_new(type);
	if (!sock)
		return -ENOMEM;
	*out = &sock->socket;
	return 0;
}

void unix_put(struct unix_socket *sock)
{
	if (!sock || __atomic_sub_fetch(&sock->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	if (sock->address && __atomic_sub_fetch(&sock->address->references, 1, __ATOMIC_ACQ_REL) == 0)
		heap_free(sock->address);
	heap_free(sock->spare);
	socket_end(&sock->socket);
	heap_free(sock);
}

struct unix_socket *unix_of_file(const struct file *file)
{
	struct socket *socket = socket_of(file);

	return socket && socket->domain == AF_UNIX ? unix_of(socket) : NULL;
}

void unix_changed(struct unix_socket *sock)
{
	wait_queue_wake(&sock->socket.readers, 0);
	wait_queue_wake(&sock->socket.writers, 0);
}

/* `ended`: what ends for this socket; `error`: what it is told besides, or 0. */
static void end_tell(struct unix_socket *sock, uint32_t ended, int error)
{
	lock_acquire(&sock->socket.lock);
	__atomic_fetch_or(&sock->ended, ended, __ATOMIC_RELEASE);
	if (error)
		__atomic_store_n(&sock->socket.error, error, __ATOMIC_RELAXED);
	lock_release(&sock->socket.lock);
	unix_changed(sock);
}

static int unix_shutdown(struct socket *socket, int how)
{
	static const uint32_t own[] = {UNIX_NO_RECEIVE, UNIX_NO_SEND, UNIX_ENDED};
	static const uint32_t others[] = {UNIX_NO_SEND, UNIX_NO_RECEIVE, UNIX_ENDED};
	struct unix_socket *sock = unix_of(socket), *peer;

	peer = unix_is_connected_type(sock) ? unix_peer_get(sock) : NULL;
	end_tell(sock, own[how], 0);
	if (peer)
		end_tell(peer, others[how], 0);
	unix_put(peer);
	return 0;
}

/* --- closing ------------------------------------------------------------------------------------------------------ */

static void messages_free(struct list *messages)
{
	list_for_each_safe(at, after, messages)
	{
		struct unix_message *message = list_entry(at, struct unix_message, list);

		list_remove(at);
		unix_message_free(message, NULL);
	}
}

/* Ends the socket for everyone who finds it from here on; takes what is queued. */
static struct unix_socket *close_begin(struct unix_socket *sock, struct list *messages, struct list *pending)
{
	struct unix_socket *peer;

	list_init(messages);
	list_init(pending);
	lock_acquire(&sock->socket.lock);
	sock->dead = true;
	__atomic_store_n(&sock->socket.file, NULL, __ATOMIC_RELAXED);
	list_splice(messages, &sock->queue);
	if (sock->state == UNIX_LISTENING)
		list_splice(pending, &sock->pending);
	__atomic_store_n(&sock->state, UNIX_CLOSED, __ATOMIC_RELEASE);
	__atomic_store_n(&sock->ended, UNIX_ENDED, __ATOMIC_RELEASE);
	peer = sock->peer;
	__atomic_store_n(&sock->peer, NULL, __ATOMIC_RELEASE);
	lock_release(&sock->socket.lock);
	return peer;
}

/* Whether something was sent that nobody read. As in Linux an empty packet in front does not count. */
static bool has_unread(const struct list *messages)
{
	const struct list *first = messages->next;

	if (first != messages && !list_entry(first, struct unix_message, list)->length)
		first = first->next;
	return first != messages;
}

static void close_socket(struct unix_socket *sock, bool accepted)
{
	struct list messages, pending;
	struct unix_socket *peer;

	unix_name_release(sock);
	unix_table_remove(sock);
	peer = close_begin(sock, &messages, &pending);
	wait_queue_wake(&sock->senders, 0);
	if (peer && unix_is_connected_type(sock))
		end_tell(peer, UNIX_ENDED, accepted && !has_unread(&messages) ? 0 : ECONNRESET);
	else if (peer)
		unix_follow_end(sock, peer);
	messages_free(&messages);
	/* Connections that nobody accepted. They have none of their own. */
	list_for_each_safe(at, after, &pending)
	{
		list_remove(at);
		close_socket(list_entry(at, struct unix_socket, pending), false);
	}
	/* Only now: it is the sender of all those messages. */
	unix_put(peer);
	unix_put(sock);
}

void unix_close(struct unix_socket *sock)
{
	close_socket(sock, true);
	rights_collect();
}

static void unix_release(struct socket *socket)
{
	unix_close(unix_of(socket));
}
