/* Received datagrams: see inet_datagram.h. */
#include "kernel/net/inet_datagram.h"
#include "kernel/net/inet_report.h"

#include <asm/ioctls.h>
#include <linux/signal.h>

#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/signal/send.h"
#include "kernel/vfs/io.h"
#include "lwip/ip.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"

/* What Linux reckons for a packet besides its bytes. */
#define PACKET_COST_BYTES 768u

static void datagram_free(struct datagram *datagram)
{
	pbuf_free(datagram->p);
	heap_free(datagram);
}

void datagram_arrive(struct inet_socket *sock, struct pbuf *p, const ip_addr_t *from, uint16_t port)
{
	uint32_t cost_bytes = p->tot_len + PACKET_COST_BYTES;
	struct datagram *datagram = NULL;

	if (sock->queued_bytes + cost_bytes <= sock->socket.receive_buffer_bytes || list_is_empty(&sock->datagrams))
		datagram = heap_new(struct datagram);
	if (!datagram || inet_ended(sock) & INET_NO_RECEIVE) {
		heap_free(datagram);
		pbuf_free(p);
		sock->drops++;
		return;
	}
	datagram->p = p;
	datagram->cost_bytes = cost_bytes;
	ip_addr_copy(datagram->from.ip, *from);
	datagram->from.port = port;
	ip_addr_copy(datagram->to, *ip_current_dest_addr());
	datagram->interface = netif_get_index(ip_current_input_netif());
	datagram->realtime_ns = host_realtime_ns();
	if (ip_current_is_v6()) {
		datagram->ttl = IP6H_HOPLIM(ip6_current_header());
		datagram->tos = (uint8_t)IP6H_TC(ip6_current_header());
	} else {
		datagram->ttl = IPH_TTL(ip4_current_header());
		datagram->tos = IPH_TOS(ip4_current_header());
	}
	sock->queued_bytes += cost_bytes;
	list_append(&sock->datagrams, &datagram->list);
	stack_tell(sock, EPOLLIN | EPOLLRDNORM);
}

void datagrams_free(struct inet_socket *sock)
{
	list_for_each_safe(at, after, &sock->datagrams)
	{
		list_remove(at);
		datagram_free(list_entry(at, struct datagram, list));
	}
	sock->queued_bytes = 0;
	inet_reports_free(sock);
}

/* In one block, with room for headers in front: 0, -EFAULT, -ENOBUFS. */
static int datagram_get(struct socket_message *message, struct pbuf **out)
{
	uint16_t bytes = (uint16_t)message->io->left;
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, bytes, PBUF_RAM);

	if (!p)
		return -ENOBUFS;
	if (io_get(message->io, p->payload, bytes) < bytes) {
		pbuf_free(p);
		return -EFAULT;
	}
	*out = p;
	return 0;
}

long datagram_send(struct inet_socket *sock, struct socket_message *message, struct inet_name *to,
		   const struct inet_ancillary *ancillary, datagram_send_locked *send)
{
	size_t bytes = message->io->left;
	struct pbuf *p;
	int error;

	if (inet_ended(sock) & INET_NO_SEND) {
		if (!(message->flags & MSG_NOSIGNAL))
			signal_send_current(SIGPIPE);
		return -EPIPE;
	}
	error = datagram_get(message, &p);
	if (error)
		return error;
	stack_enter();
	error = send(sock, p, to, ancillary);
	pbuf_free(p);
	stack_leave();
	return error ? error : (long)bytes;
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/* The first one, which only holders of the read lock take away; NULL: none. */
static struct datagram *datagram_first(struct inet_socket *sock)
{
	struct datagram *first = NULL;

	stack_enter();
	if (!list_is_empty(&sock->datagrams))
		first = list_entry(sock->datagrams.next, struct datagram, list);
	stack_leave();
	return first;
}

static bool is_worth_a_look(void *data)
{
	struct inet_socket *sock = data;

	return __atomic_load_n(&sock->datagrams.next, __ATOMIC_ACQUIRE) != &sock->datagrams ||
	       inet_ended(sock) & INET_NO_RECEIVE || __atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED);
}

