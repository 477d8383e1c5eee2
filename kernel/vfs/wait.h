/*
 * Waiting for things to happen. An object that others wait for has a wait queue; who waits puts an entry of its own
 * into it. An entry either wakes a sleeping thread or calls a function (epoll).
 *
 *   wait_queue_wake(&pipe->readers, EPOLLIN);                       the object changed: tell everyone who asked
 *   error = wait_until(&pipe->readers, condition, data, deadline);  sleep until the condition holds
 */
#ifndef KERNEL_VFS_WAIT_H
#define KERNEL_VFS_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"

struct thread;
struct wake_list;

struct wait_queue {
	struct lock lock;
	struct list entries;
	struct wake_list *wakes; /* while entries are being told: where threads to wake are collected */
};

struct wait_entry {
	struct list list;
	struct wait_queue *queue; /* NULL: in none */
	/* Called with the queue's lock held; must not sleep, wake hosts directly, or touch the queue. */
	void (*call)(struct wait_entry *entry, unsigned events);
	struct thread *thread;   /* for entries that wake a thread */
	bool exclusive;          /* at most one of these is woken at a time (EPOLLEXCLUSIVE, accept) */
	struct poll_entry *poll; /* what it is part of, if poll_add made it */
};

/* What poll operations add themselves to: up to POLL_QUEUES queues of one file. */
#define POLL_QUEUES 2
struct poll_entry {
	struct wait_entry entries[POLL_QUEUES];
	unsigned used;
	bool exclusive;
	void (*call)(struct wait_entry *entry, unsigned events);
	struct thread *thread;
	void *owner; /* the implementation's: epoll's item */
};

void wait_queue_init(struct wait_queue *queue);
/* Every entry is told which EPOLL* events may now hold. Threads are woken after the lock is released. */
void wait_queue_wake(struct wait_queue *queue, unsigned events);
/*
 * Without a lock: an owner that changes its object under a lock, under which conditions are checked too, may skip
 * wait_queue_wake if this says true after the lock is released.
 */
bool wait_queue_is_empty(const struct wait_queue *queue);

/*
 * For `call` functions. They pass an event on to another queue, or to a thread; the waking itself happens when the
 * outermost
 * queue's lock is released. Queues nest as their objects do: never in a circle.
 */
void wait_queue_pass(struct wait_entry *entry, struct wait_queue *next, unsigned events);
void wait_entry_wake(struct wait_entry *entry, struct thread *thread);

/* A thread's own entry, for waits that wait_until is too simple for: on the stack of the waiting thread. */
void wait_entry_init(struct wait_entry *entry, struct thread *thread);
void wait_queue_add(struct wait_queue *queue, struct wait_entry *entry);
/* Does nothing if the entry is in no queue. */
void wait_queue_remove(struct wait_entry *entry);

/* The object ends and the queue stays: every entry is taken out, and is in no queue. */
void wait_queue_abandon(struct wait_queue *queue);

void poll_entry_init(struct poll_entry *poll, void (*call)(struct wait_entry *, unsigned), struct thread *thread);
/* For poll operations; does nothing if poll is NULL. */
void poll_add(struct poll_entry *poll, struct wait_queue *queue);
/* Takes the entry out of all its queues. */
void poll_remove(struct poll_entry *poll);

/* Deadlines: absolute nanoseconds of CLOCK_MONOTONIC. */
#define WAIT_FOREVER UINT64_MAX

/*
 * Sleeps until condition(data) is true, checking it first, and after each wake. 0, -ETIMEDOUT after the deadline,
 * -EINTR
 * if a signal for the thread arrived (callers of restartable calls turn it into -ERESTARTSYS: see signal/).
 */
int wait_until(struct wait_queue *queue, bool (*condition)(void *data), void *data, uint64_t deadline_ns);

/*
 * For calls that only look and do not wait: has what came from outside (timers that expired, input on host descriptors
 * that anyone waits for) told to those who wait for it.
 */
void wait_look(void);

/*
 * The thread's own sleep, underneath: between thread_sleep_prepare and thread_sleep any thread_wake ends the sleep.
 * thread_sleep: 0 woken, -ETIMEDOUT, -EINTR. A thread that sleeps while the guest's standard input or packets are
 * awaited
 * by anyone may become the poller (host/poller.h): callers need not know.
 */
void thread_sleep_prepare(void);
int thread_sleep(uint64_t deadline_ns);
/*
 * May come late: after the thread took itself off the queue, even after it ended. The memory of a struct thread is
 * therefore only ever used again as a struct thread; a wake that nobody waits for is harmless.
 */
void thread_wake(struct thread *thread);

#endif
