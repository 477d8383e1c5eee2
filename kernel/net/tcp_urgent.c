/* Urgent data of TCP: see tcp_urgent.h. */
#include "kernel/net/tcp_urgent.h"

#include <linux/fcntl.h>
#include <linux/signal.h>

#include "kernel/net/lwip/hooks.h"
#include "kernel/signal/send.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/io.h"
#include "lwip/pbuf.h"
#include "lwip/tcp.h"

static bool is_inline(const struct inet_socket *sock)
{
	return socket_has(&sock->socket, SOCKET_OOBINLINE);
}

/* --- marks that arrive -------------------------------------------------------------------------------------------- */

/* Who is to be signalled, for tcp_urgent_signal: the file may be gone when the stack has been left. */
static void owner_note(struct inet_socket *sock)
{
	const struct file *file = sock->socket.file;

	if (file && file->owner)
		__atomic_store_n(&sock->urgent_owner, (uint64_t)file->owner_type << 32 | (uint32_t)file->owner,
				 __ATOMIC_RELAXED);
}

void tcp_urgent_arrived(struct tcp_pcb *pcb, uint32_t ahead)
{
	struct inet_socket *sock = pcb->callback_arg;
	uint32_t at;

	if (!sock)
		return;
	at = sock->received_bytes + ahead;
	if (sock->urgent != TCP_URGENT_NONE && at <= sock->urgent_at)
		return;
	if (tcp_urgent_is_next(sock) && !is_inline(sock) && sock->received_bytes > sock->urgent_at)
		sock->urgent_lost = true;
	__atomic_store_n(&sock->urgent, TCP_URGENT_AHEAD, __ATOMIC_RELEASE);
	sock->urgent_at = at;
	owner_note(sock);
	stack_tell(sock, EPOLLPRI);
}

void tcp_urgent_look(struct inet_socket *sock)
{
	if (sock->urgent != TCP_URGENT_AHEAD || sock->received_bytes <= sock->urgent_at)
		return;
	__atomic_store_n(&sock->urgent, TCP_URGENT_HERE, __ATOMIC_RELEASE);
	stack_tell(sock, EPOLLPRI);
}

void tcp_urgent_signal(struct inet_socket *sock)
{
	siginfo_t info = {.si_signo = SIGURG, .si_code = SI_KERNEL};
	uint64_t owner = __atomic_exchange_n(&sock->urgent_owner, 0, __ATOMIC_RELAXED);
	int id = (int)owner, type = (int)(owner >> 32);
	struct process *process;

	if (!id)
		return;
	if (type == F_OWNER_PGRP) {
		signal_send_group(id, &info);
		return;
	}
	process = type == F_OWNER_TID ? process_find_by_thread(id) : process_find(id);
	if (!process)
		return;
	if (type == F_OWNER_TID)
		signal_send_thread(process, id, &info);
	else
		signal_send_process(process, &info);
	process_put(process);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

uint32_t tcp_urgent_mark(struct inet_socket *sock)
{
	uint32_t at = TCP_URGENT_NOWHERE;

	if (__atomic_load_n(&sock->urgent, __ATOMIC_ACQUIRE) == TCP_URGENT_NONE)
		return at;
	stack_enter();
	if (sock->urgent != TCP_URGENT_NONE)
		at = sock->urgent_at;
	stack_leave();
	return at;
}

bool tcp_urgent_lost(struct inet_socket *sock)
{
	bool lost;

	if (__atomic_load_n(&sock->urgent, __ATOMIC_ACQUIRE) == TCP_URGENT_NONE)
		return false;
	stack_enter();
	lost = sock->urgent_lost;
	sock->urgent_lost = false;
	stack_leave();
	return lost;
}

void tcp_urgent_pass(struct inet_socket *sock, uint32_t bytes)
{
	if (sock->urgent == TCP_URGENT_NONE)
		return;
	if (bytes > sock->urgent_at)
		__atomic_store_n(&sock->urgent, TCP_URGENT_NONE, __ATOMIC_RELEASE);
	else
		sock->urgent_at -= bytes;
}

bool tcp_urgent_is_next(const struct inet_socket *sock)
{
	return sock->urgent != TCP_URGENT_NONE && sock->urgent_at == sock->urgent_lost;
}

uint32_t tcp_urgent_unread(const struct inet_socket *sock)
{
	uint32_t bytes = sock->received_bytes;

	if (sock->urgent != TCP_URGENT_NONE && !is_inline(sock) && sock->urgent_at < bytes)
		bytes = sock->urgent_at;
	return bytes - sock->urgent_lost;
}

bool tcp_urgent_is_readable(const struct inet_socket *sock, uint32_t low)
{
	uint32_t bytes = sock->received_bytes - sock->urgent_lost;

	if (tcp_urgent_is_next(sock) && !is_inline(sock))
		low++;
	return bytes && bytes >= low;
}

static uint8_t byte_at(const struct inet_socket *sock, size_t offset)
{
	const struct pbuf *p = sock->first;

	offset += sock->skip;
	while (offset >= p->len) {
		offset -= p->len;
		p = p->next;
	}
	return ((const uint8_t *)p->payload)[offset];
}

/* The stack is entered: 1 and the byte, 0, -EINVAL, -EAGAIN. */
static int byte_take(struct inet_socket *sock, bool peek, uint8_t *byte)
{
	if (is_inline(sock))
		return -EINVAL;
	switch (sock->urgent) {
	case TCP_URGENT_HERE:
		*byte = byte_at(sock, sock->urgent_at);
		if (!peek)
			__atomic_store_n(&sock->urgent, TCP_URGENT_TAKEN, __ATOMIC_RELEASE);
		return 1;
	case TCP_URGENT_AHEAD:
		return inet_state(sock) == INET_CLOSED || inet_ended(sock) & INET_NO_RECEIVE ? 0 : -EAGAIN;
	default:
		return -EINVAL;
	}
}

long tcp_urgent_receive(struct inet_socket *sock, struct socket_message *message)
{
	uint8_t byte;
	int result;

	stack_enter();
	result = byte_take(sock, message->flags & MSG_PEEK, &byte);
	stack_leave();
	if (result != 1)
		return result;
	message->out_flags |= MSG_OOB;
	if (!message->io->left) {
		message->out_flags |= MSG_TRUNC;
		return 0;
	}
	if (!(message->flags & MSG_TRUNC) && io_put(message->io, &byte, 1) < 1)
		return -EFAULT;
	return 1;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

void tcp_urgent_send(struct tcp_pcb *pcb)
{
	pcb->snd_up = pcb->snd_lbb;
	pcb->is_urgent = 1;
	/* It does not wait for more, whatever Nagle says. */
	tcp_set_flags(pcb, TF_NAGLEMEMERR);
}
