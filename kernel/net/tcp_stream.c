/* Bytes over TCP connections: send, receive. Rules: tcp(7), send(2), recv(2). */
#include <linux/signal.h>

#include "kernel/lib/string.h"
#include "kernel/net/inet_socket.h"
#include "kernel/net/lwip/hooks.h"
#include "kernel/signal/send.h"
#include "kernel/vfs/io.h"
#include "lwip/priv/tcp_priv.h"

#define SEND_BYTES_DEFAULT 16384u /* of SO_SNDBUF: then the buffer grows as it likes, up to */
#define SEND_BYTES_GROWN (1u << 20)
#define WRITE_BYTES_MAX 65535u /* of one tcp_write */

/* --- sending ------------------------------------------------------------------------------------------------------ */

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
	bool wait = flags & MSG_MORE || sock->tcp_flags & TCP_CORKED;

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

	if (message->flags & (MSG_OOB | MSG_FASTOPEN))
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

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/* A read on its way; the read lock is held but while it waits. */
struct tcp_read {
	struct inet_socket *sock;
	struct socket_message *message;
	size_t done;
	size_t target;   /* enough to return */
	uint32_t looked; /* bytes that were there at the last look */
};

static uint32_t bytes_there(const struct inet_socket *sock)
{
	return __atomic_load_n(&sock->received_bytes, __ATOMIC_ACQUIRE);
}

/* Copies up to `bytes`, which are there, beginning `from` bytes behind what was read: how many, short if it faults. */
static size_t queue_copy(const struct tcp_read *r, size_t from, size_t bytes)
{
	const struct pbuf *p = r->sock->first;
	size_t offset = r->sock->skip + from, done = 0;

	while (done < bytes) {
		size_t part, copied;

		if (offset >= p->len) {
			offset -= p->len;
			p = p->next;
			continue;
		}
		part = p->len - offset < bytes - done ? p->len - offset : bytes - done;
		copied = part;
		if (r->message->flags & MSG_TRUNC)
			io_skip(r->message->io, part);
		else
			copied = io_put(r->message->io, (const uint8_t *)p->payload + offset, part);
		done += copied;
		offset += copied;
		if (copied < part)
			break;
	}
	return done;
}

/* They were read: their memory is freed, and the other side may send as many more. */
static void queue_consume(struct inet_socket *sock, size_t bytes)
{
	size_t left = bytes;

	stack_enter();
	__atomic_fetch_sub(&sock->received_bytes, (uint32_t)bytes, __ATOMIC_RELEASE);
	while (sock->first && sock->skip + left >= sock->first->len) {
		struct pbuf *p = sock->first;

		left -= p->len - sock->skip;
		sock->skip = 0;
		sock->first = p->next;
		if (!sock->first)
			sock->last = NULL;
		p->next = NULL;
		pbuf_free(p);
	}
	sock->skip += (uint32_t)left;
	while (sock->tcp && bytes) {
		uint16_t part = bytes < UINT16_MAX ? (uint16_t)bytes : UINT16_MAX;

		tcp_recved(sock->tcp, part);
		bytes -= part;
	}
	stack_leave();
}

/* Reads what there is: 0, -EFAULT. */
static int queue_read(struct tcp_read *r)
{
	bool peek = r->message->flags & MSG_PEEK;
	size_t from = peek ? r->done : 0, bytes, copied;

	r->looked = bytes_there(r->sock);
	if (r->looked <= from)
		return 0;
	bytes = r->looked - from < r->message->io->left ? r->looked - from : r->message->io->left;
	copied = queue_copy(r, from, bytes);
	if (!peek && copied) {
		queue_consume(r->sock, copied);
		r->looked -= (uint32_t)copied;
	}
	r->done += copied;
	return copied < bytes ? -EFAULT : 0;
}

static bool is_worth_a_look(void *data)
{
	const struct tcp_read *r = data;
	const struct inet_socket *sock = r->sock;

	return bytes_there(sock) > r->looked || inet_ended(sock) & INET_NO_RECEIVE ||
	       __atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED) || inet_state(sock) == INET_CLOSED;
}

/* Not enough was there: 1: look again; 0: that was all; -errno. */
static int read_wait(struct tcp_read *r, uint64_t deadline_ns)
{
	struct inet_socket *sock = r->sock;
	/* Looked at first: what came before the end is read before the end is told. */
	bool ended = inet_ended(sock) & INET_NO_RECEIVE;
	uint32_t state = inet_state(sock);
	int error;

	if (bytes_there(sock) > r->looked)
		return 1;
	if (r->done && (__atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED) || ended))
		return 0;
	/* A reset behind the end is for who writes: reading is over without an error. */
	if (ended && __atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED) == EPIPE)
		return 0;
	error = socket_error_take(&sock->socket);
	if (error || ended)
		return error;
	if (state == INET_CLOSED || state == INET_LISTENING)
		return -ENOTCONN;
	lock_release(&sock->read_lock);
	error = socket_wait(&sock->socket.readers, is_worth_a_look, r, deadline_ns, false);
	lock_acquire(&sock->read_lock);
	return error ? error : 1;
}

long tcp_socket_receive(struct socket *socket, struct socket_message *message)
{
	struct inet_socket *sock = inet_of(socket);
	uint64_t deadline_ns = socket_deadline(socket->receive_timeout_ns, !(message->flags & MSG_DONTWAIT));
	size_t length = message->io->left;
	size_t low = message->flags & MSG_WAITALL ? length : socket->receive_low_bytes;
	struct tcp_read r = {.sock = sock, .message = message, .target = low < length ? low : length};
	int state;

	if (message->flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if (message->flags & MSG_OOB)
		return -EINVAL;
	if (inet_state(sock) == INET_LISTENING)
		return -ENOTCONN;
	lock_acquire(&sock->read_lock);
	do {
		state = queue_read(&r);
		if (!state && (r.done < r.target || (!r.done && length)))
			state = read_wait(&r, deadline_ns);
		else if (!state)
			break;
	} while (state > 0);
	lock_release(&sock->read_lock);
	return state < 0 && !r.done ? state : (long)r.done;
}
