/*
 * Sockets: what all protocols share. A socket is a file (net/socket_file.c) with options and two wait queues; what it
 * does is up to the operations of its domain (net/socket.c has the list of them).
 */
#ifndef KERNEL_NET_SOCKET_H
#define KERNEL_NET_SOCKET_H

#include <linux/un.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/lock.h"
#include "kernel/mm/user.h"
#include "kernel/vfs/wait.h"

struct file;
struct io;
struct poll_entry;
struct socket;
struct socket_credentials;

/* Linux's numbers, which no header for kernels has. */
enum { AF_UNSPEC = 0, AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_MAX = 46 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_SEQPACKET = 5, SOCK_MAX = 11, SOCK_TYPE_MASK = 15 };
enum { SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2 };
enum {
	MSG_OOB = 1,
	MSG_PEEK = 2,
	MSG_CTRUNC = 8,
	MSG_TRUNC = 0x20,
	MSG_DONTWAIT = 0x40,
	MSG_WAITALL = 0x100,
	MSG_ERRQUEUE = 0x2000,
	MSG_FASTOPEN = 0x20000000,
	MSG_NOSIGNAL = 0x4000,
	MSG_MORE = 0x8000,
	MSG_WAITFORONE = 0x10000,
	MSG_CMSG_CLOEXEC = 0x40000000,
};
enum { SCM_RIGHTS = 1, SCM_CREDENTIALS = 2 };
#define SOMAXCONN_DEFAULT 4096 /* /proc/sys/net/core/somaxconn */

#define SOCKET_ADDRESS_BYTES_MAX 128 /* sockaddr_storage */
struct socket_address {
	uint32_t bytes; /* 0: none */
	union {
		uint16_t family;
		struct sockaddr_un un;
		uint8_t raw[SOCKET_ADDRESS_BYTES_MAX];
	};
};

/* One message of sendmsg or recvmsg. */
struct socket_message {
	struct io *io;
	const struct socket_address *to; /* sending: NULL: to whom the socket is connected */
	struct socket_address *from;     /* receiving: out, bytes 0 if the sender has no name; NULL: nobody asks */
	const uint8_t *control;          /* sending: struct cmsghdr and so on, in kernel memory */
	size_t control_bytes;
	user_t control_at; /* receiving: where the next one goes; 0: nowhere */
	uint64_t control_left;
	unsigned flags;     /* MSG_*; MSG_DONTWAIT also stands for O_NONBLOCK */
	unsigned out_flags; /* receiving: out, MSG_TRUNC and the like */
};

/*
 * Return 0 or more, or -errno as the man page of the call has it; an operation that is NULL is -EOPNOTSUPP. Operations
 * are called with a reference on the file held and no locks; those with MSG_DONTWAIT or `wait` may block, until
 * a signal (-ERESTARTSYS, or -EINTR where a timeout is set) or the socket's timeouts (-EAGAIN).
 */
struct socket_ops {
	int (*bind)(struct socket *socket, const struct socket_address *address);
	int (*connect)(struct socket *socket, const struct socket_address *address, bool wait);
	int (*listen)(struct socket *socket, int backlog);
	/* *out: a socket without a file yet. */
	int (*accept)(struct socket *socket, bool wait, struct socket **out);
	/* socketpair: connects two new sockets. */
	int (*pair)(struct socket *one, struct socket *other);
	int (*name)(struct socket *socket, bool of_peer, struct socket_address *out);
	/* SIGPIPE is sent in here. */
	long (*send)(struct socket *socket, struct socket_message *message);
	long (*receive)(struct socket *socket, struct socket_message *message);
	int (*shutdown)(struct socket *socket, int how);
	/* As file_ops.poll. */
	unsigned (*poll)(struct socket *socket, struct poll_entry *entry);
	/* NULL: -ENOTTY */
	long (*ioctl)(struct socket *socket, unsigned request, uint64_t argument);
	/* Options of levels other than SOL_SOCKET. get: *bytes is what there is room for, and then what was put. */
	int (*option_set)(struct socket *socket, int level, int name, user_t value, unsigned bytes);
	int (*option_get)(struct socket *socket, int level, int name, user_t value, unsigned *bytes);
	/* After an option at SOL_SOCKET was set. NULL: nothing to do. */
	void (*option_changed)(struct socket *socket);
	bool (*is_listening)(const struct socket *socket);
	/* Its file is closed, or it never got one. Frees the socket, perhaps later. */
	void (*release)(struct socket *socket);
};

