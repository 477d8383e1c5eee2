/*
 * Sockets that only messages in each other's queues refer to: see rights.h. Marking from what can be reached, as any
 * collector: the work is in proportion to what is in flight.
 */
#include "kernel/net/rights_flight.h"
#include "kernel/net/unix_socket.h"
#include "kernel/task/thread.h"
#include "kernel/vfs/file.h"

static struct unix_socket *socket_of_flight(struct list *at)
{
	return list_entry(at, struct unix_socket, flight.list);
}

/* Calls `visit` for each socket in the rights of one queue. */
static void queue_visit(struct unix_socket *sock, void (*visit)(struct unix_socket *target, void *data), void *data)
{
	list_for_each(at, &sock->queue)
	{
		const struct rights *rights = list_entry(at, struct unix_message, list)->rights;

		for (uint32_t i = 0; rights && i < rights->count; i++) {
			struct unix_socket *target = unix_of_file(rights->files[i]);

			if (target)
				visit(target, data);
		}
	}
}

/* Everything that is to be had through a socket: its queue, and those of connections that wait to be accepted. */
static void socket_visit(struct unix_socket *sock, void (*visit)(struct unix_socket *target, void *data), void *data)
{
	lock_acquire(&sock->socket.lock);
	queue_visit(sock, visit, data);
	if (sock->state == UNIX_LISTENING) {
		list_for_each(at, &sock->pending)
		{
			struct unix_socket *pending = list_entry(at, struct unix_socket, pending);

			lock_acquire(&pending->socket.lock);
			queue_visit(pending, visit, data);
			lock_release(&pending->socket.lock);
		}
	}
	lock_release(&sock->socket.lock);
}

static void reference_known(struct unix_socket *target, void *data)
{
	(void)data;
	if (target->flight.candidate)
		target->flight.outside--;
}

static void socket_reach(struct unix_socket *target, void *data)
{
	struct list *work = data;

	if (!target->flight.candidate || target->flight.reached)
		return;
	target->flight.reached = true;
	list_append(work, &target->flight.work);
}

/* Whoever is not marked as reached when this is done is garbage. */
static void reachable_mark(void)
{
	struct list work;

	list_init(&work);
	list_for_each(at, &flight_sockets)
	{
		struct unix_socket *sock = socket_of_flight(at);
		uint32_t references = __atomic_load_n(&sock->socket.file->references, __ATOMIC_ACQUIRE);

		sock->flight.candidate = references == sock->flight.count;
		sock->flight.outside = sock->flight.count;
		sock->flight.reached = false;
	}
	list_for_each(at, &flight_sockets) if (socket_of_flight(at)->flight.candidate)
		socket_visit(socket_of_flight(at), reference_known, NULL);
	list_for_each(at, &flight_sockets) if (socket_of_flight(at)->flight.outside)
		socket_reach(socket_of_flight(at), &work);
	while (!list_is_empty(&work)) {
		struct unix_socket *sock = list_entry(work.next, struct unix_socket, flight.work);

		list_remove(&sock->flight.work);
		socket_visit(sock, socket_reach, &work);
	}
}

/* The rights in a queue that nobody can read. */
static void queue_empty(struct unix_socket *sock, struct list *garbage)
{
	list_for_each(at, &sock->queue)
	{
		struct unix_message *message = list_entry(at, struct unix_message, list);

		if (message->rights)
			list_append(garbage, &message->rights->list);
		message->rights = NULL;
	}
}

static void socket_empty(struct unix_socket *sock, struct list *garbage)
{
	lock_acquire(&sock->socket.lock);
	queue_empty(sock, garbage);
	if (sock->state == UNIX_LISTENING) {
		list_for_each(at, &sock->pending)
		{
			struct unix_socket *pending = list_entry(at, struct unix_socket, pending);

			lock_acquire(&pending->socket.lock);
			queue_empty(pending, garbage);
			lock_release(&pending->socket.lock);
		}
	}
	lock_release(&sock->socket.lock);
}

/* Moves the rights that nobody can reach to the list; whether there are any. */
static bool garbage_find(struct list *garbage)
{
	list_init(garbage);
	lock_acquire(&flight_lock);
	reachable_mark();
	list_for_each(at, &flight_sockets)
	{
		struct unix_socket *sock = socket_of_flight(at);

		if (sock->flight.candidate && !sock->flight.reached)
			socket_empty(sock, garbage);
	}
	/* Landed only now: landing takes sockets off the list that was just walked. */
	list_for_each(at, garbage) rights_land(list_entry(at, struct rights, list));
	lock_release(&flight_lock);
	return !list_is_empty(garbage);
}

void rights_collect(void)
{
	struct rights_drop garbage = {0};

	/* While rights are dropped it is enough to do so at their end. */
	if (current->rights_drop) {
		current->rights_drop->socket_closed = true;
		return;
	}
	while (__atomic_load_n(&flight_sockets.next, __ATOMIC_ACQUIRE) != &flight_sockets &&
	       garbage_find(&garbage.list))
		rights_drop_all(&garbage);
}
