/* Who watches which inode: see inotify.h. */
#include <linux/inotify.h>

#include <linux/errno.h>

#include "kernel/fs/inotify.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/notify.h"

#define FLAGS_KEPT (IN_EXCL_UNLINK | IN_ONESHOT)
/* Events of the thing itself, which never say that it is a directory. */
#define OF_ITSELF (IN_DELETE_SELF | IN_MOVE_SELF)

struct watch {
	struct tree_node by_inode; /* then by the instance's serial number */
	struct tree_node by_number;
	struct inode *inode; /* with a reference */
	struct inotify *inotify;
	int32_t number;
	uint32_t mask; /* IN_ALL_EVENTS and FLAGS_KEPT */
};

static struct {
	struct lock lock;
	struct tree by_inode;
	struct list instances;
	uint64_t last_serial;
} watches = {.instances = {&watches.instances, &watches.instances}};

/* --- both trees --- */

static struct watch *by_inode_watch(struct tree_node *node)
{
	return node ? container_of(node, struct watch, by_inode) : NULL;
}

static struct watch *by_number_watch(struct tree_node *node)
{
	return node ? container_of(node, struct watch, by_number) : NULL;
}

static bool comes_before(const struct watch *watch, const struct inode *inode, uint64_t serial)
{
	if (watch->inode != inode)
		return (uintptr_t)watch->inode < (uintptr_t)inode;
	return watch->inotify->serial < serial;
}

/* The inode's first watch of an instance with that serial number or a higher one. */
static struct watch *watch_from(const struct inode *inode, uint64_t serial)
{
	struct tree_node *at = watches.by_inode.root;
	struct watch *found = NULL;

	while (at) {
		struct watch *watch = by_inode_watch(at);

		if (comes_before(watch, inode, serial)) {
			at = at->right;
		} else {
			found = watch;
			at = at->left;
		}
	}
	return found && found->inode == inode ? found : NULL;
}

/* The link of the instance's tree where the number is, or belongs. */
static struct tree_node **number_link(struct inotify *inotify, int32_t number, struct tree_node **parent)
{
	struct tree_node **link = &inotify->watches.root;

	*parent = NULL;
	while (*link && by_number_watch(*link)->number != number) {
		*parent = *link;
		link = number < by_number_watch(*link)->number ? &(*link)->left : &(*link)->right;
	}
	return link;
}

static void watch_insert(struct watch *watch)
{
	struct tree_node *parent = NULL, **link = &watches.by_inode.root;

	while (*link) {
		parent = *link;
		link = comes_before(by_inode_watch(parent), watch->inode, watch->inotify->serial) ? &parent->right
												  : &parent->left;
	}
	tree_insert(&watches.by_inode, parent, link, &watch->by_inode);
	link = number_link(watch->inotify, watch->number, &parent);
	tree_insert(&watch->inotify->watches, parent, link, &watch->by_number);
	watch->inotify->watch_count++;
	inode_get(watch->inode);
	__atomic_fetch_or(&watch->inode->watched, WATCHED_SELF, __ATOMIC_RELAXED);
}

/* The caller frees it, and puts its inode, without the lock. */
static void watch_remove(struct watch *watch)
{
	tree_remove(&watches.by_inode, &watch->by_inode);
	tree_remove(&watch->inotify->watches, &watch->by_number);
	watch->inotify->watch_count--;
	if (!watch_from(watch->inode, 0))
		__atomic_fetch_and(&watch->inode->watched, (uint8_t)~WATCHED_SELF, __ATOMIC_RELAXED);
}

static void watch_free(struct watch *watch)
{
	inode_put(watch->inode);
	heap_free(watch);
}

/* --- telling --- */

static bool wants(const struct watch *watch, const struct inotify_news *news)
{
	return watch->mask & news->event & IN_ALL_EVENTS && !(news->nameless && watch->mask & IN_EXCL_UNLINK);
}

static void ignored_queue(const struct watch *watch)
{
	struct inotify_news news = {.event = IN_IGNORED};

	inotify_queue(watch->inotify, watch->number, &news);
}

/* Tells the first instance from `serial` on; returns where to go on, 0: nobody was left. */
static uint64_t tell_next(const struct inode *inode, uint64_t serial, const struct inotify_news *news)
{
	struct inotify *inotify;
	struct watch *watch;
	bool wanted, ends;

	lock_acquire(&watches.lock);
	watch = watch_from(inode, serial);
	if (!watch) {
		lock_release(&watches.lock);
		return 0;
	}
	inotify = watch->inotify;
	__atomic_fetch_add(&inotify->references, 1, __ATOMIC_RELAXED);
	wanted = wants(watch, news);
	ends = news->last || (wanted && watch->mask & IN_ONESHOT);
	if (wanted)
		inotify_queue(inotify, watch->number, news);
	if (ends) {
		ignored_queue(watch);
		watch_remove(watch);
	}
	lock_release(&watches.lock);
	if (ends)
		watch_free(watch);
	if (wanted || ends)
		inotify_wake(inotify);
	serial = inotify->serial + 1;
	inotify_put(inotify);
	return serial;
}

