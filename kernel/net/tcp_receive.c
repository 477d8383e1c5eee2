/* Bytes that TCP connections receive: recv. Rules: tcp(7), recv(2), Linux's tcp_recvmsg. */
#include "kernel/net/inet_socket.h"
#include "kernel/net/tcp_urgent.h"
#include "kernel/vfs/io.h"
#include "lwip/tcp.h"

/* A read on its way; the read lock is held but while it waits. */
struct tcp_read {
	struct inet_socket *sock;
	struct socket_message *message;
	size_t done;
	size_t target;   /* enough to return */
	size_t hole;     /* peeking: bytes that were left out, which is at most the urgent one */
	uint32_t looked; /* bytes that were there at the last look */
	bool has_met;    /* the urgent byte: reading ends in front of it */
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
	tcp_urgent_pass(sock, (uint32_t)bytes);
	while (sock->tcp && bytes) {
		uint16_t part = bytes < UINT16_MAX ? (uint16_t)bytes : UINT16_MAX;

		tcp_recved(sock->tcp, part);
		bytes -= part;
	}
	stack_leave();
}

/*
 * Reads end in front of the urgent byte, and the next one begins behind it, unless it is to be read with the others.
 * How many bytes there are up to where this one ends; *from: where it begins.
 */
static size_t urgent_meet(struct tcp_read *r, size_t *from)
{
	uint32_t mark = tcp_urgent_mark(r->sock);

	if (mark != *from || socket_has(&r->sock->socket, SOCKET_OOBINLINE))
		return mark > *from ? mark - *from : SIZE_MAX;
	r->has_met = r->done != 0;
	if (r->has_met || r->looked <= *from)
		return 0;
	if (r->message->flags & MSG_PEEK) {
		r->hole = 1;
		++*from;
	} else {
		queue_consume(r->sock, 1);
		r->looked--;
	}
	return SIZE_MAX;
}

/* Bytes that got lost: see tcp_urgent_lost. */
static void urgent_skip(struct inet_socket *sock)
{
	if (tcp_urgent_lost(sock))
		queue_consume(sock, 1);
}

/* Reads what there is: 0, -EFAULT. */
static int queue_read(struct tcp_read *r)
{
	bool peek = r->message->flags & MSG_PEEK;
	size_t from = peek ? r->done + r->hole : 0, limit, bytes, copied;

	urgent_skip(r->sock);
	r->looked = bytes_there(r->sock);
	limit = urgent_meet(r, &from);
	if (r->looked <= from || !limit)
		return 0;
	bytes = r->looked - from < r->message->io->left ? r->looked - from : r->message->io->left;
	if (bytes > limit)
		bytes = limit;
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
	if (inet_state(sock) == INET_LISTENING)
		return -ENOTCONN;
	if (message->flags & MSG_OOB)
		return tcp_urgent_receive(sock, message);
	lock_acquire(&sock->read_lock);
	do {
		state = queue_read(&r);
		if (!state && !r.has_met && (r.done < r.target || (!r.done && length)))
			state = read_wait(&r, deadline_ns);
		else if (!state)
			break;
	} while (state > 0);
	lock_release(&sock->read_lock);
	return state < 0 && !r.done ? state : (long)r.done;
}
