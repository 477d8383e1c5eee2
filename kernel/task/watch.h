/*
 * The service process watches over the poller: if no thread has polled for a millisecond, because all compute, it
 * polls in their place, so that connections are answered meanwhile. While nothing happens it sleeps, and is woken when
 * the thread that polls goes off to work.
 */
#ifndef KERNEL_TASK_WATCH_H
#define KERNEL_TASK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* From here on there is something to watch over: packets come, whoever waits. Once at boot. */
void watch_start(void);
/*
 * The service's wait: for its own descriptor (-1: none), the timeout (UINT64_MAX: for ever), kicks. Whether the
 * descriptor has something.
 */
bool watch_wait(int fd, uint64_t timeout_ns);
/* A thread does not poll any more. */
void watch_notify(void);

#endif
