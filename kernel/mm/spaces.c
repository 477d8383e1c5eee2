/* All address spaces of the guest: see refresh.h. */
#include "kernel/lib/list.h"
#include "kernel/mm/refresh.h"

static struct lock spaces_lock;
static struct list spaces = {&spaces, &spaces};

void spaces_add(struct address_space *space)
{
	lock_acquire(&spaces_lock);
	list_append(&spaces, &space->all);
	lock_release(&spaces_lock);
}

void spaces_remove(struct address_space *space)
{
	lock_acquire(&spaces_lock);
	list_remove(&space->all);
	lock_release(&spaces_lock);
}

/* False: its last reference is gone. */
static bool get_if_alive(struct address_space *space)
{
	uint32_t count = __atomic_load_n(&space->references, __ATOMIC_RELAXED);

	while (count && !__atomic_compare_exchange_n(&space->references, &count, count + 1, true, __ATOMIC_ACQUIRE,
						     __ATOMIC_RELAXED))
		;
	return count;
}

struct address_space *spaces_next(struct address_space *after)
{
	struct address_space *found = NULL;
	struct list *at;

	lock_acquire(&spaces_lock);
	at = after ? after->all.next : spaces.next;
	while (at != &spaces && !get_if_alive(list_entry(at, struct address_space, all)))
		at = at->next;
	if (at != &spaces)
		found = list_entry(at, struct address_space, all);
	lock_release(&spaces_lock);
	if (after)
		space_put(after);
	return found;
}
