/*
 * Inside of AF_UNIX.
 *
 * Locks: sock->socket.lock guards a socket's queue, state, peer and followers. Where two are needed: by address, but
 * a listening socket comes before those in its `pending` list. In this order: sock->read_lock (one reader at a time;
 * held during copies to the application) or sock->bind_lock; the lock of what is in flight (net/rights.h);
 * socket.lock; queues' locks. Inside bind_lock the table's lock (net/unix_table.c) and inode->lock may be taken, too.
 *
 * References: the file has one, a peer has one, and so has a datagram on its sender. In the two connected types
 * a message's sender is always the receiver's peer.
 */
#ifndef KERNEL_NET_UNIX_SOCKET_H
#define KERNEL_NET_UNIX_SOCKET_H

#include <linux/eventpoll.h>

#include "kernel/lib/list.h"
#include "kernel/net/rights.h"
#include "kernel/net/socket.h"
#include "kernel/net/unix.h"
#include "kernel/vfs/dentry.h"

#define UNIX_READABLE (EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND)
#define UNIX_WRITABLE (EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND)

enum unix_state { UNIX_CLOSED, UNIX_CONNECTED, UNIX_LISTENING };
/* sock->ended: what shutdown, or the other end, has ended. */
enum { UNIX_NO_RECEIVE = 1, UNIX_NO_SEND = 2, UNIX_ENDED = 3 };

/* A name; does not change once made. A path of full length is followed by a NUL that no longer fits sockaddr_un. */
struct unix_address {
	uint32_t references;
	uint32_t bytes; /* of the socket address */
	union {
		struct sockaddr_un un;
		uint8_t raw[sizeof(struct sockaddr_un) + 1];
	};
};

/* The credentials of a message. */
struct unix_sender {
	bool is_known;
	int32_t pid;
	uint32_t uid;
	uint32_t gid;
};

struct unix_message {
	struct list list;
	struct unix_socket *sender;
	struct rights *rights; /* descriptors that came along; NULL: none, or taken */
	uint32_t charge;       /* what it counts in the sender's buffer */
	uint32_t length;
	uint32_t taken;    /* bytes read already (stream) */
	uint32_t capacity; /* of bytes */
	bool holds_sender; /* a reference */
	bool peeked;
	struct unix_sender from;
	uint8_t bytes[];
};

struct unix_socket {
	struct socket socket;
	uint32_t references;
	uint32_t state; /* enum unix_state */
	uint32_t ended;
	bool dead; /* its file is closed */
	struct lock read_lock;
	struct list queue; /* of unix_message */
	uint32_t queue_count;
	uint32_t arrived;           /* messages that ever came */
	uint32_t queue_max;         /* more are not let in but from the peer: datagrams, or connections to accept */
	uint32_t sent_bytes;        /* charges of messages sent and not yet read */
	struct unix_message *spare; /* the message read last, for the next one to come; exchanged atomically */
	struct unix_socket *peer;
	struct wait_queue senders; /* who waits for queue_count to go down */
	struct list followers;     /* of datagram sockets whose peer this is */
	struct list follow;        /* in peer->followers, guarded by the peer's lock */
	struct list pending;       /* listening: connections to accept; else its place in such a list */

	struct unix_address *address; /* set once; NULL: no name */
	struct lock bind_lock;        /* names, and the peers of datagram sockets, change one after another */
	struct path place;            /* bound to a name in the file system; or NULL */
	struct list in_bucket;        /* bound to an abstract name: guarded by the table's lock */
	struct list in_table;         /* all sockets; likewise */

	struct flight flight; /* descriptors of this socket on their way (net/rights.h) */
};

static inline struct unix_socket *unix_of(struct socket *socket)
{
	return container_of(socket, struct unix_socket, socket);
}

/* Streams and sequenced packets: what they send goes to whom they are connected to, for ever. */
static inline bool unix_is_connected_type(const struct unix_socket *sock)
{
	return sock->socket.type != SOCK_DGRAM;
}

static inline struct unix_address *unix_address(const struct unix_socket *sock)
{
	return __atomic_load_n(&sock->address, __ATOMIC_ACQUIRE);
}

static inline uint32_t unix_ended(const struct unix_socket *sock)
{
	return __atomic_load_n(&sock->ended, __ATOMIC_ACQUIRE);
}

static inline uint32_t unix_state(const struct unix_socket *sock)
{
	return __atomic_load_n(&sock->state, __ATOMIC_ACQUIRE);
}

/* --- net/unix_socket.c: their life --- */

struct unix_socket *unix_new(int type);
static inline void unix_get(struct unix_socket *sock)
{
	__atomic_fetch_add(&sock->references, 1, __ATOMIC_RELAXED);
}
/* NULL is allowed. No locks held. */
void unix_put(struct unix_socket *sock);
/* As closing its file does: everybody concerned is told, what is queued is dropped; gives the file's reference back. */
void unix_close(struct unix_socket *sock);
/* Everyone who waits for anything looks again. */
void unix_changed(struct unix_socket *sock);
/* The AF_UNIX socket of a file, or NULL. */
struct unix_socket *unix_of_file(const struct file *file);

/* --- net/unix_name.c: names --- */

