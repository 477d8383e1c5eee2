/* Bytes that TCP connections send. Rules: tcp(7), send(2). */
#include <linux/signal.h>

#include "kernel/lib/string.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/lwip/hooks.h"
#include "kernel/net/tcp_urgent.h"
#include "kernel/signal/send.h"
#include "kernel/vfs/io.h"
#include "lwip/priv/tcp_priv.h"

#define SEND_BYTES_DEFAULT 16384u /* of SO_SNDBUF: then the buffer grows as it likes, up to */
#define SEND_BYTES_GROWN (1u << 20)
#define WRITE_BYTES_MAX 65535u /* of one tcp_write */

uint32_t tcp_send_limit(const struct inet_socket *sock)
{
	uint32_t bytes = sock->socket.send_buffer_bytes;

	if (bytes == SEND_BYTES_DEFAULT)
		return SEND_BYTES_GROWN;
	return bytes < TCP_SND_BUF ? bytes : TCP_SND_BUF;
}

uint32_t tcp_room(const struct inet_socket *sock)
{
	uint32_t limit = tcp_send_limit(sock), used;

	if (!sock->tcp || inet_state(sock) != INET_CONNECTED)
		return 0;
	used = TCP_SND_BUF - sock->tcp->snd_buf;
	if (used >= limit || sock->tcp->snd_queuelen >= TCP_SND_QUEUELEN)
		return 0;
	/* TCP_NOTSENT_LOWAT */
	if (sock->not_sent_low && sock->tcp->snd_lbb - sock->tcp->snd_nxt >= sock->not_sent_low)
		return 0;
	return limit - used;
}

/* As Linux: once a third of the buffer is free. */
bool tcp_is_writable(const struct inet_socket *sock)
{
	if (inet_state(sock) == INET_CLOSED)
		return true;
	return tcp_room(sock) >= tcp_send_limit(sock) / 3;
}

static bool may_send(void *data)
{
	struct inet_socket *sock = data;
	bool may;

	stack_enter();
	may = __atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED) || inet_ended(sock) & INET_NO_SEND ||
	      inet_state(sock) == INET_CLOSED || tcp_is_writable(sock);
	stack_leave();
	return may;
}

void tcp_copy(void *to, size_t bytes, const void *source)
{
	struct io *io = (struct io *)(uintptr_t)source;
	size_t done = io_get(io, to, bytes);

	/* Memory that was there when it was looked at, and has been unmapped since: its bytes are nobody's. */
	if (done < bytes)
		memset((uint8_t *)to + done, 0, bytes - done);
}

/* Why nothing can be sent: 0, or -errno. The stack is entered. */
static int send_check(struct inet_socket *sock)
{
	int error = socket_error_take(&sock->socket);

	if (error)
		return error;
	if (inet_ended(sock) & INET_NO_SEND)
		return -EPIPE;
	switch (inet_state(sock)) {
	case INET_CONNECTED:
	case INET_CONNECTING:
		return 0;
	default:
		return -EPIPE;
	}
}

static void output(struct inet_socket *sock, unsigned flags)
{
	const struct tcp_seg *unsent = sock->tcp->unsent;
	bool wait = (flags & MSG_MORE || sock->tcp_flags & TCP_CORKED) && !(flags & MSG_OOB);

	/* Corked bytes wait for a full segment, for the cork to come off, or for lwIP's timer. */
	if (wait && unsent && !unsent->next && unsent->len < sock->tcp->mss)
		tcp_timer_needed();
	else
		tcp_output(sock->tcp);
}

/* Queues what there is room for: bytes, 0: no room, -errno. */
static long part_send(struct inet_socket *sock, struct io *io, unsigned flags)
{
	size_t ready = io_get_probe(io, io->left < WRITE_BYTES_MAX ? io->left : WRITE_BYTES_MAX);
	struct io before = *io;
	uint32_t room;
	long result;

	stack_enter();
	result = send_check(sock);
	room = tcp_room(sock);
	if (!result && room && !ready && io->left)
		result = -EFAULT;
	if (!result && room && ready) {
		uint16_t bytes = (uint16_t)(ready < room ? ready : room);
		bool more = flags & MSG_MORE || bytes < io->left;

		result = bytes;
		if (tcp_write(sock->tcp, io, bytes, TCP_WRITE_FLAG_COPY | (more ? TCP_WRITE_FLAG_MORE : 0)) != ERR_OK) {
			*io = before;
			result = sock->tcp->snd_queuelen ? 0 : -ENOBUFS;
		} else if (flags & MSG_OOB) {
			tcp_urgent_send(sock->tcp);
		}
		output(sock, bytes < before.left ? flags & ~(unsigned)MSG_MORE : flags);
	}
	stack_leave();
	return result;
}

long tcp_socket_send(struct socket *socket, struct socket_message *message)
{
	struct inet_socket *sock = inet_of(socket);
	uint64_t deadline_ns = socket_deadline(socket->send_timeout_ns, !(message->flags & MSG_DONTWAIT));
	struct io *io = message->io;
	long done = 0, part;

	if (message->flags & MSG_FASTOPEN)
		return -EOPNOTSUPP;
	do {
		part = part_send(sock, io, message->flags);
		if (part > 0)
			done += part;
		if (!part && io->left)
			part = socket_wait(&socket->writers, may_send, sock, deadline_ns, false);
	} while (part >= 0 && io->left);
	if (part == -EPIPE && !done && !(message->flags & MSG_NOSIGNAL))
		signal_send_current(SIGPIPE);
	return part < 0 && !done ? part : done;
}
