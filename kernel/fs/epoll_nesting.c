/* Chains of epoll sets: see epoll_nesting.h. */
#include "kernel/fs/epoll_nesting.h"

#include <linux/errno.h>

#include "kernel/fs/epoll.h"
#include "kernel/fs/epoll_set.h"
#include "kernel/vfs/file.h"

#define NESTS_MAX 4 /* steps from the outermost set to the innermost */

/* Shape of the whole: nestings are made one at a time. */
static struct lock nesting_lock;

/* Steps down from the set; more than NESTS_MAX if `outer` is among what it watches, or if it is deeper than that. */
static int depth_below(struct epoll_set *set, const struct epoll_set *outer, int level)
{
	int depth = 0;

	if (set == outer || level > NESTS_MAX)
		return NESTS_MAX + 1;
	lock_acquire(&set->mutex);
	for (struct tree_node *node = tree_first(&set->items); node && depth <= NESTS_MAX; node = tree_next(node)) {
		const struct file *file = container_of(node, struct epoll_item, node)->file;

		if (file_is_epoll(file)) {
			int below = 1 + depth_below(epoll_set_of(file), outer, level + 1);

			depth = below > depth ? below : depth;
		}
	}
	lock_release(&set->mutex);
	return depth;
}

/* Steps up: the longest chain of sets that watch this one. */
static int depth_above(struct epoll_set *set, int level)
{
	struct file *file = set->file;
	int depth = 0;

	if (level > NESTS_MAX)
		return NESTS_MAX + 1;
	lock_acquire(&file->epoll_lock);
	list_for_each(at, &file->epoll_entries)
	{
		int above = 1 + depth_above(list_entry(at, struct epoll_item, of_file)->set, level + 1);

		depth = above > depth ? above : depth;
	}
	lock_release(&file->epoll_lock);
	return depth;
}

int epoll_nesting_begin(struct epoll_set *outer, struct epoll_set *inner)
{
	lock_acquire(&nesting_lock);
	if (depth_below(inner, outer, 0) + 1 + depth_above(outer, 0) <= NESTS_MAX)
		return 0;
	lock_release(&nesting_lock);
	return -ELOOP;
}

void epoll_nesting_end(void)
{
	lock_release(&nesting_lock);
}
