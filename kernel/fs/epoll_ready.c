/* The ready list of an epoll set: how items get in, and how epoll_wait works it off. */
#include <linux/errno.h>

#include "kernel/fs/epoll.h"
#include "kernel/fs/epoll_set.h"
#include "kernel/host/host.h"
#include "kernel/task/thread.h"
#include "kernel/vfs/file.h"

static bool set_has_candidates(struct epoll_set *set)
{
	return __atomic_load_n(&set->ready.next, __ATOMIC_ACQUIRE) != &set->ready;
}

bool epoll_item_ready(struct epoll_item *item)
{
	struct epoll_set *set = item->set;
	bool is_new;

	lock_acquire(&set->ready_lock);
	is_new = list_is_empty(&item->ready);
	if (is_new)
		list_append(&set->ready, &item->ready);
	lock_release(&set->ready_lock);
	return is_new;
}

void epoll_item_told(struct wait_entry *entry, unsigned events)
{
	struct epoll_item *item = entry->poll->owner;
	uint32_t wanted = __atomic_load_n(&item->events, __ATOMIC_RELAXED);

	/* Used up (EPOLLONESHOT), or not what is asked for; no events at all means: look for yourself. */
	if (!(wanted & ~EPOLL_PRIVATE) || (events && !(events & wanted)))
		return;
	epoll_item_ready(item);
	wait_queue_pass(entry, &item->set->sleepers, EPOLLIN);
	wait_queue_pass(entry, &item->set->watchers, EPOLLIN);
}

void epoll_set_wake(struct epoll_set *set)
{
	wait_queue_wake(&set->sleepers, EPOLLIN);
	wait_queue_wake(&set->watchers, EPOLLIN);
}

unsigned epoll_item_poll(struct epoll_item *item, struct poll_entry *poll)
{
	return item->file->ops->poll(item->file, poll) & item->events;
}

/* The next item of a list, taken out of it: from then on events put it into the ready list again. */
static struct epoll_item *candidate_take(struct epoll_set *set, struct list *candidates)
{
	struct epoll_item *item = NULL;

	lock_acquire(&set->ready_lock);
	if (!list_is_empty(candidates)) {
		item = list_entry(candidates->next, struct epoll_item, ready);
		list_remove(&item->ready);
	}
	lock_release(&set->ready_lock);
	return item;
}

static void candidates_begin(struct epoll_set *set, struct list *candidates)
{
	list_init(candidates);
	lock_acquire(&set->mutex);
	lock_acquire(&set->ready_lock);
	list_splice(candidates, &set->ready);
	lock_release(&set->ready_lock);
}

/* What is left goes first next time. */
static void candidates_end(struct epoll_set *set, struct list *candidates)
{
	lock_acquire(&set->ready_lock);
	list_splice(&set->ready, candidates);
	lock_release(&set->ready_lock);
	lock_release(&set->mutex);
}

bool epoll_set_is_ready(struct epoll_set *set)
{
	struct list candidates;
	struct epoll_item *item;
	bool ready = false;

	if (!set_has_candidates(set))
		return false;
	candidates_begin(set, &candidates);
	while (!ready && (item = candidate_take(set, &candidates))) {
		ready = epoll_item_poll(item, NULL) != 0;
		if (ready) {
			lock_acquire(&set->ready_lock);
			list_remove(&item->ready);
			list_push(&candidates, &item->ready);
			lock_release(&set->ready_lock);
		}
	}
	candidates_end(set, &candidates);
	return ready;
}

static int event_put(const struct epoll_item *item, unsigned events, user_t to)
{
	struct epoll_event event = {.events = events, .data = item->data};

	return copy_to_user(to, &event, sizeof(event));
}

/* Reports up to `count` items: how many, or -EFAULT. */
static long set_report(struct epoll_set *set, user_t to, int count)
{
	struct list candidates;
	struct epoll_item *item;
	long done = 0;

	candidates_begin(set, &candidates);
	while (done < count && (item = candidate_take(set, &candidates))) {
		unsigned events = epoll_item_poll(item, NULL);

		if (!events)
			continue;
		if (event_put(item, events, to + (uint64_t)done * sizeof(struct epoll_event))) {
			epoll_item_ready(item);
			done = done ? done : -EFAULT;
			break;
		}
		done++;
		if (item->events & EPOLLONESHOT)
			__atomic_and_fetch(&item->events, EPOLL_PRIVATE, __ATOMIC_RELAXED);
		else if (!(item->events & EPOLLET))
			epoll_item_ready(item); /* level: at the end, so that all get their turn */
	}
	candidates_end(set, &candidates);
	return done;
}

static bool is_worth_a_look(void *data)
{
	return set_has_candidates(data);
}

/* Sleeps until there are candidates. Only one sleeper is woken for an event. */
static int set_sleep(struct epoll_set *set, uint64_t deadline_ns)
{
	struct wait_entry entry;
	int error = 0;

	wait_entry_init(&entry, current);
	entry.exclusive = true;
	wait_queue_add(&set->sleepers, &entry);
	while (!error) {
		thread_sleep_prepare();
		if (is_worth_a_look(set))
			break;
		error = thread_sleep(deadline_ns);
	}
	wait_queue_remove(&entry);
	return error;
}

long epoll_file_wait(struct file *epoll, user_t events, int count, uint64_t deadline_ns)
{
	struct epoll_set *set = epoll_set_of(epoll);
	int error = 0;

	if (!deadline_ns && !set_has_candidates(set))
		wait_look();
	for (;;) {
		if (set_has_candidates(set)) {
			long done = set_report(set, events, count);

			/* This thread took a wake that was meant for one: what it leaves is another's. */
			if (set_has_candidates(set) && !wait_queue_is_empty(&set->sleepers))
				wait_queue_wake(&set->sleepers, EPOLLIN);
			if (done)
				return done;
		}
		if (error == -ETIMEDOUT || (!deadline_ns && !error))
			return 0;
		if (error)
			return error;
		error = set_sleep(set, deadline_ns);
	}
}
