/*
 * File locks: see locks.h. Order of locks: locks_table.lock (all inodes with locks, who waits for whom), then
 * inode->locks_lock (its records). Only waiting, a first lock of an inode and /proc/locks take the former.
 */
#include "kernel/vfs/locks.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/device.h"
#include "kernel/vfs/lock_records.h"

static struct {
	struct lock lock;
	struct list inodes;  /* struct file_locks, by `all` */
	struct list waiters; /* struct lock_wait, for record locks of processes */
} locks_table = {.inodes = {&locks_table.inodes, &locks_table.inodes},
		 .waiters = {&locks_table.waiters, &locks_table.waiters}};

/* A call that waits for a lock, on its stack. */
struct lock_wait {
	struct list list; /* locks_table.waiters; guarded by its lock, like blocker */
	struct inode *inode;
	struct lock_request request;
	const void *blocker; /* owner of the lock that is in the way */
	bool may_deadlock;   /* the owner is a process: it can wait for itself */
	long result;
};

struct file_locks *locks_get(struct inode *inode)
{
	struct file_locks *locks = __atomic_load_n(&inode->locks, __ATOMIC_ACQUIRE), *new;

	if (locks)
		return locks;
	new = heap_new(struct file_locks);
	if (!new)
		return NULL;
	new->inode = inode;
	list_init(&new->records);
	list_init(&new->flocks);
	wait_queue_init(&new->queue);
	lock_acquire(&locks_table.lock);
	locks = inode->locks;
	if (!locks) {
		list_append(&locks_table.inodes, &new->all);
		__atomic_store_n(&inode->locks, new, __ATOMIC_RELEASE);
		locks = new;
		new = NULL;
	}
	lock_release(&locks_table.lock);
	heap_free(new);
	return locks;
}

static void list_free(struct list *list)
{
	list_for_each_safe(at, after, list) heap_free(list_entry(at, struct lock_record, list));
}

void locks_free(struct inode *inode)
{
	struct file_locks *locks = inode->locks;

	if (!locks)
		return;
	lock_acquire(&locks_table.lock);
	list_remove(&locks->all);
	lock_release(&locks_table.lock);
	list_free(&locks->records);
	list_free(&locks->flocks);
	heap_free(locks);
	inode->locks = NULL;
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static const struct lock_wait *waiter_of(const void *owner)
{
	list_for_each(at, &locks_table.waiters)
	{
		const struct lock_wait *wait = list_entry(at, struct lock_wait, list);

		if (wait->request.owner == owner)
			return wait;
	}
	return NULL;
}

/* Whether the owner of the lock in the way waits, perhaps through others, for us. The number of steps is Linux's. */
static bool is_deadlock(const struct lock_wait *wait, const void *blocker)
{
	for (int step = 0; step < 10; step++) {
		const struct lock_wait *next;

		if (blocker == wait->request.owner)
			return true;
		next = waiter_of(blocker);
		if (!next)
			return false;
		blocker = next->blocker;
	}
	return false;
}

/* wait_until's condition: the lock was taken, or never will be. */
static bool lock_attempt(void *data)
{
	struct lock_wait *wait = data;
	const struct lock_record *conflict;

	if (wait->may_deadlock)
		lock_acquire(&locks_table.lock);
	lock_acquire(&wait->inode->locks_lock);
	conflict = lock_request_try(wait->inode->locks, &wait->request);
	wait->blocker = conflict ? conflict->owner : NULL;
	lock_release(&wait->inode->locks_lock);
	wait->result = 0;
	if (wait->may_deadlock) {
		if (wait->blocker && is_deadlock(wait, wait->blocker))
			wait->result = -EDEADLK;
		if (!wait->blocker || wait->result)
			list_remove(&wait->list);
		lock_release(&locks_table.lock);
	}
	return !wait->blocker || wait->result;
}

static long lock_wait_for(struct inode *inode, struct lock_request *request)
{
	struct lock_wait wait = {.inode = inode, .request = *request, .may_deadlock = request->kind == LOCK_POSIX};
	int error;

	list_init(&wait.list);
	if (wait.may_deadlock) {
		lock_acquire(&locks_table.lock);
		list_append(&locks_table.waiters, &wait.list);
		lock_release(&locks_table.lock);
	}
	error = wait_until(&inode->locks->queue, lock_attempt, &wait, WAIT_FOREVER);
	if (wait.may_deadlock) {
		lock_acquire(&locks_table.lock);
		list_remove(&wait.list);
		lock_release(&locks_table.lock);
	}
	*request = wait.request;
	return error ? -ERESTARTSYS : wait.result;
}

long locks_apply(struct inode *inode, struct lock_request *request, bool wait)
{
	const struct lock_record *conflict;
	long result;

	lock_acquire(&inode->locks_lock);
	conflict = lock_request_try(inode->locks, request);
	lock_release(&inode->locks_lock);
	result = conflict ? -EAGAIN : 0;
	if (conflict && wait)
		result = lock_wait_for(inode, request);
	if (request->released)
		wait_queue_wake(&inode->locks->queue, 0);
	return result;
}

/* --- the end of owners -------------------------------------------------------------------------------------------- */

static void locks_release(struct inode *inode, enum lock_kind kind, const void *owner)
{
	struct lock_request request = {.kind = kind, .type = F_UNLCK, .owner = owner, .end = LOCK_END};

	if (__atomic_load_n(&inode->locks, __ATOMIC_ACQUIRE))
		locks_apply(inode, &request, false);
}

void locks_release_process(struct inode *inode, struct process *process)
{
	locks_release(inode, LOCK_POSIX, process);
}

void locks_release_file(struct file *file)
{
	locks_release(file->inode, LOCK_OFD, file);
	locks_release(file->inode, LOCK_FLOCK, file);
}

/* --- /proc/locks -------------------------------------------------------------------------------------------------- */

static void record_show(struct text *text, unsigned number, const struct inode *inode, const struct lock_record *record)
{
	static const char *const kinds[] = {[LOCK_POSIX] = "POSIX ", [LOCK_OFD] = "OFDLCK", [LOCK_FLOCK] = "FLOCK "};
	uint64_t device = inode->super ? inode->super->device : 0;

	text_print(text, "%u: %s ADVISORY  %s %d %02x:%02x:%lu %lu ", number, kinds[record->kind],
		   record->type == F_WRLCK ? "WRITE" : "READ", record->pid, device_major(device), device_minor(device),
		   (unsigned long)inode->ino, (unsigned long)record->start);
	if (record->end == LOCK_END)
		text_print(text, "EOF\n");
	else
		text_print(text, "%lu\n", (unsigned long)record->end);
}

void locks_show(struct text *text)
{
	unsigned number = 0;

	lock_acquire(&locks_table.lock);
	list_for_each(inode_at, &locks_table.inodes)
	{
		struct file_locks *locks = list_entry(inode_at, struct file_locks, all);

		lock_acquire(&locks->inode->locks_lock);
		list_for_each(at, &locks->records)
			record_show(text, ++number, locks->inode, list_entry(at, struct lock_record, list));
		list_for_each(at, &locks->flocks)
			record_show(text, ++number, locks->inode, list_entry(at, struct lock_record, list));
		lock_release(&locks->inode->locks_lock);
	}
	lock_release(&locks_table.lock);
}