/* Waits for a datagram, the read lock held before and after. NULL with *error 0: the end. */
static struct datagram *datagram_await(struct inet_socket *sock, uint64_t deadline_ns, int *error)
{
	for (;;) {
		/* What was told of a datagram sent comes before what has arrived. */
		struct datagram *first;

		*error = socket_error_take(&sock->socket);
		if (*error)
			return NULL;
		first = datagram_first(sock);
		if (first || inet_ended(sock) & INET_NO_RECEIVE)
			return first;
		lock_release(&sock->read_lock);
		*error = socket_wait(&sock->socket.readers, is_worth_a_look, sock, deadline_ns, false);
		lock_acquire(&sock->read_lock);
		if (*error)
			return NULL;
	}
}

/* Copies as much as there is room for. */
static int datagram_copy(const struct datagram *datagram, struct socket_message *message)
{
	for (const struct pbuf *p = datagram->p; p && message->io->left; p = p->next) {
		size_t bytes = p->len < message->io->left ? p->len : message->io->left;

		if (io_put(message->io, p->payload, bytes) < bytes)
			return -EFAULT;
	}
	return 0;
}

/* Tells all of the datagram: its length, or what was copied of it; -EFAULT. */
static long datagram_tell(struct inet_socket *sock, const struct datagram *datagram, struct socket_message *message)
{
	size_t room = message->io->left, length = datagram->p->tot_len;

	if (datagram_copy(datagram, message))
		return -EFAULT;
	if (length > room)
		message->out_flags |= MSG_TRUNC;
	if (message->from)
		inet_name_encode(sock, &datagram->from, message->from);
	inet_control_put(sock, message, datagram);
	return (long)(length > room && !(message->flags & MSG_TRUNC) ? room : length);
}

long datagram_receive(struct socket *socket, struct socket_message *message)
{
	struct inet_socket *sock = inet_of(socket);
	uint64_t deadline_ns = socket_deadline(socket->receive_timeout_ns, !(message->flags & MSG_DONTWAIT));
	struct datagram *datagram;
	long result = 0;
	int error;

	if (message->flags & MSG_ERRQUEUE)
		return inet_report_receive(sock, message);
	lock_acquire(&sock->read_lock);
	datagram = datagram_await(sock, deadline_ns, &error);
	if (datagram)
		result = datagram_tell(sock, datagram, message);
	if (datagram && !(message->flags & MSG_PEEK)) {
		stack_enter();
		list_remove(&datagram->list);
		sock->queued_bytes -= datagram->cost_bytes;
		datagram_free(datagram);
		stack_leave();
	}
	lock_release(&sock->read_lock);
	return error ? error : result;
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

unsigned datagram_poll(struct socket *socket, struct poll_entry *entry)
{
	struct inet_socket *sock = inet_of(socket);
	uint32_t ended;
	unsigned events = EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;

	poll_add(entry, &socket->readers);
	poll_add(entry, &socket->writers);
	ended = inet_ended(sock);
	if (__atomic_load_n(&socket->error, __ATOMIC_ACQUIRE) ||
	    __atomic_load_n(&sock->reports.next, __ATOMIC_ACQUIRE) != &sock->reports)
		events |= EPOLLERR;
	if (ended & INET_NO_RECEIVE)
		events |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (ended == INET_ENDED)
		events |= EPOLLHUP;
	if (datagram_first(sock))
		events |= EPOLLIN | EPOLLRDNORM;
	return events;
}

long datagram_ioctl(struct socket *socket, unsigned request, uint64_t argument)
{
	struct inet_socket *sock = inet_of(socket);
	const struct datagram *first;
	uint32_t bytes = 0;

	switch (request) {
	case FIONREAD:
		lock_acquire(&sock->read_lock);
		first = datagram_first(sock);
		if (first)
			bytes = first->p->tot_len;
		lock_release(&sock->read_lock);
		return put_user_u32(argument, bytes);
	case TIOCOUTQ:
		return put_user_u32(argument, 0);
	}
	return -ENOTTY;
}

int datagram_shutdown(struct socket *socket, int how)
{
	static const uint32_t ends[] = {INET_NO_RECEIVE, INET_NO_SEND, INET_ENDED};
	struct inet_socket *sock = inet_of(socket);

	stack_enter();
	__atomic_fetch_or(&sock->ended, ends[how], __ATOMIC_RELEASE);
	stack_tell(sock, EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLHUP | EPOLLOUT);
	stack_leave();
	return inet_state(sock) == INET_CONNECTED ? 0 : -ENOTCONN;
}
