/* The end of TCP sockets: shutdown, close, lingering. Rules: shutdown(2), close(2), SO_LINGER in socket(7). */
#include "kernel/net/inet_socket.h"
#include "kernel/task/time.h"
#include "lwip/tcp.h"

void tcp_queue_free(struct inet_socket *sock)
{
	while (sock->first) {
		struct pbuf *p = sock->first;

		sock->first = p->next;
		p->next = NULL;
		pbuf_free(p);
	}
	sock->last = NULL;
	sock->skip = 0;
	sock->urgent_lost = false;
	__atomic_store_n(&sock->urgent, TCP_URGENT_NONE, __ATOMIC_RELEASE);
	__atomic_store_n(&sock->received_bytes, 0, __ATOMIC_RELEASE);
}

/* Who connected and was not accepted is told that nobody is there. */
static void pending_abort(struct inet_socket *listener)
{
	list_for_each_safe(at, after, &listener->pending)
	{
		struct inet_socket *made = list_entry(at, struct inet_socket, pending);
		struct tcp_pcb *pcb = made->tcp;

		list_remove(at);
		if (pcb) {
			tcp_detach(made);
			tcp_abort(pcb);
		}
		tcp_queue_free(made);
		inet_port_leave(made);
		inet_put(made);
	}
	listener->pending_count = 0;
}

void tcp_listen_end(struct inet_socket *sock)
{
	struct tcp_pcb *pcb = sock->tcp;

	sock->tcp = NULL;
	inet_state_set(sock, INET_CLOSED);
	pending_abort(sock);
	tcp_close(pcb);
	if (!sock->keeps_port)
		inet_port_leave(sock);
}

/* --- shutdown ----------------------------------------------------------------------------------------------------- */

static int shutdown_locked(struct inet_socket *sock, uint32_t ends)
{
	struct tcp_pcb *pcb = sock->tcp;

	switch (inet_state(sock)) {
	case INET_LISTENING:
		if (ends & INET_NO_RECEIVE)
			tcp_listen_end(sock);
		return 0;
	case INET_CONNECTING:
		tcp_detach(sock);
		tcp_abort(pcb);
		/* As if there had been no attempt, but that somebody may wait for it. */
		tcp_reset_to_closed(sock);
		inet_error_set(sock, ECONNRESET);
		return 0;
	case INET_CLOSED:
		__atomic_fetch_or(&sock->ended, ends, __ATOMIC_RELEASE);
		return -ENOTCONN;
	}
	if (ends & INET_NO_SEND && !(inet_ended(sock) & INET_NO_SEND) && pcb)
		tcp_shutdown(pcb, 0, 1);
	__atomic_fetch_or(&sock->ended, ends, __ATOMIC_RELEASE);
	return 0;
}

int tcp_socket_shutdown(struct socket *socket, int how)
{
	static const uint32_t ends[] = {INET_NO_RECEIVE, INET_NO_SEND, INET_ENDED};
	struct inet_socket *sock = inet_of(socket);
	int error;

	stack_enter();
	error = shutdown_locked(sock, ends[how]);
	stack_tell(sock, EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLOUT | EPOLLWRNORM | EPOLLHUP);
	stack_leave();
	return error;
}

/* --- close -------------------------------------------------------------------------------------------------------- */

static bool is_sent(void *data)
{
	struct inet_socket *sock = data;
	bool sent;

	stack_enter();
	sent = !sock->tcp || (!sock->tcp->unsent && !sock->tcp->unacked);
	stack_leave();
	return sent;
}

/* SO_LINGER: close waits until everything has arrived, or the time is over. */
static void linger(struct inet_socket *sock)
{
	struct socket *socket = &sock->socket;

	stack_enter();
	shutdown_locked(sock, INET_NO_SEND);
	stack_leave();
	socket_wait(&socket->writers, is_sent, sock, deadline_after((uint64_t)socket->linger_s * NS_PER_SECOND), false);
}

static void connection_close(struct inet_socket *sock)
{
	struct tcp_pcb *pcb = sock->tcp;
	bool abort = socket_has(&sock->socket, SOCKET_LINGER) && !sock->socket.linger_s;

	tcp_detach(sock);
	/* Who did not read what was sent says so, by a reset. */
	if (abort || sock->received_bytes || tcp_close(pcb) != ERR_OK)
		tcp_abort(pcb);
}

void tcp_socket_release(struct socket *socket)
{
	struct inet_socket *sock = inet_of(socket);

	if (socket_has(socket, SOCKET_LINGER) && socket->linger_s > 0 && inet_state(sock) == INET_CONNECTED)
		linger(sock);
	stack_enter();
	socket->file = NULL;
	if (inet_state(sock) == INET_LISTENING)
		tcp_listen_end(sock);
	else if (sock->tcp)
		connection_close(sock);
	tcp_queue_free(sock);
	inet_port_leave(sock);
	stack_leave();
	inet_put(sock);
}
