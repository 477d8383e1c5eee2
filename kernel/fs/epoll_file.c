/* What the end of a file means for the epoll sets that watch it. */
#include "kernel/fs/epoll.h"
#include "kernel/fs/epoll_set.h"
#include "kernel/vfs/file.h"

/* The set of one of the file's items, with a reference; NULL if nobody watches the file any more. */
static struct epoll_set *watching_set(struct file *file)
{
	struct epoll_set *set = NULL;

	lock_acquire(&file->epoll_lock);
	if (!list_is_empty(&file->epoll_entries)) {
		set = list_entry(file->epoll_entries.next, struct epoll_item, of_file)->set;
		__atomic_fetch_add(&set->references, 1, __ATOMIC_RELAXED);
	}
	lock_release(&file->epoll_lock);
	return set;
}

/*
 * Whether the item still watches the file is only certain with the set's mutex, which is taken before the file's
 * lock.
 */
static struct epoll_item *item_of_file(struct epoll_set *set, struct file *file)
{
	struct epoll_item *found = NULL;

	lock_acquire(&file->epoll_lock);
	list_for_each(at, &file->epoll_entries)
	{
		struct epoll_item *item = list_entry(at, struct epoll_item, of_file);

		if (item->set == set) {
			found = item;
			break;
		}
	}
	lock_release(&file->epoll_lock);
	return found;
}

void epoll_file_released(struct file *file)
{
	struct epoll_set *set;

	/* A set that goes at the same time empties the list, and then releases the lock for the last time. */
	if (__atomic_load_n(&file->epoll_entries.next, __ATOMIC_ACQUIRE) == &file->epoll_entries &&
	    !lock_is_held(&file->epoll_lock))
		return;
	while ((set = watching_set(file))) {
		struct epoll_item *item;

		lock_acquire(&set->mutex);
		while ((item = item_of_file(set, file)))
			epoll_item_remove(item);
		lock_release(&set->mutex);
		epoll_set_put(set);
	}
}
