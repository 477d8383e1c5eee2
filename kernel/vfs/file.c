/* Open file descriptions: how they begin and end. */
#include "kernel/vfs/file.h"

#include <linux/errno.h>

#include "kernel/fs/epoll.h"
#include "kernel/fs/pipe.h"
#include "kernel/lib/heap.h"
#include "kernel/vfs/device.h"
#include "kernel/vfs/locks.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/notify.h"

/* What only matters while opening. */
#define FLAGS_OF_OPENING (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

/* Files that stand for a place only (O_PATH). */
static const struct file_ops place_ops;

struct file *file_blank(void)
{
	return heap_alloc(sizeof(struct file));
}

static void file_fill(struct file *file, const struct path *path, const struct file_ops *ops, unsigned flags,
		      void *data)
{
	dentry_get(path->dentry);
	*file = (struct file){
		.ops = ops,
		.references = 1,
		.flags = flags & ~(unsigned)FLAGS_OF_OPENING,
		.path = *path,
		.inode = path->dentry->inode,
		.data = data,
	};
	list_init(&file->epoll_entries);
}

int file_new(const struct path *path, const struct file_ops *ops, unsigned flags, void *data, struct file **out)
{
	struct file *file = file_blank();

	if (!file)
		return -ENOMEM;
	file_fill(file, path, ops, flags, data);
	*out = file;
	return 0;
}

static void file_free(struct file *file)
{
	path_put(&file->path);
	heap_free(file);
}

static bool counts_as_writer(const struct file *file)
{
	return FILE_WRITABLE(file) && INODE_IS(file->inode, S_IFREG);
}

void executable_get(struct dentry *dentry)
{
	if (!dentry)
		return;
	dentry_get(dentry);
	inode_count_running(dentry->inode, 1);
}

void executable_put(struct dentry *dentry)
{
	if (!dentry)
		return;
	inode_count_running(dentry->inode, -1);
	dentry_put(dentry);
}

/* -ETXTBSY while the inode is a running program. */
static int writer_begin(struct inode *inode)
{
	int error = 0;

	lock_acquire(&inode->lock);
	if (inode->executing)
		error = -ETXTBSY;
	else
		inode->writers++;
	lock_release(&inode->lock);
	return error;
}

static void writer_end(struct inode *inode)
{
	lock_acquire(&inode->lock);
	inode->writers--;
	lock_release(&inode->lock);
}

/* What the inode's kind and file system make of the open. */
static int file_open_inode(struct file *file)
{
	struct inode *inode = file->inode;

	switch (inode->mode & S_IFMT) {
	case S_IFIFO:
		/* A pipe that is opened through /proc/self/fd, too. */
		return FILE_READABLE(file) || FILE_WRITABLE(file) ? fifo_open(file) : -EINVAL;
	case S_IFCHR:
		if (inode->rdev)
			return device_open(inode, file);
		break;
	case S_IFBLK:
	case S_IFSOCK:
	case 0: /* an eventfd and the like, through /proc/self/fd */
		return -ENXIO;
	}
	file->atime_due = FILE_READABLE(file) && inode_atime_is_due(inode);
	if (!file->ops)
		return -ENXIO;
	return file->ops->open ? file->ops->open(file) : 0;
}

int file_open_blank(struct file *file, const struct path *path, unsigned flags)
{
	struct inode *inode = path->dentry->inode;
	int error = 0;

	file_fill(file, path, flags & O_PATH ? &place_ops : inode->file_ops, flags, NULL);
	if (!(flags & O_PATH)) {
		if (counts_as_writer(file))
			error = writer_begin(inode);
		if (!error) {
			file->is_writer = counts_as_writer(file);
			/* The one flag of opening that a file's own open asks for. */
			file->flags |= flags & O_NOCTTY;
			error = file_open_inode(file);
			file->flags &= ~(unsigned)O_NOCTTY;
			if (error && file->is_writer)
				writer_end(inode);
		}
	}
	if (error)
		file_free(file);
	else
		notify_file(file, IN_OPEN);
	return error;
}

int file_open_path(const struct path *path, unsigned flags, struct file **out)
{
	*out = file_blank();
	return *out ? file_open_blank(*out, path, flags) : -ENOMEM;
}

static void file_close(struct file *file)
{
	notify_file(file, FILE_WRITABLE(file) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
	epoll_file_released(file);
	if (locks_were_taken(file->inode))
		locks_release_file(file);
	if (file->ops->release)
		file->ops->release(file);
	if (file->is_writer)
		writer_end(file->inode);
	file_free(file);
}

void file_put(struct file *file)
{
	if (file && __atomic_sub_fetch(&file->references, 1, __ATOMIC_ACQ_REL) == 0)
		file_close(file);
}

/* --- files of the kernel's own ------------------------------------------------------------------------------------ */

static void anonymous_release(struct inode *inode)
{
	heap_free(inode);
}

static int anonymous_setattr(struct inode *inode, const struct attributes *change)
{
	(void)inode;
	(void)change;
	return -EOPNOTSUPP;
}

static const struct inode_ops anonymous_ops = {
	.setattr = anonymous_setattr,
	.release = anonymous_release,
};

static struct super anonymous_super = {
	.type = "anon_inodefs",
	.source = "anon_inodefs",
	.options = "rw",
	.device = 0xf,
	.magic = 0x09041934, /* ANON_INODE_FS_MAGIC */
};

int file_new_anonymous(const char *name, const struct file_ops *ops, unsigned flags, void *data, struct file **out)
{
	struct inode *inode = heap_alloc(sizeof(*inode));
	struct path path;
	int error;

	if (!inode)
		return -ENOMEM;
	inode_init(inode, &anonymous_super, 0600);
	inode->ops = &anonymous_ops;
	inode->file_ops = ops;
	error = dentry_anonymous(name, inode, &path.dentry);
	inode_put(inode);
	if (error)
		return error;
	error = file_new(&path, ops, flags, data, out);
	path_put(&path);
	return error;
}
