/* What can be waited for at TCP sockets, and their ioctls. As Linux's tcp_poll. */
#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <linux/sockios.h>

#include "kernel/net/inet_socket.h"
#include "kernel/net/tcp_urgent.h"
#include "lwip/tcp.h"

static unsigned events_of_connection(const struct inet_socket *sock, uint32_t state, uint32_t ended)
{
	unsigned events = 0;

	if (ended & INET_NO_RECEIVE)
		events |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (state == INET_CONNECTING)
		return events;
	if (tcp_urgent_is_readable(sock, sock->socket.receive_low_bytes))
		events |= EPOLLIN | EPOLLRDNORM;
	if (sock->urgent == TCP_URGENT_HERE)
		events |= EPOLLPRI;
	if (ended & INET_NO_SEND || tcp_is_writable(sock))
		events |= EPOLLOUT | EPOLLWRNORM;
	return events;
}

unsigned tcp_socket_poll(struct socket *socket, struct poll_entry *entry)
{
	struct inet_socket *sock = inet_of(socket);
	uint32_t state, ended;
	unsigned events = 0;

	poll_add(entry, &socket->readers);
	poll_add(entry, &socket->writers);
	stack_enter();
	state = inet_state(sock);
	ended = inet_ended(sock);
	if (state == INET_LISTENING) {
		events = sock->pending_count ? EPOLLIN | EPOLLRDNORM : 0;
	} else {
		events = events_of_connection(sock, state, ended);
		if (state == INET_CLOSED || ended == INET_ENDED)
			events |= EPOLLHUP;
	}
	stack_leave();
	if (__atomic_load_n(&socket->error, __ATOMIC_ACQUIRE))
		events |= EPOLLERR;
	return events;
}

uint32_t tcp_queued_bytes(const struct tcp_pcb *pcb)
{
	uint32_t bytes = pcb->snd_lbb - pcb->lastack;

	/* lwIP does not count a FIN that went with the last bytes, but its acknowledgement. */
	return (int32_t)bytes < 0 ? 0 : bytes;
}

/* Bytes that were not acknowledged yet; `unsent`: not even sent. */
static uint32_t bytes_sending(const struct inet_socket *sock, bool unsent)
{
	const struct tcp_pcb *pcb = sock->tcp;

	if (!pcb || inet_state(sock) != INET_CONNECTED)
		return 0;
	return unsent ? pcb->snd_lbb - pcb->snd_nxt : tcp_queued_bytes(pcb);
}

long tcp_socket_ioctl(struct socket *socket, unsigned request, uint64_t argument)
{
	struct inet_socket *sock = inet_of(socket);
	bool listening = inet_state(sock) == INET_LISTENING;
	uint32_t bytes;

	switch (request) {
	case FIONREAD:
		if (listening)
			return -EINVAL;
		stack_enter();
		bytes = tcp_urgent_unread(sock);
		stack_leave();
		return put_user_u32(argument, bytes);
	case TIOCOUTQ:
	case SIOCOUTQNSD:
		if (listening)
			return -EINVAL;
		stack_enter();
		bytes = bytes_sending(sock, request == SIOCOUTQNSD);
		stack_leave();
		return put_user_u32(argument, bytes);
	case SIOCATMARK:
		stack_enter();
		bytes = tcp_urgent_is_next(sock);
		stack_leave();
		return put_user_u32(argument, bytes);
	}
	return -ENOTTY;
}
