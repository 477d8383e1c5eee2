/*
 * Descriptors on their way from one process to another (SCM_RIGHTS): references to files in messages that nobody has
 * received yet. A socket can travel so in its own queue, or two of them in each other's: then nobody can ever reach
 * them, and no count of references would. rights_collect finds such circles.
 *
 * One lock for all that is in flight: it is taken to send, receive or drop descriptors, not for other messages. While
 * a file is in flight it is received under that lock only; hence, under the lock, a socket whose every reference is in
 * flight can be reached by nobody but through a message.
 */
#ifndef KERNEL_NET_RIGHTS_H
#define KERNEL_NET_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/list.h"

struct file;
struct unix_socket;
struct unix_message;

#define RIGHTS_FILES_MAX 253 /* SCM_MAX_FD */

struct rights {
	struct list list; /* while they are dropped */
	bool in_flight;
	uint32_t uid; /* who sent them */
	uint32_t count;
	struct file *files[];
};

/* In each AF_UNIX socket; all but `list` is 0 at first. Guarded by the flight lock. */
struct flight {
	struct list list; /* of sockets in flight */
	uint32_t count;   /* how often its file is in flight */
	uint32_t outside; /* while collecting: references that are not known to come from circles */
	bool candidate;   /* likewise: every reference is in flight */
	bool reached;
	struct list work;
};

/*
 * With room for so many more files; `rights` (NULL: none yet) may move, and stays as it is if there is no memory
 * (NULL).
 */
struct rights *rights_grow(struct rights *rights, size_t more);
/* They are in a message from here on. -ETOOMANYREFS: the user has too many in flight (RLIMIT_NOFILE). */
int rights_send(struct rights *rights);
/* The message's rights, not in flight any more: they are the caller's. NULL if it has none. */
struct rights *rights_take(struct unix_message *message);
/* Copies, of which nothing is in flight. NULL if it has none, or no memory. */
struct rights *rights_copy(const struct unix_message *message);
/*
 * Gives back all references. Files may be closed by that, and messages of theirs dropped: without recursion. NULL is
 * allowed. No locks held.
 */
void rights_drop(struct rights *rights);

/* A socket was closed: drops what nobody can reach any more. No locks held. */
void rights_collect(void);

#endif
