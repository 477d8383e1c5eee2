/* TCP servers: listen, accept. Rules: listen(2), accept(2). */
#include "kernel/net/inet_socket.h"
#include "kernel/net/lwip/hooks.h"
#include "lwip/tcp.h"

/* Connections that a listener lets be half-open; beyond, the oldest is taken for part of a flood. */
#define HALF_OPEN_MAX 1024u

/* What a connection has from its listener. */
static void options_inherit(struct inet_socket *made, const struct inet_socket *listener)
{
	const struct socket *from = &listener->socket;
	struct socket *to = &made->socket;

	to->flags = from->flags;
	to->send_buffer_bytes = from->send_buffer_bytes;
	to->receive_buffer_bytes = from->receive_buffer_bytes;
	to->receive_low_bytes = from->receive_low_bytes;
	to->send_timeout_ns = from->send_timeout_ns;
	to->receive_timeout_ns = from->receive_timeout_ns;
	to->priority = from->priority;
	to->mark = from->mark;
	to->linger_s = from->linger_s;
	made->uid = listener->uid;
	made->v6_only = listener->v6_only;
	made->tcp_flags = listener->tcp_flags;
	made->keep_idle_s = listener->keep_idle_s;
	made->keep_interval_s = listener->keep_interval_s;
	made->keep_count = listener->keep_count;
	made->user_timeout_ms = listener->user_timeout_ms;
	made->linger2_s = listener->linger2_s;
	made->not_sent_low = listener->not_sent_low;
	made->mtu_discover = listener->mtu_discover;
	made->mtu_discover6 = listener->mtu_discover6;
	made->tos = listener->tos;
	made->ttl = listener->ttl;
	made->hops = listener->hops;
	made->traffic_class = listener->traffic_class;
	made->wants = listener->wants;
}

bool stack_listener_is_full(const struct tcp_pcb_listen *listener)
{
	const struct inet_socket *sock = listener->callback_arg;

	/* Linux takes one more than it was told. */
	return sock && sock->pending_count > sock->backlog;
}

/* lwIP has a new connection. The stack is entered. */
static err_t arrived(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct inet_socket *listener = arg, *made;

	if (error != ERR_OK || !pcb || !listener)
		return ERR_VAL;
	made = inet_new(&tcp_ops, listener->socket.domain, SOCK_STREAM, IPPROTO_TCP);
	if (!made)
		return ERR_MEM;
	options_inherit(made, listener);
	ip_addr_copy(made->local.ip, pcb->local_ip);
	made->local.port = pcb->local_port;
	ip_addr_copy(made->remote.ip, pcb->remote_ip);
	made->remote.port = pcb->remote_port;
	made->is_told = true;
	inet_state_set(made, INET_CONNECTED);
	inet_port_join(made);
	tcp_attach(made, pcb);
	device_segments_use(pcb);
	tcp_backlog_delayed(pcb);
	made->is_pending = true;
	list_append(&listener->pending, &made->pending);
	listener->pending_count++;
	stack_tell(listener, EPOLLIN | EPOLLRDNORM);
	return ERR_OK;
}

static int listen_begin(struct inet_socket *sock, uint16_t backlog)
{
	struct tcp_pcb *pcb, *listener;
	int error = sock->has_port ? inet_port_listen(sock) : inet_port_choose(sock, NULL);

	if (error)
		return error;
	pcb = tcp_new_ip_type(IP_GET_TYPE(&sock->local.ip));
	if (!pcb)
		return -ENOBUFS;
	ip_addr_copy(pcb->local_ip, sock->local.ip);
	pcb->local_port = sock->local.port;
	listener = tcp_listen_with_backlog(pcb, backlog);
	if (!listener) {
		tcp_abort(pcb);
		return -ENOBUFS;
	}
	tcp_arg(listener, sock);
	tcp_accept(listener, arrived);
	sock->tcp = listener;
	__atomic_store_n(&sock->ended, 0, __ATOMIC_RELEASE);
	inet_state_set(sock, INET_LISTENING);
	return 0;
}

int tcp_socket_listen(struct socket *socket, int backlog)
{
	struct inet_socket *sock = inet_of(socket);
	uint16_t limit = (uint16_t)((uint32_t)backlog + HALF_OPEN_MAX);
	int error = 0;

	stack_enter();
	if (inet_state(sock) == INET_LISTENING)
		tcp_backlog_set(sock->listener, limit);
	else if (inet_state(sock) == INET_CLOSED && !sock->has_ended_once)
		error = listen_begin(sock, limit);
	else
		error = -EINVAL;
	if (!error)
		sock->backlog = (uint32_t)backlog;
	stack_leave();
	return error;
}

static bool is_acceptable(void *data)
{
	struct inet_socket *sock = data;

	return __atomic_load_n(&sock->pending_count, __ATOMIC_ACQUIRE) || inet_state(sock) != INET_LISTENING ||
	       __atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED);
}

/* The connection that came first, or NULL. `more`: it was not the last. */
static struct inet_socket *pending_take(struct inet_socket *sock, bool *more)
{
	struct inet_socket *made = NULL;

	stack_enter();
	if (inet_state(sock) == INET_LISTENING && !list_is_empty(&sock->pending)) {
		made = list_entry(sock->pending.next, struct inet_socket, pending);
		list_remove(&made->pending);
		made->is_pending = false;
		sock->pending_count--;
		if (made->tcp)
			tcp_backlog_accepted(made->tcp);
	}
	*more = sock->pending_count != 0;
	stack_leave();
	return made;
}

int tcp_socket_accept(struct socket *socket, bool wait, struct socket **out)
{
	struct inet_socket *sock = inet_of(socket), *made;
	uint64_t deadline_ns = socket_deadline(socket->receive_timeout_ns, wait);
	bool more;

	while (!(made = pending_take(sock, &more))) {
		int error = inet_state(sock) == INET_LISTENING ? socket_error_take(socket) : -EINVAL;

		if (!error)
			error = socket_wait(&socket->readers, is_acceptable, sock, deadline_ns, true);
		if (error)
			return error;
	}
	/* Several may have come for one wake: the next one in accept is told, by an event that no poll asks for. */
	if (more)
		wait_queue_wake(&socket->readers, EPOLLMSG);
	*out = &made->socket;
	return 0;
}
