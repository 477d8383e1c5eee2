/* Netlink sockets: sending questions, receiving answers. */
#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/lib/heap.h"
#include "kernel/net/netlink_diag.h"
#include "kernel/net/netlink_route.h"
#include "kernel/net/netlink_socket.h"
#include "kernel/task/process.h"
#include "kernel/vfs/io.h"
#include "kernel/vfs/wait.h"

#define HEADROOM_BYTES 32 /* of Linux's limit on what is sent */

struct netlink_datagram {
	struct list list;
	struct text text;
};

static void datagram_free(struct netlink_datagram *datagram)
{
	text_clear(&datagram->text);
	heap_free(datagram);
}

void netlink_queue_clear(struct netlink_socket *sock)
{
	list_for_each_safe(at, after, &sock->queue)
	{
		list_remove(at);
		datagram_free(list_entry(at, struct netlink_datagram, list));
	}
}

/* An answer that finds no room is lost, and the reader is told. */
static void datagram_deliver(void *to, struct text *text)
{
	struct netlink_socket *sock = to;
	struct netlink_datagram *datagram = text->failed ? NULL : heap_new(struct netlink_datagram);

	lock_acquire(&sock->socket.lock);
	if (datagram && sock->queue_bytes + text->length <= sock->socket.receive_buffer_bytes) {
		datagram->text = *text;
		*text = (struct text){0};
		list_append(&sock->queue, &datagram->list);
		sock->queue_bytes += datagram->text.length;
		datagram = NULL;
	} else if (!(sock->options >> NETLINK_NO_ENOBUFS & 1)) {
		__atomic_store_n(&sock->socket.error, ENOBUFS, __ATOMIC_RELAXED);
	}
	lock_release(&sock->socket.lock);
	if (datagram)
		heap_free(datagram);
	text_clear(text);
	wait_queue_wake(&sock->socket.readers, EPOLLIN);
}

/* To whom: only the kernel answers. */
static int target_check(const struct netlink_socket *sock, const struct socket_message *message)
{
	const struct sockaddr_nl *to = message->to ? (const struct sockaddr_nl *)(const void *)message->to->raw : NULL;

	if (to && (message->to->bytes < sizeof(*to) || to->nl_family != AF_NETLINK))
		return -EINVAL;
	if (to ? to->nl_groups : sock->to_groups)
		return -EPERM;
	return (to ? to->nl_pid : sock->to_port) ? -ECONNREFUSED : 0;
}

long netlink_send(struct socket *socket, struct socket_message *message)
{
	struct netlink_socket *sock = netlink_of(socket);
	struct netlink_reply reply = {.deliver = datagram_deliver, .to = sock};
	size_t bytes = message->io->left;
	uint8_t *copy;
	int error;

	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	error = target_check(sock, message);
	if (error)
		return error;
	if (bytes > socket->send_buffer_bytes - HEADROOM_BYTES)
		return -EMSGSIZE;
	netlink_autobind(sock);
	copy = heap_alloc(bytes ? bytes : 1);
	if (!copy)
		return -ENOBUFS;
	if (io_get(message->io, copy, bytes) < bytes) {
		heap_free(copy);
		return -EFAULT;
	}
	reply.port = sock->port;
	reply.uid = process_current()->credentials.uid;
	reply.is_capped = sock->options >> NETLINK_CAP_ACK & 1;
	if (socket->protocol == NETLINK_SOCK_DIAG)
		netlink_diag_serve(copy, bytes, &reply);
	else
		netlink_route_serve(copy, bytes, &reply);
	heap_free(copy);
	return (long)bytes;
}

static bool has_something(void *data)
{
	struct netlink_socket *sock = data;
	bool has;

	lock_acquire(&sock->socket.lock);
	has = !list_is_empty(&sock->queue) || sock->socket.error;
	lock_release(&sock->socket.lock);
	return has;
}

/* The first datagram: taken out, or with `peek` a copy. NULL: there is none, or no memory. */
static struct netlink_datagram *datagram_take(struct netlink_socket *sock, bool peek)
{
	struct netlink_datagram *first = NULL, *copy = NULL;

	lock_acquire(&sock->socket.lock);
	if (!list_is_empty(&sock->queue))
		first = list_entry(sock->queue.next, struct netlink_datagram, list);
	if (first && peek) {
		copy = heap_new(struct netlink_datagram);
		if (copy)
			text_add(&copy->text, first->text.data, first->text.length);
		first = copy;
	} else if (first) {
		list_remove(&first->list);
		sock->queue_bytes -= first->text.length;
	}
	lock_release(&sock->socket.lock);
	return first;
}

static long datagram_copy(const struct netlink_datagram *datagram, struct socket_message *message)
{
	size_t length = datagram->text.length, bytes = length;

	if (message->from) {
		struct sockaddr_nl *from = (struct sockaddr_nl *)(void *)message->from->raw;

		*from = (struct sockaddr_nl){.nl_family = AF_NETLINK};
		message->from->bytes = sizeof(*from);
	}
	if (bytes > message->io->left) {
		bytes = message->io->left;
		message->out_flags |= MSG_TRUNC;
	}
	if (io_put(message->io, datagram->text.data, bytes) < bytes)
		return -EFAULT;
	return (long)(message->flags & MSG_TRUNC ? length : bytes);
}

long netlink_receive(struct socket *socket, struct socket_message *message)
{
	struct netlink_socket *sock = netlink_of(socket);
	uint64_t deadline_ns = socket_deadline(socket->receive_timeout_ns, !(message->flags & MSG_DONTWAIT));
	struct netlink_datagram *datagram = NULL;
	long result;

	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	while (!datagram) {
		int error = socket_error_take(socket);

		if (!error)
			error = socket_wait(&socket->readers, has_something, sock, deadline_ns, true);
		if (error)
			return error;
		datagram = datagram_take(sock, message->flags & MSG_PEEK);
	}
	result = datagram->text.failed ? -ENOBUFS : datagram_copy(datagram, message);
	datagram_free(datagram);
	return result;
}

unsigned netlink_poll(struct socket *socket, struct poll_entry *entry)
{
	struct netlink_socket *sock = netlink_of(socket);
	unsigned events = EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;

	poll_add(entry, &socket->readers);
	lock_acquire(&socket->lock);
	if (!list_is_empty(&sock->queue))
		events |= EPOLLIN | EPOLLRDNORM;
	lock_release(&socket->lock);
	return __atomic_load_n(&socket->error, __ATOMIC_RELAXED) ? events | EPOLLERR : events;
}
