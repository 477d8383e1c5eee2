/*
 * Waiting for what comes from outside. At most one thread of the guest at a time is in the host's ppoll, on behalf of
 * all: on the descriptors that anyone waits for, and on the wake descriptor.
 */
#ifndef KERNEL_TASK_POLLER_H
#define KERNEL_TASK_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/vfs/wait.h"

/* A host descriptor from which something may come. Registered at boot, for ever. */
struct poller_source {
	int fd;
	/* Whether anybody waits for it now. */
	bool (*wanted)(void);
	/* Told EPOLLIN when the descriptor is readable, or has come to its end. */
	struct wait_queue *queue;
};

void poller_register(const struct poller_source *source);

/* Whether there is something to poll for, and nobody does: then the caller is the poller until poller_leave. */
bool poller_enter(void);
/* Sleeps in ppoll until input comes, poller_wake, a kick, or the timeout (nanoseconds). Tells waiters of what came. */
void poller_poll(uint64_t timeout_ns);
void poller_leave(void);
/* Ends the poller's sleep, from any thread. */
void poller_wake(void);

#endif
