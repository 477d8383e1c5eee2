/* Epoll sets: which descriptors are watched, and for what. */
#include "kernel/fs/epoll.h"

#include <linux/errno.h>

#include "kernel/fs/epoll_nesting.h"
#include "kernel/fs/epoll_set.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/text.h"
#include "kernel/vfs/file.h"

#define EPOLL_EXCLUSIVE_ALLOWED (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

static struct epoll_item *item_of(struct tree_node *node)
{
	return node ? container_of(node, struct epoll_item, node) : NULL;
}

static int item_compare(const struct file *file, int fd, const struct epoll_item *item)
{
	if (file != item->file)
		return (uintptr_t)file < (uintptr_t)item->file ? -1 : 1;
	return (fd > item->fd) - (fd < item->fd);
}

/* The item, or NULL; then *link and *parent say where it would go. */
static struct epoll_item *item_find(struct epoll_set *set, const struct file *file, int fd, struct tree_node **parent,
				    struct tree_node ***link)
{
	*parent = NULL;
	*link = &set->items.root;
	while (**link) {
		struct epoll_item *item = item_of(**link);
		int order = item_compare(file, fd, item);

		if (!order)
			return item;
		*parent = **link;
		*link = order < 0 ? &(*parent)->left : &(*parent)->right;
	}
	return NULL;
}

void epoll_set_put(struct epoll_set *set)
{
	if (__atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL) == 0)
		heap_free(set);
}

void epoll_item_remove(struct epoll_item *item)
{
	struct epoll_set *set = item->set;

	poll_remove(&item->poll); /* from here on nobody tells */
	lock_acquire(&item->file->epoll_lock);
	list_remove(&item->of_file);
	lock_release(&item->file->epoll_lock);
	lock_acquire(&set->ready_lock);
	list_remove(&item->ready);
	lock_release(&set->ready_lock);
	tree_remove(&set->items, &item->node);
	heap_free(item);
}

/* A new item in the set and the file's list, watching. The mutex is held. Returns it, NULL without memory. */
static struct epoll_item *item_add(struct epoll_set *set, struct file *file, int fd, const struct epoll_event *event,
				   struct tree_node *parent, struct tree_node **link)
{
	struct epoll_item *item = heap_new(struct epoll_item);

	if (!item)
		return NULL;
	item->set = set;
	item->file = file;
	item->fd = fd;
	item->events = event->events | EPOLL_ALWAYS;
	item->data = event->data;
	list_init(&item->ready);
	list_init(&item->of_file);
	poll_entry_init(&item->poll, epoll_item_told, NULL);
	item->poll.owner = item;
	item->poll.exclusive = event->events & EPOLLEXCLUSIVE;
	tree_insert(&set->items, parent, link, &item->node);
	lock_acquire(&file->epoll_lock);
	list_append(&file->epoll_entries, &item->of_file);
	lock_release(&file->epoll_lock);
	return item;
}

static int set_add(struct epoll_set *set, struct file *file, int fd, const struct epoll_event *event, bool *wake)
{
	struct tree_node *parent, **link;
	struct epoll_item *item;

	if (item_find(set, file, fd, &parent, &link))
		return -EEXIST;
	item = item_add(set, file, fd, event, parent, link);
	if (!item)
		return -ENOMEM;
	*wake = epoll_item_poll(item, &item->poll) && epoll_item_ready(item);
	return 0;
}