void inotify_tell(struct inode *inode, const struct inotify_news *news)
{
	struct inotify_news told = *news;
	uint64_t serial = 1;

	if (told.event & OF_ITSELF)
		told.event &= ~(uint32_t)IN_ISDIR;
	while (serial)
		serial = tell_next(inode, serial, &told);
}

/* --- changing watches --- */

static uint32_t watches_of_user(uint32_t uid)
{
	uint32_t count = 0;

	list_for_each(at, &watches.instances)
	{
		const struct inotify *inotify = list_entry(at, struct inotify, all);

		if (inotify->uid == uid)
			count += inotify->watch_count;
	}
	return count;
}

/* Numbers go up, and are used again only when there are no higher ones. */
static int32_t number_next(struct inotify *inotify)
{
	struct tree_node *parent;

	do
		inotify->last_number = inotify->last_number == INT32_MAX ? 1 : inotify->last_number + 1;
	while (*number_link(inotify, inotify->last_number, &parent));
	return inotify->last_number;
}

/* The mask of a watch, new or changed. */
static long watch_set(struct watch *watch, uint32_t mask)
{
	uint32_t kept = mask & (IN_ALL_EVENTS | FLAGS_KEPT);

	watch->mask = mask & IN_MASK_ADD ? watch->mask | kept : kept;
	return watch->number;
}

/* Uses up *spare if it is a new watch. */
static long watch_locked(struct inotify *inotify, struct inode *inode, uint32_t mask, struct watch **spare)
{
	struct watch *watch = watch_from(inode, inotify->serial);

	if (watch && watch->inotify == inotify)
		return mask & IN_MASK_CREATE ? -EEXIST : watch_set(watch, mask);
	if (watches_of_user(inotify->uid) >= INOTIFY_WATCHES_MAX)
		return -ENOSPC;
	watch = *spare;
	*spare = NULL;
	*watch = (struct watch){.inode = inode, .inotify = inotify, .number = number_next(inotify)};
	watch_insert(watch);
	return watch_set(watch, mask);
}

long inotify_watch(struct inotify *inotify, const struct path *path, uint32_t mask)
{
	struct inode *inode = path->dentry->inode;
	struct watch *spare = heap_new(struct watch);
	long number;

	if (!spare)
		return -ENOMEM;
	lock_acquire(&watches.lock);
	number = watch_locked(inotify, inode, mask, &spare);
	lock_release(&watches.lock);
	heap_free(spare);
	if (number > 0 && INODE_IS(inode, S_IFDIR)) {
		tree_lock();
		notify_children_mark(path->dentry);
		tree_unlock();
	}
	return number;
}

int inotify_unwatch(struct inotify *inotify, int32_t number)
{
	struct tree_node *parent;
	struct watch *watch;

	lock_acquire(&watches.lock);
	watch = by_number_watch(*number_link(inotify, number, &parent));
	if (watch) {
		ignored_queue(watch);
		watch_remove(watch);
	}
	lock_release(&watches.lock);
	if (!watch)
		return -EINVAL;
	watch_free(watch);
	inotify_wake(inotify);
	return 0;
}

/* --- instances --- */

int inotify_enter(struct inotify *inotify)
{
	uint32_t count = 0;

	lock_acquire(&watches.lock);
	list_for_each(at, &watches.instances) count += list_entry(at, struct inotify, all)->uid == inotify->uid;
	if (count < INOTIFY_INSTANCES_MAX) {
		inotify->serial = ++watches.last_serial;
		list_append(&watches.instances, &inotify->all);
	}
	lock_release(&watches.lock);
	return count < INOTIFY_INSTANCES_MAX ? 0 : -EMFILE;
}

void inotify_leave(struct inotify *inotify)
{
	struct watch *watch;

	do {
		lock_acquire(&watches.lock);
		watch = by_number_watch(tree_first(&inotify->watches));
		if (watch)
			watch_remove(watch);
		else
			list_remove(&inotify->all);
		lock_release(&watches.lock);
		if (watch)
			watch_free(watch);
	} while (watch);
}

void inotify_show_watches(struct inotify *inotify, struct text *text)
{
	lock_acquire(&watches.lock);
	for (struct tree_node *at = tree_first(&inotify->watches); at; at = tree_next(at)) {
		const struct watch *watch = by_number_watch(at);

		text_print(text, "inotify wd:%x ino:%lx sdev:%lx mask:%x ignored_mask:0 \n", (unsigned)watch->number,
			   watch->inode->ino, watch->inode->super ? watch->inode->super->device : 0, watch->mask);
	}
	lock_release(&watches.lock);
}
