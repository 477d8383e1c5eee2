/* The events that wait to be read from an inotify instance. */
#include <linux/inotify.h>

#include <linux/errno.h>

#include "kernel/fs/inotify.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

size_t inotify_entry_bytes(const struct inotify_entry *entry)
{
	const size_t unit = sizeof(struct inotify_event);

	return unit + (entry->name_bytes ? (entry->name_bytes + unit) / unit * unit : 0);
}

static struct inotify_entry *last_of(const struct inotify *inotify)
{
	return list_is_empty(&inotify->events) ? NULL : list_entry(inotify->events.prev, struct inotify_entry, list);
}

static bool is_same(const struct inotify_entry *entry, int32_t number, const struct inotify_news *news)
{
	uint32_t bytes = news->name ? news->name->length : 0;

	return entry->event == news->event && !(entry->event & IN_IGNORED) && entry->number == number &&
	       entry->name_bytes == bytes && (!bytes || memcmp(entry->name, news->name->text, bytes) == 0);
}

static struct inotify_entry *entry_new(int32_t number, const struct inotify_news *news)
{
	uint32_t bytes = news->name ? news->name->length : 0;
	struct inotify_entry *entry = heap_alloc(sizeof(*entry) + bytes);

	if (!entry)
		return NULL;
	*entry = (struct inotify_entry){
		.number = number, .event = news->event, .cookie = news->cookie, .name_bytes = bytes};
	if (bytes)
		memcpy(entry->name, news->name->text, bytes);
	return entry;
}

void inotify_queue(struct inotify *inotify, int32_t number, const struct inotify_news *news)
{
	struct inotify_entry *last, *entry = NULL;

	lock_acquire(&inotify->lock);
	last = last_of(inotify);
	if (inotify->event_count < INOTIFY_EVENTS_MAX) {
		if (last && is_same(last, number, news)) {
			lock_release(&inotify->lock);
			return;
		}
		entry = entry_new(number, news);
	}
	if (!entry && list_is_empty(&inotify->overflow->list))
		entry = inotify->overflow;
	if (entry) {
		list_append(&inotify->events, &entry->list);
		__atomic_store_n(&inotify->event_count, inotify->event_count + 1, __ATOMIC_RELAXED);
	}
	lock_release(&inotify->lock);
}

struct inotify_entry *inotify_dequeue(struct inotify *inotify, size_t room, int *error)
{
	struct inotify_entry *entry = NULL;

	*error = 0;
	lock_acquire(&inotify->lock);
	if (!list_is_empty(&inotify->events)) {
		entry = list_entry(inotify->events.next, struct inotify_entry, list);
		if (inotify_entry_bytes(entry) > room) {
			*error = -EINVAL;
			entry = NULL;
		}
	}
	if (entry) {
		list_remove(&entry->list);
		__atomic_store_n(&inotify->event_count, inotify->event_count - 1, __ATOMIC_RELAXED);
	}
	lock_release(&inotify->lock);
	return entry;
}

size_t inotify_queue_bytes(struct inotify *inotify)
{
	size_t bytes = 0;

	lock_acquire(&inotify->lock);
	list_for_each(at, &inotify->events) bytes += inotify_entry_bytes(list_entry(at, struct inotify_entry, list));
	lock_release(&inotify->lock);
	return bytes;
}
