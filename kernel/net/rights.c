/* Descriptors in flight: counting and dropping them. See rights.h. */
#include "kernel/net/rights.h"

#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/net/rights_flight.h"
#include "kernel/net/unix_socket.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

struct lock flight_lock;
struct list flight_sockets = {&flight_sockets, &flight_sockets};

/* How many descriptors a user has in flight; those who have none are in no list. */
struct sending_user {
	struct list list;
	uint32_t uid;
	uint64_t count;
};
static struct list sending_users = {&sending_users, &sending_users};

static struct sending_user *user_find(uint32_t uid)
{
	list_for_each(at, &sending_users)
	{
		struct sending_user *user = list_entry(at, struct sending_user, list);

		if (user->uid == uid)
			return user;
	}
	return NULL;
}

static void user_count(uint32_t uid, uint32_t count)
{
	struct sending_user *user = user_find(uid);

	user->count += count;
}

static void user_uncount(uint32_t uid, uint32_t count)
{
	struct sending_user *user = user_find(uid);

	user->count -= count;
	if (user->count)
		return;
	list_remove(&user->list);
	heap_free(user);
}

struct rights *rights_grow(struct rights *rights, size_t more)
{
	size_t count = more + (rights ? rights->count : 0);
	struct rights *grown = heap_resize(rights, sizeof(*rights) + count * sizeof(struct file *));

	if (!grown)
		return NULL;
	if (!rights)
		*grown = (struct rights){.uid = process_current()->credentials.uid};
	list_init(&grown->list);
	return grown;
}

static void socket_departs(struct unix_socket *sock)
{
	if (!sock)
		return;
	if (!sock->flight.count++)
		list_append(&flight_sockets, &sock->flight.list);
}

static void socket_arrives(struct unix_socket *sock)
{
	if (!sock)
		return;
	if (!--sock->flight.count)
		list_remove(&sock->flight.list);
}

/* Whether the user may send more; with a place for his count. The lock is held. */
static int user_admit(uint32_t uid)
{
	struct sending_user *user = user_find(uid);

	if (user) {
		bool too_many = user->count > process_limit(RLIMIT_NOFILE);

		return too_many && !process_capable(CAP_SYS_RESOURCE) && !process_capable(CAP_SYS_ADMIN) ? -ETOOMANYREFS
													 : 0;
	}
	user = heap_new(struct sending_user);
	if (!user)
		return -ENOMEM;
	user->uid = uid;
	list_append(&sending_users, &user->list);
	return 0;
}

int rights_send(struct rights *rights)
{
	int error;

	lock_acquire(&flight_lock);
	error = user_admit(rights->uid);
	if (!error) {
		user_count(rights->uid, rights->count);
		for (uint32_t i = 0; i < rights->count; i++)
			socket_departs(unix_of_file(rights->files[i]));
		rights->in_flight = true;
	}
	lock_release(&flight_lock);
	return error;
}

void rights_land(struct rights *rights)
{
	for (uint32_t i = 0; i < rights->count; i++)
		socket_arrives(unix_of_file(rights->files[i]));
	user_uncount(rights->uid, rights->count);
	rights->in_flight = false;
}

struct rights *rights_take(struct unix_message *message)
{
	struct rights *rights;

	lock_acquire(&flight_lock);
	rights = message->rights;
	message->rights = NULL;
	if (rights)
		rights_land(rights);
	lock_release(&flight_lock);
	return rights;
}

struct rights *rights_copy(const struct unix_message *message)
{
	struct rights *copy = rights_grow(NULL, message->rights->count);

	if (!copy)
		return NULL;
	copy->count = message->rights->count;
	lock_acquire(&flight_lock);
	for (uint32_t i = 0; i < copy->count; i++) {
		copy->files[i] = message->rights->files[i];
		file_get(copy->files[i]);
	}
	lock_release(&flight_lock);
	return copy;
}

void rights_drop_all(struct rights_drop *drop)
{
	struct thread *thread = current;

	thread->rights_drop = drop;
	while (!list_is_empty(&drop->list)) {
		struct rights *rights = list_entry(drop->list.next, struct rights, list);

		list_remove(&rights->list);
		for (uint32_t i = 0; i < rights->count; i++)
			file_put(rights->files[i]);
		heap_free(rights);
	}
	thread->rights_drop = NULL;
}

void rights_drop(struct rights *rights)
{
	struct thread *thread = current;
	struct rights_drop drop = {0};

	if (!rights)
		return;
	if (rights->in_flight) {
		lock_acquire(&flight_lock);
		rights_land(rights);
		lock_release(&flight_lock);
	}
	/* Closing a file of rights may drop others': those wait for the outermost, lest the stack grow with them. */
	if (thread->rights_drop) {
		list_append(&thread->rights_drop->list, &rights->list);
		return;
	}
	list_init(&drop.list);
	list_append(&drop.list, &rights->list);
	rights_drop_all(&drop);
	/* For all that was closed together. Other files that went are no reason to look, as in Linux. */
	if (drop.socket_closed)
		rights_collect();
}
