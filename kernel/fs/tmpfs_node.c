/* Inodes of tmpfs and overlay: their making, attributes and end. See tmpfs_node.h. */
#include "kernel/fs/tmpfs_node.h"

#include "kernel/fs/overlay.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

#define MODE_EXECUTE 0111u

static long tmpfs_readlink(struct inode *inode, char *out, size_t size)
{
	struct tmpfs_node *node = tmpfs_node(inode);

	if (node->origin)
		return overlay_readlink(node, out, size);
	memcpy(out, node->target, size < inode->size ? size : inode->size);
	return (long)inode->size;
}

#define ATTRIBUTE_OPS                                                                                                  \
	.setattr = tmpfs_setattr, .getxattr = tmpfs_getxattr, .setxattr = tmpfs_setxattr,                              \
	.removexattr = tmpfs_removexattr, .listxattr = tmpfs_listxattr, .release = tmpfs_release

const struct inode_ops tmpfs_regular_ops = {ATTRIBUTE_OPS};
static const struct inode_ops special_ops = {ATTRIBUTE_OPS};
static const struct inode_ops symlink_ops = {.readlink = tmpfs_readlink, ATTRIBUTE_OPS};
static const struct inode_ops directory_ops = {
	.lookup = tmpfs_lookup,
	.create = tmpfs_create,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.tmpfile = tmpfs_tmpfile,
	.readdir = tmpfs_readdir,
	ATTRIBUTE_OPS,
};

void tmpfs_node_init(struct tmpfs_node *node)
{
	switch (node->inode.mode & S_IFMT) {
	case S_IFDIR:
		node->inode.ops = &directory_ops;
		node->inode.file_ops = &tmpfs_directory_file_ops;
		break;
	case S_IFREG:
		node->inode.ops = &tmpfs_regular_ops;
		node->inode.file_ops = &tmpfs_regular_file_ops;
		break;
	case S_IFLNK:
		node->inode.ops = &symlink_ops;
		break;
	default: /* opened through what the kind says: devices, FIFOs, sockets */
		node->inode.ops = &special_ops;
		break;
	}
}

void tmpfs_node_list(struct tmpfs *fs, struct tmpfs_node *node)
{
	list_append(&fs->nodes, &node->all);
	fs->nodes_count++;
}

struct tmpfs_node *tmpfs_node_new(struct tmpfs *fs, uint32_t mode, uint32_t uid, uint32_t gid)
{
	struct tmpfs_node *node = heap_new(struct tmpfs_node);

	if (!node)
		return NULL;
	inode_init(&node->inode, &fs->super, mode);
	node->inode.uid = uid;
	node->inode.gid = gid;
	if (S_ISDIR(mode)) {
		node->inode.nlink = 2;
		node->inode.size = 2 * TMPFS_ENTRY_BYTES;
	}
	tmpfs_node_init(node);
	lock_acquire(&fs->lock);
	node->inode.ino = fs->next_ino++;
	tmpfs_node_list(fs, node);
	lock_release(&fs->lock);
	return node;
}

void tmpfs_release(struct inode *inode)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	struct tmpfs *fs = tmpfs_of(node);

	overlay_forget(node);
	lock_acquire(&fs->lock);
	list_remove(&node->all);
	fs->nodes_count--;
	lock_release(&fs->lock);
	switch (inode->mode & S_IFMT) {
	case S_IFDIR:
		tmpfs_entries_clear(node);
		break;
	case S_IFREG:
		bug_on(node->data.pins);
		tmpfs_extents_free(fs, tmpfs_extents_detach(&node->data, 0, UINT64_MAX));
		break;
	case S_IFLNK:
		if (!node->origin)
			heap_free(node->target);
		break;
	}
	tmpfs_attributes_clear(node);
	heap_free(node);
}

void tmpfs_touch(struct tmpfs_node *node, bool modified)
{
	node->inode.ctime = timestamp_now();
	if (modified)
		node->inode.mtime = node->inode.ctime;
	overlay_pin(node);
}

int tmpfs_setattr(struct inode *inode, const struct attributes *change)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	bool regular = INODE_IS(inode, S_IFREG);
	int error;

	if (regular && (change->valid & ATTR_MODE) && (node->data.seals & F_SEAL_EXEC) &&
	    ((inode->mode ^ change->mode) & MODE_EXECUTE))
		return -EPERM;
	if (change->valid & ATTR_SIZE) {
		if (!regular)
			return INODE_IS(inode, S_IFDIR) ? -EISDIR : -EINVAL;
		error = tmpfs_resize(node, change->size, false);
		if (error)
			return error;
	}
	if (!(change->valid & ~(unsigned)ATTR_SIZE))
		return 0;
	lock_acquire(&inode->lock);
	inode_apply(inode, change);
	overlay_pin(node);
	lock_release(&inode->lock);
	return 0;
}
