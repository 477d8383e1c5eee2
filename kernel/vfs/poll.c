/* Waiting for one of several files: see poll.h. */
#include "kernel/vfs/poll.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/task/thread.h"
#include "kernel/vfs/file.h"

#define ENTRIES_ON_STACK 4

static void request_poll(struct poll_request *request, struct poll_entry *entry)
{
	const struct file_ops *ops = request->file->ops;
	unsigned events = ops->poll ? ops->poll(request->file, entry) : POLL_ALWAYS_READY;

	request->events = events & request->wanted;
}

/* One look at everything. Entries (one for each request, or NULL) are put into queues until something is ready. */
static long requests_poll(struct poll_request *requests, unsigned count, struct poll_entry *entries)
{
	long ready = 0;

	for (unsigned i = 0; i < count; i++) {
		if (requests[i].file)
			request_poll(&requests[i], entries && !ready ? &entries[i] : NULL);
		ready += requests[i].events != 0;
	}
	return ready;
}

static void request_told(struct wait_entry *entry, unsigned events)
{
	const struct poll_request *request = entry->poll->owner;

	if (!events || events & request->wanted)
		wait_entry_wake(entry, entry->thread);
}

static long requests_wait(struct poll_request *requests, unsigned count, struct poll_entry *entries,
			  uint64_t deadline_ns)
{
	long ready;
	int error = 0;

	for (unsigned i = 0; i < count; i++) {
		poll_entry_init(&entries[i], request_told, current);
		entries[i].owner = &requests[i];
	}
	thread_sleep_prepare();
	ready = requests_poll(requests, count, entries);
	while (!ready && !error) {
		error = thread_sleep(deadline_ns);
		thread_sleep_prepare();
		ready = requests_poll(requests, count, NULL);
	}
	for (unsigned i = 0; i < count; i++)
		poll_remove(&entries[i]);
	if (ready)
		return ready;
	return error == -ETIMEDOUT ? 0 : error;
}

long poll_files(struct poll_request *requests, unsigned count, uint64_t deadline_ns)
{
	struct poll_entry on_stack[ENTRIES_ON_STACK], *entries = on_stack;
	long ready = requests_poll(requests, count, NULL);

	if (ready || !deadline_ns)
		return ready;
	if (count > ENTRIES_ON_STACK)
		entries = heap_alloc(count * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	ready = requests_wait(requests, count, entries, deadline_ns);
	if (entries != on_stack)
		heap_free(entries);
	return ready;
}
