/* The table of all AF_UNIX sockets: see unix_table.h. And /proc/net/unix, which shows it. */
#include "kernel/net/unix_table.h"

#include <linux/errno.h>

#include "kernel/lib/hash.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/vfs/file.h"

#define BUCKETS 256
#define FAMILY_BYTES offsetof(struct sockaddr_un, sun_path)

/* Linux's numbers for the last columns of /proc/net/unix. */
enum { SHOWN_UNCONNECTED = 1, SHOWN_CONNECTING = 2, SHOWN_CONNECTED = 3, SHOWN_DISCONNECTING = 4 };
#define SHOWN_LISTENING 0x10000

static struct lock table_lock;
static struct list sockets = {&sockets, &sockets};
static struct list buckets[BUCKETS]; /* zero: never used */

static struct list *bucket_of(const void *raw, uint32_t bytes, int type)
{
	struct list *bucket = &buckets[hash_bytes((uint64_t)type, raw, bytes) % BUCKETS];

	if (!bucket->next)
		list_init(bucket);
	return bucket;
}

/* The lock is held. */
static struct unix_socket *name_find(const void *raw, uint32_t bytes, int type)
{
	list_for_each(at, bucket_of(raw, bytes, type))
	{
		struct unix_socket *sock = list_entry(at, struct unix_socket, in_bucket);

		if (sock->socket.type == type && sock->address->bytes == bytes &&
		    !memcmp(sock->address->raw, raw, bytes))
			return sock;
	}
	return NULL;
}

int unix_table_name(struct unix_socket *sock, struct unix_address *address)
{
	int error = -EADDRINUSE;

	lock_acquire(&table_lock);
	if (!name_find(address->raw, address->bytes, sock->socket.type)) {
		__atomic_store_n(&sock->address, address, __ATOMIC_RELEASE);
		list_append(bucket_of(address->raw, address->bytes, sock->socket.type), &sock->in_bucket);
		error = 0;
	}
	lock_release(&table_lock);
	return error;
}

struct unix_socket *unix_table_find(const struct socket_address *address, int type)
{
	struct unix_socket *sock;

	lock_acquire(&table_lock);
	sock = name_find(address->raw, address->bytes, type);
	if (sock)
		unix_get(sock);
	lock_release(&table_lock);
	return sock;
}

void unix_table_add(struct unix_socket *sock)
{
	lock_acquire(&table_lock);
	list_append(&sockets, &sock->in_table);
	lock_release(&table_lock);
}

void unix_table_remove(struct unix_socket *sock)
{
	lock_acquire(&table_lock);
	list_remove(&sock->in_table);
	list_remove(&sock->in_bucket);
	lock_release(&table_lock);
}

/* --- /proc/net/unix ----------------------------------------------------------------------------------------------- */

static void name_show(const struct unix_address *address, struct text *text)
{
	size_t length = address->bytes - FAMILY_BYTES;
	bool is_abstract = !address->un.sun_path[0];

	if (!is_abstract)
		length = strnlen(address->un.sun_path, length);
	text_add(text, " ", 1);
	for (size_t i = 0; i < length; i++)
		text_add(text, address->un.sun_path[i] ? &address->un.sun_path[i] : "@", 1);
}

static void socket_show(struct unix_socket *sock, struct text *text)
{
	const struct unix_address *address = unix_address(sock);
	unsigned state, references = __atomic_load_n(&sock->references, __ATOMIC_RELAXED);
	uint64_t number;

	lock_acquire(&sock->socket.lock);
	number = sock->socket.file ? sock->socket.file->inode->ino : 0;
	if (number)
		state = sock->state == UNIX_CONNECTED ? SHOWN_CONNECTED : SHOWN_UNCONNECTED;
	else
		state = sock->state == UNIX_CONNECTED ? SHOWN_CONNECTING : SHOWN_DISCONNECTING;
	lock_release(&sock->socket.lock);
	/* Linux's table of sockets holds a reference, too. */
	text_print(text, "%016x: %08x 00000000 %08x %04x %02x %5lu", 0, references + 1,
		   unix_state(sock) == UNIX_LISTENING ? SHOWN_LISTENING : 0, sock->socket.type, state, number);
	if (address)
		name_show(address, text);
	text_add(text, "\n", 1);
}

void unix_show(struct text *text)
{
	text_print(text, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	lock_acquire(&table_lock);
	list_for_each(at, &sockets) socket_show(list_entry(at, struct unix_socket, in_table), text);
	lock_release(&table_lock);
}
