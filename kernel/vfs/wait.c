/* Wait queues: see wait.h. Threads are collected while queues are locked and woken when no lock is held any more. */
#include "kernel/vfs/wait.h"

#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/lib/bug.h"
#include "kernel/task/poller.h"
#include "kernel/task/thread.h"
#include "kernel/task/timer.h"

#define WAKES_MAX 32

struct wake_list {
	struct thread *threads[WAKES_MAX];
	unsigned count;
	unsigned asked; /* how often a thread was to be woken, whether or not it was in the list already */
};

void wait_queue_init(struct wait_queue *queue)
{
	*queue = (struct wait_queue){0};
	list_init(&queue->entries);
}

bool wait_queue_is_empty(const struct wait_queue *queue)
{
	return list_peek_empty(&queue->entries);
}

static void wake_list_add(struct wake_list *wakes, struct thread *thread)
{
	wakes->asked++;
	for (unsigned i = 0; i < wakes->count; i++)
		if (wakes->threads[i] == thread)
			return;
	if (wakes->count < WAKES_MAX)
		wakes->threads[wakes->count++] = thread;
	else
		thread_wake(thread); /* a crowd: that it is woken under the lock costs time, nothing else */
}

/* Tells everyone, but of the exclusive ones only the first that does wake somebody. The queue is locked. */
static void queue_tell(struct wait_queue *queue, unsigned events, struct wake_list *wakes)
{
	struct wake_list *outer = queue->wakes;
	bool exclusive_woken = false;

	queue->wakes = wakes;
	list_for_each_safe(at, after, &queue->entries)
	{
		struct wait_entry *entry = list_entry(at, struct wait_entry, list);
		unsigned asked = wakes->asked;

		if (entry->exclusive && exclusive_woken)
			continue;
		if (entry->call)
			entry->call(entry, events);
		else
			wake_list_add(wakes, entry->thread);
		if (entry->exclusive && wakes->asked != asked)
			exclusive_woken = true;
	}
	queue->wakes = outer;
}

void wait_queue_wake(struct wait_queue *queue, unsigned events)
{
	struct wake_list wakes;

	/* Whatever the caller changed must be visible before we find that nobody waits. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (wait_queue_is_empty(queue))
		return;
	wakes.count = 0;
	wakes.asked = 0;
	lock_acquire(&queue->lock);
	queue_tell(queue, events, &wakes);
	lock_release(&queue->lock);
	for (unsigned i = 0; i < wakes.count; i++)
		thread_wake(wakes.threads[i]);
}

void wait_queue_pass(struct wait_entry *entry, struct wait_queue *next, unsigned events)
{
	if (wait_queue_is_empty(next))
		return;
	lock_acquire(&next->lock);
	queue_tell(next, events, entry->queue->wakes);
	lock_release(&next->lock);
}

void wait_entry_wake(struct wait_entry *entry, struct thread *thread)
{
	wake_list_add(entry->queue->wakes, thread);
}

void wait_entry_init(struct wait_entry *entry, struct thread *thread)
{
	*entry = (struct wait_entry){.thread = thread};
	list_init(&entry->list);
}

void wait_queue_add(struct wait_queue *queue, struct wait_entry *entry)
{
	entry->queue = queue;
	lock_acquire(&queue->lock);
	/* Exclusive entries come last, so that everyone else is told too. */
	if (entry->exclusive)
		list_append(&queue->entries, &entry->list);
	else
		list_push(&queue->entries, &entry->list);
	lock_release(&queue->lock);
	/* The caller looks at its condition next: not before the entry can be seen. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void wait_queue_remove(struct wait_entry *entry)
{
	struct wait_queue *queue = __atomic_load_n(&entry->queue, __ATOMIC_ACQUIRE);

	if (!queue)
		return;
	lock_acquire(&queue->lock);
	/* Unless it was abandoned meanwhile. */
	if (entry->queue) {
		list_remove(&entry->list);
		entry->queue = NULL;
	}
	lock_release(&queue->lock);
}

void wait_queue_abandon(struct wait_queue *queue)
{
	lock_acquire(&queue->lock);
	list_for_each_safe(at, after, &queue->entries)
	{
		struct wait_entry *entry = list_entry(at, struct wait_entry, list);

		list_remove(at);
		__atomic_store_n(&entry->queue, NULL, __ATOMIC_RELEASE);
	}
	lock_release(&queue->lock);
}

void poll_entry_init(struct poll_entry *poll, void (*call)(struct wait_entry *, unsigned), struct thread *thread)
{
	*poll = (struct poll_entry){.call = call, .thread = thread};
}

void poll_add(struct poll_entry *poll, struct wait_queue *queue)
{
	struct wait_entry *entry;

	if (!poll)
		return;
	bug_on(poll->used == POLL_QUEUES);
	entry = &poll->entries[poll->used++];
	wait_entry_init(entry, poll->thread);
	entry->call = poll->call;
	entry->exclusive = poll->exclusive;
	entry->poll = poll;
	wait_queue_add(queue, entry);
}

void poll_remove(struct poll_entry *poll)
{
	for (unsigned i = 0; i < poll->used; i++)
		wait_queue_remove(&poll->entries[i]);
	poll->used = 0;
}

int wait_until(struct wait_queue *queue, bool (*condition)(void *data), void *data, uint64_t deadline_ns)
{
	struct wait_entry entry;
	int error = 0;

	if (condition(data))
		return 0;
	wait_entry_init(&entry, current);
	wait_queue_add(queue, &entry);
	while (!error) {
		thread_sleep_prepare();
		if (condition(data))
			break;
		error = thread_sleep(deadline_ns);
	}
	wait_queue_remove(&entry);
	/* What happened together with the signal or the deadline counts as having happened. */
	return error && condition(data) ? 0 : error;
}

void wait_look(void)
{
	if (timers_next_deadline() != TIMER_NEVER)
		timers_run(host_monotonic_ns());
	if (poller_enter()) {
		poller_poll(0);
		poller_leave();
	}
}