/* socket->flags: options that are on or off. */
enum {
	SOCKET_DEBUG = 1,
	SOCKET_REUSEADDR = 2,
	SOCKET_DONTROUTE = 4,
	SOCKET_BROADCAST = 8,
	SOCKET_KEEPALIVE = 16,
	SOCKET_OOBINLINE = 32,
	SOCKET_NO_CHECK = 64,
	SOCKET_REUSEPORT = 128,
	SOCKET_PASSCRED = 256,
	SOCKET_TIMESTAMP = 512,
	SOCKET_TIMESTAMPNS = 1024,
	SOCKET_RXQ_OVFL = 2048,
	SOCKET_LINGER = 4096,
	SOCKET_NO_RIGHTS = 8192, /* SO_PASSRIGHTS is off */
	SOCKET_CONTROL_WANTED = SOCKET_PASSCRED | SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS,
};

struct socket {
	const struct socket_ops *ops;
	struct file *file; /* no reference; NULL: not yet, or no longer */
	struct lock lock;
	struct wait_queue readers; /* who waits for data, connections, or the end */
	struct wait_queue writers; /* who waits for room, or the end */
	uint16_t domain;
	uint16_t type;
	uint32_t protocol;
	uint32_t flags; /* changed atomically */
	int32_t error;  /* pending: an errno; taken atomically by socket_error_take */
	uint32_t send_buffer_bytes;
	uint32_t receive_buffer_bytes;
	uint64_t send_timeout_ns; /* WAIT_FOREVER: none */
	uint64_t receive_timeout_ns;
	uint32_t receive_low_bytes; /* SO_RCVLOWAT */
	int32_t peek_offset;        /* SO_PEEK_OFF; negative: off */
	int32_t priority;
	uint32_t mark;
	int32_t linger_s;
	uint64_t cookie;                 /* SO_COOKIE; 0: nobody asked yet */
	struct socket_credentials *peer; /* SO_PEERCRED; guarded by lock, NULL: nobody */
};

/* Who is at the other end: does not change once made. Shared by reference. */
struct socket_credentials {
	uint32_t references;
	int32_t pid;
	uint32_t uid;
	uint32_t gid;
	uint32_t group_count;
	uint32_t groups[];
};
/* Of the calling process; NULL: no memory. */
struct socket_credentials *socket_credentials_current(void);
void socket_credentials_get(struct socket_credentials *credentials);
/* NULL is allowed. */
void socket_credentials_put(struct socket_credentials *credentials);

/* A new socket without a file. -EAFNOSUPPORT, -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -EINVAL, -ENOMEM */
int socket_create(int domain, int type, int protocol, struct socket **out);
/* Its file: *out with one reference. flags: O_NONBLOCK. An error releases the socket. */
int socket_open(struct socket *socket, unsigned flags, struct file **out);
/* The socket of a file, NULL if it is none. */
struct socket *socket_of(const struct file *file);

/* For domains: the fields that are the same for all. */
void socket_init(struct socket *socket, const struct socket_ops *ops, int domain, int type);
/* What socket_init made; the domain frees the block. */
void socket_end(struct socket *socket);
/* The pending error, which is none any more: 0 or -errno. */
int socket_error_take(struct socket *socket);
static inline bool socket_has(const struct socket *socket, unsigned flags)
{
	return __atomic_load_n(&socket->flags, __ATOMIC_RELAXED) & flags;
}

/*
 * Deadlines of one call: by the flags and the socket's timeout. 0: the call does not wait.
 */
uint64_t socket_deadline(uint64_t timeout_ns, bool wait);
/*
 * Sleeps until the condition holds: 0, or how the call ends: -EAGAIN (deadline, or it is 0), -ERESTARTSYS, -EINTR.
 * `exclusive`: of those that wait so, one is woken for one event; who takes less than is there passes it on.
 */
int socket_wait(struct wait_queue *queue, bool (*condition)(void *data), void *data, uint64_t deadline_ns,
		bool exclusive);

/* setsockopt and getsockopt at SOL_SOCKET. */
int socket_option_set(struct socket *socket, int name, user_t value, unsigned bytes);
int socket_option_get(struct socket *socket, int name, user_t value, unsigned *bytes);
/* Copies up to *bytes of a value, and says how many: 0 or -EFAULT. */
int socket_option_put(user_t to, unsigned *bytes, const void *value, unsigned value_bytes);

/* Adds a control message to what is received; sets MSG_CTRUNC if there is not enough room. -EFAULT is not an error. */
void control_put(struct socket_message *message, int level, int type, const void *data, size_t bytes);

#endif
