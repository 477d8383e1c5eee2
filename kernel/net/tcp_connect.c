/* TCP connections: connecting, and how they end. Rules: tcp(7), connect(2), Linux's inet_stream_connect. */
#include "kernel/net/inet_socket.h"
#include "kernel/net/path_mtu.h"
#include "kernel/net/tcp_urgent.h"
#include "kernel/vfs/wait.h"
#include "lwip/tcp.h"

/* --- what lwIP calls: the stack is entered ------------------------------------------------------------------------ */

void tcp_end(struct inet_socket *sock, int error)
{
	if (error)
		inet_error_set(sock, error);
	__atomic_fetch_or(&sock->ended, INET_ENDED, __ATOMIC_RELEASE);
	sock->has_ended_once = inet_state(sock) == INET_CONNECTED;
	inet_state_set(sock, INET_CLOSED);
	stack_tell(sock, EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM | EPOLLERR | EPOLLHUP | EPOLLRDHUP);
}

/* The pcb is gone already. */
static void failed(void *arg, err_t error)
{
	struct inet_socket *sock = arg;
	int number = ETIMEDOUT;

	if (!sock)
		return;
	sock->tcp = NULL;
	if (error == ERR_CLSD) {
		/* Both sides closed it in peace: the last ACK has come. */
		number = 0;
	} else if (error == ERR_RST) {
		number = ECONNRESET;
		if (inet_state(sock) == INET_CONNECTING)
			number = ECONNREFUSED;
		else if (inet_ended(sock) & INET_NO_RECEIVE)
			number = EPIPE;
	}
	tcp_end(sock, number);
}

static void other_side_ended(struct inet_socket *sock, struct tcp_pcb *pcb)
{
	__atomic_fetch_or(&sock->ended, INET_NO_RECEIVE, __ATOMIC_RELEASE);
	if (pcb->state == TIME_WAIT || pcb->state == CLOSING) {
		/* What is left is lwIP's to remember. */
		tcp_detach(sock);
		tcp_end(sock, 0);
	} else {
		stack_tell(sock, EPOLLIN | EPOLLRDNORM | EPOLLRDHUP);
	}
}

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct inet_socket *sock = arg;

	(void)error;
	if (!p) {
		other_side_ended(sock, pcb);
		return ERR_OK;
	}
	if (sock->last)
		sock->last->next = p;
	else
		sock->first = p;
	/* Readers look without the lock, at no more than these bytes. */
	__atomic_fetch_add(&sock->received_bytes, p->tot_len, __ATOMIC_RELEASE);
	while (p->next)
		p = p->next;
	sock->last = p;
	tcp_urgent_look(sock);
	stack_tell(sock, EPOLLIN | EPOLLRDNORM);
	return ERR_OK;
}

static err_t sent(void *arg, struct tcp_pcb *pcb, u16_t bytes)
{
	struct inet_socket *sock = arg;

	(void)pcb;
	(void)bytes;
	if (tcp_is_writable(sock) && !wait_queue_is_empty(&sock->socket.writers))
		stack_tell(sock, EPOLLOUT | EPOLLWRNORM);
	return ERR_OK;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct inet_socket *sock = arg;

	(void)error;
	device_segments_use(pcb);
	path_mtu_use(sock);
	sock->is_trying = false;
	inet_state_set(sock, INET_CONNECTED);
	stack_tell(sock, EPOLLOUT | EPOLLWRNORM);
	return ERR_OK;
}

/* --- pcbs --------------------------------------------------------------------------------------------------------- */

void tcp_attach(struct inet_socket *sock, struct tcp_pcb *pcb)
{
	sock->tcp = pcb;
	tcp_arg(pcb, sock);
	tcp_recv(pcb, received);
	tcp_sent(pcb, sent);
	tcp_err(pcb, failed);
	tcp_options_apply(sock);
}

void tcp_detach(struct inet_socket *sock)
{
	struct tcp_pcb *pcb = sock->tcp;

	sock->tcp = NULL;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	/* Whether a new socket may have its port is asked of the pcb from here on. */
	if (socket_has(&sock->socket, SOCKET_REUSEADDR))
		ip_set_option(pcb, SOF_REUSEADDR);
}

void tcp_reset_to_closed(struct inet_socket *sock)
{
	inet_state_set(sock, INET_CLOSED);
	__atomic_store_n(&sock->ended, 0, __ATOMIC_RELEASE);
	sock->is_trying = false;
	sock->is_told = false;
	sock->has_ended_once = false;
	inet_any(sock, &sock->remote.ip);
	sock->remote.port = 0;
	if (!sock->is_address_bound)
		inet_any(sock, &sock->local.ip);
	if (!sock->keeps_port && sock->has_port)
		inet_port_leave(sock);
}

