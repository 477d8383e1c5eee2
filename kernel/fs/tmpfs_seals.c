/* Files without names, and seals. Rules: memfd_create(2), fcntl(2), and mm/memfd.c of Linux by its answers. */
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/memfd.h>

#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/print.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

#define SEALS_ALL (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)
#define MODE_EXECUTE 0111u

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif

/* The file system of all files without names, made with the first one. */
static struct lock memfd_lock;
static struct tmpfs *memfd_fs;

static struct tmpfs *memfd_super(void)
{
	lock_acquire(&memfd_lock);
	if (!memfd_fs) {
		memfd_fs = tmpfs_super_new("tmpfs", "tmpfs");
		if (memfd_fs)
			memfd_fs->super.device = 1;
	}
	lock_release(&memfd_lock);
	return memfd_fs;
}

static int memfd_open(const char *name, struct tmpfs_node *node, struct file **out)
{
	char text[NAME_MAX + 2];
	struct path path;
	int error;

	text_format(text, sizeof(text), "/memfd:%s", name);
	error = dentry_anonymous(text, &node->inode, &path.dentry);
	if (error)
		return error;
	path.dentry->unlinked = true;
	/* Not one that writes, to execve: only who opens it again is. */
	error = file_new(&path, node->inode.file_ops, O_RDWR | O_LARGEFILE, NULL, out);
	dentry_put(path.dentry);
	return error;
}

int memfd_new(const char *name, unsigned flags, struct file **out)
{
	const struct credentials *credentials = &process_current()->credentials;
	struct tmpfs *fs = memfd_super();
	struct tmpfs_node *node;
	int error;

	if (!fs)
		return -ENOMEM;
	node = tmpfs_node_new(fs, S_IFREG | 0777, credentials->fsuid, credentials->fsgid);
	if (!node)
		return -ENOMEM;
	node->inode.nlink = 0;
	node->data.seals = flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
	if (flags & MFD_NOEXEC_SEAL) {
		node->inode.mode &= ~MODE_EXECUTE;
		node->data.seals = F_SEAL_EXEC;
	}
	error = memfd_open(name, node, out);
	inode_put(&node->inode);
	return error;
}

static long seals_add(struct tmpfs_node *node, unsigned seals)
{
	long error = 0;

	lock_acquire(&node->inode.lock);
	if (node->data.seals & F_SEAL_SEAL)
		error = -EPERM;
	/* What can be executed for ever must not be written to. */
	if ((seals & F_SEAL_EXEC) && (node->inode.mode & MODE_EXECUTE))
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	if (!error && (seals & F_SEAL_WRITE) && !(node->data.seals & F_SEAL_WRITE) && node->data.writable_mappings)
		error = -EBUSY;
	if (!error)
		node->data.seals |= seals;
	lock_release(&node->inode.lock);
	return error;
}

long tmpfs_control(struct file *file, int command, uint64_t argument)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);

	if (node->inode.super->magic != TMPFS_MAGIC)
		return -EINVAL;
	switch (command) {
	case F_GET_SEALS:
		/* Files with a name can have none, and are sealed against getting any. */
		return node->inode.super == &memfd_fs->super ? node->data.seals : F_SEAL_SEAL;
	case F_ADD_SEALS:
		if (!FILE_WRITABLE(file))
			return -EPERM;
		/* The upper half of the argument is ignored, as Linux does. */
		if ((unsigned)argument & ~(unsigned)SEALS_ALL)
			return -EINVAL;
		return node->inode.super == &memfd_fs->super ? seals_add(node, (unsigned)argument) : -EPERM;
	default:
		return -EINVAL;
	}
}

int tmpfs_writable_mapping_add(struct inode *inode)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	int error = 0;

	lock_acquire(&inode->lock);
	if (node->data.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		error = -EPERM;
	else
		node->data.writable_mappings++;
	lock_release(&inode->lock);
	return error;
}

void tmpfs_writable_mapping_remove(struct inode *inode)
{
	lock_acquire(&inode->lock);
	tmpfs_node(inode)->data.writable_mappings--;
	lock_release(&inode->lock);
}
