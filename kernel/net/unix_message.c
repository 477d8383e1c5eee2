/* Messages of AF_UNIX sockets: their memory, and what they count. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/net/unix_socket.h"

/* Small messages have room for more, so that the next one fits into the same memory. */
#define CAPACITY_MIN 192u
#define SPARE_CAPACITY_MAX 2016u /* no larger memory is kept */

/* Linux's struct sk_buff and the block its bytes are in, which ends in struct skb_shared_info. */
#define BUFFER_BYTES 256u
#define BUFFER_TAIL_BYTES 320u
#define BUFFER_BLOCK_MIN 512u
#define FRAGMENTS_BYTES_MAX (17ul * PAGE_BYTES)

uint32_t unix_charge(size_t length, size_t linear_max)
{
	size_t paged = 0, block = BUFFER_BLOCK_MIN;

	if (length > linear_max) {
		paged = PAGE_ROUND_UP(length - linear_max);
		if (paged > FRAGMENTS_BYTES_MAX)
			paged = FRAGMENTS_BYTES_MAX;
		if (paged > length)
			paged = length;
	}
	while (block < ((length - paged + 63) & ~63ul) + BUFFER_TAIL_BYTES)
		block *= 2;
	return (uint32_t)(block + BUFFER_BYTES + PAGE_ROUND_UP(paged));
}

static struct unix_message *memory_take(struct unix_socket *receiver, size_t length)
{
	size_t capacity = length > CAPACITY_MIN ? length : CAPACITY_MIN;
	struct unix_message *message = __atomic_exchange_n(&receiver->spare, NULL, __ATOMIC_ACQUIRE);

	if (message && message->capacity >= length)
		return message;
	heap_free(message);
	message = heap_alloc(sizeof(*message) + capacity);
	if (message)
		message->capacity = (uint32_t)capacity;
	return message;
}

static void memory_give_back(struct unix_message *message, struct unix_socket *receiver)
{
	if (receiver && message->capacity <= SPARE_CAPACITY_MAX)
		message = __atomic_exchange_n(&receiver->spare, message, __ATOMIC_RELEASE);
	heap_free(message);
}

struct unix_message *unix_message_new(struct unix_socket *sender, struct unix_socket *receiver, size_t length,
				      uint32_t charge)
{
	struct unix_message *message = memory_take(receiver, length);

	if (!message)
		return NULL;
	message->sender = sender;
	message->rights = NULL;
	message->charge = charge;
	message->length = (uint32_t)length;
	message->taken = 0;
	message->holds_sender = false;
	message->from.is_known = false;
	message->peeked = false;
	__atomic_fetch_add(&sender->sent_bytes, charge, __ATOMIC_RELAXED);
	return message;
}

bool unix_has_room(const struct unix_socket *sock)
{
	return unix_state(sock) != UNIX_LISTENING &&
	       __atomic_load_n(&sock->sent_bytes, __ATOMIC_RELAXED) < sock->socket.send_buffer_bytes / 4;
}

void unix_message_free(struct unix_message *message, struct unix_socket *receiver)
{
	struct unix_socket *sender = message->sender;

	rights_drop(message->rights);
	__atomic_sub_fetch(&sender->sent_bytes, message->charge, __ATOMIC_SEQ_CST);
	/* Writers are told when three quarters are free again, not at each message. */
	if (unix_has_room(sender))
		wait_queue_wake(&sender->socket.writers, UNIX_WRITABLE);
	if (message->holds_sender)
		unix_put(sender);
	memory_give_back(message, receiver);
}

bool unix_is_worth_a_look(void *data)
{
	const struct unix_look *look = data;
	struct unix_socket *sock = look->sock;
	bool worth;

	lock_acquire(&sock->socket.lock);
	worth = sock->arrived != look->arrived || sock->ended & UNIX_NO_RECEIVE || sock->socket.error;
	lock_release(&sock->socket.lock);
	return worth;
}

static bool is_sendable(void *data)
{
	struct unix_socket *sock = data;

	return __atomic_load_n(&sock->sent_bytes, __ATOMIC_SEQ_CST) < sock->socket.send_buffer_bytes ||
	       unix_ended(sock) & UNIX_NO_SEND || __atomic_load_n(&sock->socket.error, __ATOMIC_RELAXED);
}

int unix_room_wait(struct unix_socket *sock, uint64_t deadline_ns)
{
	for (;;) {
		int error = socket_error_take(&sock->socket);

		if (error)
			return error;
		if (unix_ended(sock) & UNIX_NO_SEND)
			return -EPIPE;
		if (__atomic_load_n(&sock->sent_bytes, __ATOMIC_RELAXED) < sock->socket.send_buffer_bytes)
			return 0;
		error = socket_wait(&sock->socket.writers, is_sendable, sock, deadline_ns, false);
		if (error)
			return error;
	}
}