/* --- connect ------------------------------------------------------------------------------------------------------ */

static int pcb_connect(struct inet_socket *sock, const struct inet_name *to)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IP_GET_TYPE(&to->ip));
	int error;

	if (!pcb)
		return -ENOBUFS;
	tcp_attach(sock, pcb);
	ip_addr_copy(pcb->local_ip, sock->local.ip);
	pcb->local_port = sock->local.port;
	sock->remote = *to;
	inet_state_set(sock, INET_CONNECTING);
	error = inet_errno(tcp_connect(pcb, &to->ip, to->port, connected));
	if (error) {
		tcp_detach(sock);
		tcp_abort(pcb);
	}
	return error;
}

/* Sends the first packet. The stack is entered. */
static int connect_begin(struct inet_socket *sock, struct inet_name *to)
{
	ip_addr_t source;
	int error;

	inet_any_is_loopback(&to->ip);
	if (ip_addr_ismulticast(&to->ip) || inet_is_broadcast(&to->ip))
		return -ENETUNREACH;
	error = inet_source(&sock->local.ip, &to->ip, &source);
	if (error)
		return error;
	sock->local.ip = source;
	if (!sock->has_port)
		error = inet_port_choose(sock, to);
	if (!error)
		error = pcb_connect(sock, to);
	if (error)
		tcp_reset_to_closed(sock);
	else
		sock->is_trying = true;
	return error;
}

static int disconnect(struct inet_socket *sock)
{
	struct tcp_pcb *pcb = sock->tcp;

	if (inet_state(sock) == INET_LISTENING) {
		tcp_listen_end(sock);
		return 0;
	}
	if (pcb) {
		tcp_detach(sock);
		tcp_abort(pcb);
	}
	tcp_queue_free(sock);
	tcp_reset_to_closed(sock);
	return 0;
}

static bool is_decided(void *data)
{
	return inet_state(data) != INET_CONNECTING;
}

/* What connect says of an attempt that is decided. The stack is entered. */
static int connect_result(struct inet_socket *sock)
{
	int error;

	if (inet_state(sock) == INET_CONNECTED) {
		sock->is_told = true;
		return 0;
	}
	error = socket_error_take(&sock->socket);
	tcp_reset_to_closed(sock);
	return error ? error : -ECONNABORTED;
}

/*
 * Begins an attempt if there is none: 0: it is under way, or decided; -EALREADY and -EINPROGRESS only if nobody waits.
 * The stack is entered.
 */
static int connect_step(struct inet_socket *sock, struct inet_name *to, bool waits)
{
	int error = socket_error_take(&sock->socket);

	switch (inet_state(sock)) {
	case INET_LISTENING:
		return -EISCONN;
	case INET_CONNECTING:
		return waits ? 0 : -EALREADY;
	case INET_CONNECTED:
		return sock->is_told ? -EISCONN : 0;
	}
	if (error || sock->is_trying) {
		tcp_reset_to_closed(sock);
		return error ? error : -ECONNABORTED;
	}
	if (sock->has_ended_once)
		return -EISCONN;
	error = connect_begin(sock, to);
	/* Even to ourselves, where the answer comes as soon as the lock is released. */
	return error || waits ? error : -EINPROGRESS;
}

int tcp_socket_connect(struct socket *socket, const struct socket_address *address, bool wait)
{
	struct inet_socket *sock = inet_of(socket);
	struct inet_name to;
	uint64_t deadline_ns = socket_deadline(socket->send_timeout_ns, wait);
	bool is_under_way;
	int error;

	if (address->bytes < sizeof(address->family))
		return -EINVAL;
	if (address->family == AF_UNSPEC) {
		stack_enter();
		error = disconnect(sock);
		stack_leave();
		return error;
	}
	error = inet_name_decode(sock, address, &to);
	if (error)
		return error;
	if (sock->v6_only && IP_IS_V4(&to.ip) && socket->domain == AF_INET6)
		return -ENETUNREACH;
	stack_enter();
	is_under_way = inet_state(sock) == INET_CONNECTING;
	error = connect_step(sock, &to, deadline_ns != 0);
	stack_leave();
	if (error)
		return error;
	error = socket_wait(&socket->writers, is_decided, sock, deadline_ns, false);
	if (error == -EAGAIN)
		return is_under_way ? -EALREADY : -EINPROGRESS;
	if (error)
		return error;
	stack_enter();
	error = connect_result(sock);
	stack_leave();
	return error;
}
