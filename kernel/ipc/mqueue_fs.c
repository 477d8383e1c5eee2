/* The file system of message queues: one directory, whose files are queues. See mqueue.h. */
#include <linux/errno.h>

#include "kernel/ipc/mqueue.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/cache.h"
#include "kernel/vfs/names.h"
#include "kernel/vfs/notify.h"

#define MQUEUE_MAGIC 0x19800202
#define MQUEUE_DEVICE 0x13
#define ENTRY_BYTES 20
/* Offsets of readdir: "." and ".." come first. */
#define ORDER_FIRST 2

struct super mqueue_super = {
	.type = "mqueue",
	.source = "mqueue",
	.options = "rw,relatime",
	.device = MQUEUE_DEVICE,
	.magic = MQUEUE_MAGIC,
};

static struct {
	struct lock lock;
	struct list names; /* mqueue->name */
	uint64_t next_order;
} directory = {
	.names = {&directory.names, &directory.names},
	.next_order = ORDER_FIRST,
};

static struct mqueue *queue_of(struct inode *inode)
{
	return container_of(inode, struct mqueue, inode);
}

/* A name more or less in the directory. */
static void directory_changed(struct inode *dir, int names)
{
	lock_acquire(&dir->lock);
	dir->size += (uint64_t)(int64_t)(names * ENTRY_BYTES);
	dir->mtime = dir->ctime = timestamp_now();
	lock_release(&dir->lock);
}

/* Makes a queue under the name, which is free; *out with a reference. */
static int queue_make(struct inode *dir, const struct name *name, const struct mq_attr *limits,
		      const struct new_inode *new, struct inode **out)
{
	struct mqueue *queue;
	int error = mqueue_new(name, limits, new, &queue);

	if (error)
		return error;
	lock_acquire(&directory.lock);
	queue->order = directory.next_order++;
	list_append(&directory.names, &queue->name);
	lock_release(&directory.lock);
	directory_changed(dir, 1);
	inode_get(&queue->inode);
	*out = &queue->inode;
	return 0;
}

/* --- the directory --- */

static int directory_lookup(struct inode *dir, const struct name *name, struct inode **out)
{
	int error = -ENOENT;

	(void)dir;
	lock_acquire(&directory.lock);
	list_for_each(at, &directory.names)
	{
		struct mqueue *queue = list_entry(at, struct mqueue, name);

		if (strlen(queue->text) == name->length && memcmp(queue->text, name->text, name->length) == 0) {
			inode_get(&queue->inode);
			*out = &queue->inode;
			error = 0;
			break;
		}
	}
	lock_release(&directory.lock);
	return error;
}

static int directory_create(struct inode *dir, const struct name *name, uint32_t mode, uint32_t uid, uint32_t gid,
			    uint64_t rdev, struct inode **out)
{
	struct new_inode new = {.mode = mode, .uid = uid, .gid = gid};

	(void)rdev;
	return S_ISREG(mode) ? queue_make(dir, name, NULL, &new, out) : -EPERM;
}

static int directory_unlink(struct inode *dir, const struct name *name, struct inode *inode)
{
	(void)name;
	lock_acquire(&directory.lock);
	list_remove(&queue_of(inode)->name);
	lock_release(&directory.lock);
	directory_changed(dir, -1);
	inode->nlink = 0;
	inode->ctime = timestamp_now();
	inode_put(inode);
	return 0;
}

static int directory_readdir(struct inode *dir, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink)
{
	const uint8_t kind = S_IFDIR >> 12, file = S_IFREG >> 12;

	if (*offset == 0) {
		if (!sink->add(sink, ".", 1, dir->ino, kind, 1))
			return 0;
		*offset = 1;
	}
	if (*offset == 1) {
		if (!sink->add(sink, "..", 2, parent_ino, kind, ORDER_FIRST))
			return 0;
		*offset = ORDER_FIRST;
	}
	lock_acquire(&directory.lock);
	list_for_each(at, &directory.names)
	{
		const struct mqueue *queue = list_entry(at, struct mqueue, name);

		if (queue->order < *offset)
			continue;
		if (!sink->add(sink, queue->text, strlen(queue->text), queue->inode.ino, file, queue->order + 1))
			break;
		*offset = queue->order + 1;
	}
	lock_release(&directory.lock);
	return 0;
}

static const struct inode_ops directory_ops = {
	.lookup = directory_lookup,
	.create = directory_create,
	.unlink = directory_unlink,
	.readdir = directory_readdir,
	.setattr = inode_setattr,
};

static const struct file_ops directory_file_ops = {.seek = file_seek_generic};

/* --- opening and removing by queue name --- */

static struct path root;

/* A place in the directory, by a name without the slash that libc takes off. */
static int queue_place(const char *text, struct last_component *at)
{
	size_t length = strlen(text);

	if (!length)
		return -ENOENT;
	if (strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return -EACCES;
	*at = (struct last_component){.dir = root, .name = name_make(text, length)};
	return 0;
}

static int queue_create(const struct last_component *at, struct dentry *dentry, uint32_t mode,
			const struct mq_attr *limits)
{
	struct inode *dir = at->dir.dentry->inode, *made;
	struct new_inode new = new_inode_in(dir, S_IFREG | (mode & 07777));
	int error = name_may_create(at->dir.dentry);

	if (!error)
		error = queue_make(dir, &at->name, limits, &new, &made);
	if (error)
		return error;
	dentry_made(dentry, made);
	notify_name(dir, &at->name, IN_CREATE, 0);
	return 0;
}

static int open_check(struct inode *inode, unsigned flags)
{
	static const unsigned wanted[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE};
	unsigned mode = flags & O_ACCMODE;

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	return mode == O_ACCMODE ? -EINVAL : inode_permission(inode, wanted[mode]);
}

int mqueue_open(const char *name, unsigned flags, uint32_t mode, const struct mq_attr *limits, struct file **out)
{
	struct last_component at;
	struct path path;
	int error = queue_place(name, &at);

	if (error)
		return error;
	tree_lock();
	error = name_lookup(&at, &path.dentry);
	if (!error) {
		if (path.dentry->inode)
			error = open_check(path.dentry->inode, flags);
		else
			error = flags & O_CREAT ? queue_create(&at, path.dentry, mode, limits) : -ENOENT;
		if (error)
			path_put(&path);
	}
	tree_unlock();
	if (error)
		return error;
	error = file_open_path(&path, flags, out);
	path_put(&path);
	return error;
}

int mqueue_unlink(const char *name)
{
	struct last_component at;
	int error = queue_place(name, &at);

	return error ? error : name_remove(&at, false);
}

int mqueue_mount(void)
{
	struct inode *inode = heap_new(struct inode);
	struct list *last;
	int error;

	if (!inode)
		return -ENOMEM;
	inode_init(inode, &mqueue_super, S_IFDIR | S_ISVTX | 0777);
	inode->ops = &directory_ops;
	inode->file_ops = &directory_file_ops;
	inode->nlink = 2;
	inode->size = 2 * ENTRY_BYTES;
	mqueue_super.root = inode;
	error = mount_add(&mqueue_super, "/dev/mqueue");
	if (error)
		return error;
	last = mounts.prev;
	root.dentry = list_entry(last, struct mount, list)->root;
	return 0;
}