static int set_modify(struct epoll_item *item, const struct epoll_event *event, bool *wake)
{
	if (item->events & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->data = event->data;
	__atomic_store_n(&item->events, event->events | EPOLL_ALWAYS, __ATOMIC_SEQ_CST);
	/* Whatever happens from here on sees the new events; what already holds is looked at now. */
	*wake = epoll_item_poll(item, NULL) && epoll_item_ready(item);
	return 0;
}

static int set_control(struct epoll_set *set, int operation, struct file *target, int fd,
		       const struct epoll_event *event, bool *wake)
{
	struct tree_node *parent, **link;
	struct epoll_item *item;

	if (operation == EPOLL_CTL_ADD)
		return set_add(set, target, fd, event, wake);
	if (operation != EPOLL_CTL_DEL && operation != EPOLL_CTL_MOD)
		return -EINVAL;
	item = item_find(set, target, fd, &parent, &link);
	if (!item)
		return -ENOENT;
	if (operation == EPOLL_CTL_MOD)
		return set_modify(item, event, wake);
	epoll_item_remove(item);
	return 0;
}

static int exclusive_check(int operation, const struct file *target, const struct epoll_event *event)
{
	if (operation == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
		return 0;
	if (operation == EPOLL_CTL_MOD)
		return -EINVAL;
	if (operation == EPOLL_CTL_ADD && (file_is_epoll(target) || event->events & ~EPOLL_EXCLUSIVE_ALLOWED))
		return -EINVAL;
	return 0;
}

int epoll_control(struct file *epoll, int operation, struct file *target, int fd, const struct epoll_event *event)
{
	bool nests = operation == EPOLL_CTL_ADD && file_is_epoll(target), wake = false;
	struct epoll_set *set;
	int error;

	if (!target->ops->poll)
		return -EPERM;
	if (epoll == target || !file_is_epoll(epoll))
		return -EINVAL;
	error = exclusive_check(operation, target, event);
	if (error)
		return error;
	set = epoll_set_of(epoll);
	if (nests) {
		error = epoll_nesting_begin(set, epoll_set_of(target));
		if (error)
			return error;
	}
	lock_acquire(&set->mutex);
	error = set_control(set, operation, target, fd, event, &wake);
	lock_release(&set->mutex);
	if (nests)
		epoll_nesting_end();
	if (wake)
		epoll_set_wake(set);
	return error;
}

static unsigned epoll_poll(struct file *file, struct poll_entry *entry)
{
	struct epoll_set *set = file->data;

	poll_add(entry, &set->watchers);
	return epoll_set_is_ready(set) ? EPOLLIN | EPOLLRDNORM : 0;
}

static void epoll_release(struct file *file)
{
	struct epoll_set *set = file->data;
	struct tree_node *node;

	lock_acquire(&set->mutex);
	while ((node = tree_first(&set->items)))
		epoll_item_remove(item_of(node));
	lock_release(&set->mutex);
	epoll_set_put(set);
}

static void epoll_show(struct file *file, struct text *text)
{
	struct epoll_set *set = file->data;

	lock_acquire(&set->mutex);
	for (struct tree_node *node = tree_first(&set->items); node; node = tree_next(node)) {
		const struct epoll_item *item = item_of(node);
		const struct inode *inode = item->file->inode;

		text_print(text, "tfd: %8d events: %8x data: %16lx  pos:%lu ino:%lx sdev:%lx\n", item->fd, item->events,
			   item->data, item->file->position, inode->ino, inode->super ? inode->super->device : 0);
	}
	lock_release(&set->mutex);
}

/* Since Linux 6.9 epoll sets have requests about busy polling of network devices: none of them is here. */
static long epoll_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	(void)file;
	(void)request;
	(void)argument;
	return -EINVAL;
}

static const struct file_ops epoll_ops = {
	.seek = file_seek_nowhere,
	.ioctl = epoll_ioctl,
	.poll = epoll_poll,
	.release = epoll_release,
	.show = epoll_show,
};

bool file_is_epoll(const struct file *file)
{
	return file->ops == &epoll_ops;
}

struct epoll_set *epoll_set_of(const struct file *file)
{
	return file->data;
}

int epoll_new(unsigned flags, struct file **out)
{
	struct epoll_set *set = heap_new(struct epoll_set);
	int error;

	if (!set)
		return -ENOMEM;
	set->references = 1;
	list_init(&set->ready);
	wait_queue_init(&set->sleepers);
	wait_queue_init(&set->watchers);
	error = file_new_anonymous("anon_inode:[eventpoll]", &epoll_ops, O_RDWR | flags, set, out);
	if (error) {
		heap_free(set);
		return error;
	}
	set->file = *out;
	return 0;
}