int unix_bind(struct socket *socket, const struct socket_address *address);
/* A name that nobody has, unless there is one already. */
int unix_bind_any(struct unix_socket *sock);
int unix_name(struct socket *socket, bool of_peer, struct socket_address *out);
/* Checks length and family: -EINVAL. */
int unix_address_check(const struct socket_address *address);
/* Who has the name, with a reference: -ECONNREFUSED, -EPROTOTYPE, or a walk's errors. */
int unix_find(const struct socket_address *address, int type, struct unix_socket **out);
void unix_address_copy(const struct unix_socket *sock, struct socket_address *out);
void unix_name_release(struct unix_socket *sock);
void unix_table_add(struct unix_socket *sock);
void unix_table_remove(struct unix_socket *sock);

/* --- net/unix_connect.c --- */

int unix_listen(struct socket *socket, int backlog);
int unix_accept(struct socket *socket, bool wait, struct socket **out);
int unix_connect_stream(struct socket *socket, const struct socket_address *address, bool wait);
int unix_pair(struct socket *one, struct socket *other);
/* Datagrams: */
int unix_connect_datagram(struct socket *socket, const struct socket_address *address, bool wait);
/* Who is to get datagrams without an address, with a reference; or NULL. */
struct unix_socket *unix_peer_get(struct unix_socket *sock);
/* The peer was found to be dead: from here on there is none, unless there is another one already. */
void unix_peer_lost(struct unix_socket *sock, struct unix_socket *peer);
/* Takes the socket off its peer's list. */
void unix_follow_end(struct unix_socket *sock, struct unix_socket *peer);

/* --- net/unix_message.c: queues --- */

/* What Linux would count for a message of so many bytes: buffers fill up at the same byte. */
uint32_t unix_charge(size_t length, size_t linear_max);
/* With room for that many bytes; counted against the sender. NULL: no memory. */
struct unix_message *unix_message_new(struct unix_socket *sender, struct unix_socket *receiver, size_t length,
				      uint32_t charge);
/* Gives sender and receiver back what is theirs. `receiver` may keep the memory. NULL: nobody does. */
void unix_message_free(struct unix_message *message, struct unix_socket *receiver);
/* Puts a message behind the others. The lock is held. */
static inline void unix_queue_append(struct unix_socket *receiver, struct unix_message *message)
{
	list_append(&receiver->queue, &message->list);
	receiver->queue_count++;
	__atomic_store_n(&receiver->arrived, receiver->arrived + 1, __ATOMIC_RELEASE);
}
static inline uint32_t unix_arrived(const struct unix_socket *sock)
{
	return __atomic_load_n(&sock->arrived, __ATOMIC_ACQUIRE);
}
/* A message came; the lock has just been released, under which those who wait look again. */
static inline void unix_readers_wake(struct unix_socket *receiver)
{
	if (!wait_queue_is_empty(&receiver->socket.readers))
		wait_queue_wake(&receiver->socket.readers, UNIX_READABLE);
}
/* A reader who found nothing (more), and how many messages had come before he looked. */
struct unix_look {
	struct unix_socket *sock;
	uint32_t arrived;
};
/* A condition for socket_wait: something came, or ended. */
bool unix_is_worth_a_look(void *look);
/* Waits until the sender's buffer has room: as socket_wait; a pending error, or -EPIPE after the end. */
int unix_room_wait(struct unix_socket *sock, uint64_t deadline_ns);
bool unix_has_room(const struct unix_socket *sock);

/*
 * --- net/unix_ancillary.c: what goes along with bytes --------------------------------------------------------------
 */

/* What sendmsg's control messages say. */
struct unix_ancillary {
	struct rights *rights;
	struct unix_sender sender;
};
/* -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOMEM */
int unix_ancillary_get(struct unix_ancillary *ancillary, const struct socket_message *message);
/* Gives the rights back if no message took them. */
void unix_ancillary_end(struct unix_ancillary *ancillary);
/* What was said goes into the message; rights are in flight from here on. -ETOOMANYREFS, -ENOMEM */
int unix_message_attach(struct unix_message *message, struct unix_ancillary *ancillary);
/* The calling process's credentials, if one of the ends asks for some and none were said. */
void unix_message_sign(struct unix_message *message, const struct unix_socket *receiver);
/* The rights of a message: taken out, or copies if they are only peeked at. NULL: none. */
struct rights *unix_rights_take(struct unix_message *message, bool peek);
/* What recvmsg gets besides bytes: `rights` (NULL: none) are consumed. No locks held. */
void unix_ancillary_put(struct unix_socket *sock, struct socket_message *message, const struct unix_sender *sender,
			struct rights *rights);

/* --- net/unix_stream.c, net/unix_datagram.c, net/unix_datagram_receive.c --- */

long unix_stream_send(struct socket *socket, struct socket_message *message);
long unix_stream_receive(struct socket *socket, struct socket_message *message);
long unix_datagram_send(struct socket *socket, struct socket_message *message);
long unix_datagram_receive(struct socket *socket, struct socket_message *call);
long unix_packet_send(struct socket *socket, struct socket_message *message);
long unix_packet_receive(struct socket *socket, struct socket_message *call);

/* --- net/unix_poll.c --- */

unsigned unix_poll(struct socket *socket, struct poll_entry *entry);
unsigned unix_poll_packets(struct socket *socket, struct poll_entry *entry);
long unix_ioctl(struct socket *socket, unsigned request, uint64_t argument);

#endif
