/*
 * Waiting for what comes from outside. One thread of the guest at a time is in the host's ppoll, on behalf of all: on
 * the descriptors that anyone waits for, and on the wake descriptor. Threads that sleep do it; while none does, because
 * all compute, the service process takes their place (task/watch.h), until a thread takes it back.
 */
#ifndef KERNEL_TASK_POLLER_H
#define KERNEL_TASK_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/vfs/wait.h"

/* A host descriptor from which something may come. Registered at boot, for ever. */
struct poller_source {
	int fd;
	/* What poll events are waited for now: POLLIN, POLLOUT; 0: nobody waits for it. */
	short (*wanted)(void);
	/* Told EPOLLIN when the descriptor is readable, or has come to its end. NULL if there is `ready`. */
	struct wait_queue *queue;
	/* Instead: takes what came. Called by the poller, without locks. */
	void (*ready)(short events);
	/* Takes what has come, if that is likely, without asking ppoll: whether there was something. NULL: never. */
	bool (*look)(void);
};

void poller_register(const struct poller_source *source);

/* Whether there is something to poll for, and no thread does: then the caller is the poller until poller_leave. */
bool poller_enter(void);
/* Sleeps in ppoll until input comes, poller_wake, a kick, or the timeout (nanoseconds). Tells waiters of what came. */
void poller_poll(uint64_t timeout_ns);
void poller_leave(void);
/* Ends the poller's sleep, from any thread. */
void poller_wake(void);

/*
 * The same for the service, which waits for its own descriptor, too (-1: none). poller_stand_in: false if somebody else
 * polls. poller_stand: whether `fd` is readable; ends early if a thread becomes the poller, by a kick of the
 * timekeeper.
 */
bool poller_stand_in(void);
bool poller_stand(int fd, uint64_t timeout_ns);
void poller_stand_down(void);

/* Changes whenever a thread starts or ends to poll. */
uint32_t poller_turns(void);
bool poller_is_at_work(void);
/* Whether there is anything to poll for. */
bool poller_is_wanted(void);

#endif
