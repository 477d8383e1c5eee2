/* The life of AF_UNIX sockets: making, shutting down, closing. See unix_socket.h. */
#include "kernel/net/unix_socket.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

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
	struct unix_socket *unix = heap_new(struct unix_socket);

	if (!unix)
		return NULL;
	socket_init(&unix->socket, ops_of_type(type), AF_UNIX, type);
	unix->references = 1;
	unix->queue_max = UNIX_DATAGRAMS_MAX;
	wait_queue_init(&unix->senders);
	list_init(&unix->queue);
	list_init(&unix->followers);
	list_init(&unix->follow);
	list_init(&unix->pending);
	list_init(&unix->in_bucket);
	list_init(&unix->flight.list);
	list_init(&unix->flight.work);
	unix_table_add(unix);
	return unix;
}

int unix_create(int type, int protocol, struct socket **out)
{
	struct unix_socket *unix;

	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (type == SOCK_RAW)
		type = SOCK_DGRAM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	unix = unix_new(type);
	if (!unix)
		return -ENOMEM;
	*out = &unix->socket;
	return 0;
}

void unix_put(struct unix_socket *unix)
{
	if (!unix || __atomic_sub_fetch(&unix->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	if (unix->address && __atomic_sub_fetch(&unix->address->references, 1, __ATOMIC_ACQ_REL) == 0)
		heap_free(unix->address);
	heap_free(unix->spare);
	socket_end(&unix->socket);
	heap_free(unix);
}

struct unix_socket *unix_of_file(const struct file *file)
{
	struct socket *socket = socket_of(file);

	return socket && socket->domain == AF_UNIX ? unix_of(socket) : NULL;
}

void unix_changed(struct unix_socket *unix)
{
	wait_queue_wake(&unix->socket.readers, 0);
	wait_queue_wake(&unix->socket.writers, 0);
}

/* `ended`: what ends for this socket; `error`: what it is told besides, or 0. */
static void end_tell(struct unix_socket *unix, uint32_t ended, int error)
{
	lock_acquire(&unix->socket.lock);
	__atomic_fetch_or(&unix->ended, ended, __ATOMIC_RELEASE);
	if (error)
		__atomic_store_n(&unix->socket.error, error, __ATOMIC_RELAXED);
	lock_release(&unix->socket.lock);
	unix_changed(unix);
}

static int unix_shutdown(struct socket *socket, int how)
{
	static const uint32_t own[] = {UNIX_NO_RECEIVE, UNIX_NO_SEND, UNIX_ENDED};
	static const uint32_t others[] = {UNIX_NO_SEND, UNIX_NO_RECEIVE, UNIX_ENDED};
	struct unix_socket *unix = unix_of(socket), *peer;

	peer = unix_is_connected_type(unix) ? unix_peer_get(unix) : NULL;
	end_tell(unix, own[how], 0);
	if (peer)
		end_tell(peer, others[how], 0);
	unix_put(peer);
	return 0;
}

/*
 * --- closing
 * ---------------------------------------------------------------------------------------------------------
 */

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
static struct unix_socket *close_begin(struct unix_socket *unix, struct list *messages, struct list *pending)
{
	struct unix_socket *peer;

	list_init(messages);
	list_init(pending);
	lock_acquire(&unix->socket.lock);
	unix->dead = true;
	unix->socket.file = NULL;
	list_splice(messages, &unix->queue);
	if (unix->state == UNIX_LISTENING)
		list_splice(pending, &unix->pending);
	__atomic_store_n(&unix->state, UNIX_CLOSED, __ATOMIC_RELEASE);
	__atomic_store_n(&unix->ended, UNIX_ENDED, __ATOMIC_RELEASE);
	peer = unix->peer;
	unix->peer = NULL;
	lock_release(&unix->socket.lock);
	return peer;
}

static void close_socket(struct unix_socket *unix, bool accepted)
{
	struct list messages, pending;
	struct unix_socket *peer;

	unix_name_release(unix);
	unix_table_remove(unix);
	peer = close_begin(unix, &messages, &pending);
	wait_queue_wake(&unix->senders, 0);
	if (peer && unix_is_connected_type(unix))
		end_tell(peer, UNIX_ENDED, list_is_empty(&messages) && accepted ? 0 : ECONNRESET);
	else if (peer)
		unix_follow_end(unix, peer);
	messages_free(&messages);
	/* Connections that nobody accepted. They have none of their own. */
	list_for_each_safe(at, after, &pending)
	{
		list_remove(at);
		close_socket(list_entry(at, struct unix_socket, pending), false);
	}
	/* Only now: it is the sender of all those messages. */
	unix_put(peer);
	unix_put(unix);
}

void unix_close(struct unix_socket *unix)
{
	close_socket(unix, true);
	rights_collect();
}

static void unix_release(struct socket *socket)
{
	unix_close(unix_of(socket));
}
