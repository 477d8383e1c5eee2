/* The walk's way into what was looked up: mounts, symbolic links, links that lead to objects. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/vfs/walk.h"

#define LINKS_MAX 40

/* Opens the text of a link for walking. Its memory is freed by walk_end. */
static int link_read(struct walk *walk, struct inode *inode)
{
	size_t size = inode->size > 0 && inode->size < PATH_BYTES_MAX ? inode->size + 1 : PATH_BYTES_MAX;
	struct link_text *link;
	long length;

	if (!inode->ops->readlink)
		return -EINVAL;
	link = heap_alloc(sizeof(*link) + size);
	if (!link)
		return -ENOMEM;
	link->outer = walk->links;
	link->rest = walk->rest;
	walk->links = link;
	length = inode->ops->readlink(inode, link->text, size - 1);
	if (length < 0)
		return (int)length;
	link->text[(size_t)length < size ? (size_t)length : size - 1] = '\0';
	walk->rest = link->text;
	inode_accessed(inode, false);
	if (link->text[0] == '\0')
		return -ENOENT;
	return link->text[0] == '/' ? walk_jump_to_root(walk) : 0;
}

static int link_follow_magic(struct walk *walk, struct inode *inode)
{
	struct path target;
	int error;

	if (walk->flags & WALK_NO_MAGIC)
		return -ELOOP;
	if (walk->flags & (WALK_BENEATH | WALK_IN_ROOT))
		return -EXDEV;
	error = inode->ops->follow(inode, &target);
	if (error)
		return error;
	if (walk->flags & WALK_NO_MOUNTS && target.dentry->inode->super != walk->at->inode->super) {
		path_put(&target);
		return -EXDEV;
	}
	walk_set(walk, target.dentry, target.dentry);
	return 0;
}

int walk_enter(struct walk *walk, struct dentry *child, bool follow)
{
	struct inode *inode = child->inode;
	struct dentry *pin = child;
	int error;

	if (inode && follow && INODE_IS(inode, S_IFLNK)) {
		error = -ELOOP;
		if (walk->links_followed++ < LINKS_MAX && !(walk->flags & WALK_NO_SYMLINKS))
			error = inode->ops->follow ? link_follow_magic(walk, inode) : link_read(walk, inode);
		if (!error && !inode->ops->follow)
			error = 1;
		dentry_put(child);
		return error;
	}
	if (!inode) {
		dentry_put(child);
		return -ENOENT;
	}
	if (child->mounted) {
		if (walk->flags & WALK_NO_MOUNTS) {
			dentry_put(child);
			return -EXDEV;
		}
		child = dentry_top(child);
	}
	if (pin->hashed) {
		dentry_put(pin);
		pin = NULL;
	}
	walk_set(walk, child, pin);
	return 0;
}
