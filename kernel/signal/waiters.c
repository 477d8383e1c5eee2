/*
 * Waiting for a process's signals: see waiters.h. Queues are used for processes for ever and never initialised again:
 * who takes an entry out, or tells of a signal, may have found the queue before its process ended.
 */
#include "kernel/signal/waiters.h"

#include <linux/eventpoll.h>

#include "kernel/lib/heap.h"
#include "kernel/task/process.h"

struct waiters {
	struct wait_queue queue;
	struct list free;
};

static struct lock pool_lock;
static struct list pool = {&pool, &pool};

static struct waiters *waiters_take(void)
{
	struct waiters *waiters = NULL;

	lock_acquire(&pool_lock);
	if (!list_is_empty(&pool)) {
		waiters = list_entry(pool.next, struct waiters, free);
		list_remove(&waiters->free);
	}
	lock_release(&pool_lock);
	if (waiters)
		return waiters;
	waiters = heap_new(struct waiters);
	if (waiters) {
		wait_queue_init(&waiters->queue);
		list_init(&waiters->free);
	}
	return waiters;
}

static void waiters_put(struct wait_queue *queue)
{
	lock_acquire(&pool_lock);
	list_append(&pool, &list_entry(queue, struct waiters, queue)->free);
	lock_release(&pool_lock);
}

struct wait_queue *signal_waiters(void)
{
	struct process *process = process_current();
	struct wait_queue *queue = __atomic_load_n(&process->signal_waiters, __ATOMIC_ACQUIRE);
	struct waiters *waiters;

	if (queue)
		return queue;
	waiters = waiters_take();
	if (!waiters)
		return NULL;
	if (__atomic_compare_exchange_n(&process->signal_waiters, &queue, &waiters->queue, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return &waiters->queue;
	waiters_put(&waiters->queue);
	return queue;
}

void signal_waiters_leave(struct process *process)
{
	struct wait_queue *queue = __atomic_exchange_n(&process->signal_waiters, NULL, __ATOMIC_ACQ_REL);

	if (!queue)
		return;
	wait_queue_abandon(queue);
	waiters_put(queue);
}

void signal_waiters_wake(struct process *process)
{
	struct wait_queue *queue = __atomic_load_n(&process->signal_waiters, __ATOMIC_ACQUIRE);

	if (queue)
		wait_queue_wake(queue, EPOLLIN);
}
