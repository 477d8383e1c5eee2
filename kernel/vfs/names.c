/* Making names: files of all kinds, symbolic links, links. */
#include "kernel/vfs/names.h"

#include <linux/errno.h>

#include "kernel/task/process.h"
#include "kernel/vfs/cache.h"
#include "kernel/vfs/notify.h"
#include "kernel/vfs/permission.h"

struct new_inode new_inode_in(const struct inode *dir, uint32_t mode)
{
	const struct process *process = process_current();
	struct new_inode made = {
		.mode = mode & ~process->umask,
		.uid = process->credentials.fsuid,
		.gid = process->credentials.fsgid,
	};

	if (!(dir->mode & S_ISGID))
		return made;
	made.gid = dir->gid;
	if ((mode & S_IFMT) == S_IFDIR)
		made.mode |= S_ISGID;
	else if ((made.mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		made.mode = mode_for_group(made.mode, dir->gid);
	return made;
}

int name_may_create(const struct dentry *dir)
{
	return dentry_is_unlinked(dir) ? -ENOENT : inode_permission(dir->inode, MAY_WRITE | MAY_EXEC);
}

int name_lookup(const struct last_component *at, struct dentry **out)
{
	return dentry_lookup(at->dir.dentry, &at->name, out);
}

/* Takes the tree lock and finds the negative dentry for a new name. An error gives the lock back. */
static int create_begin(const struct last_component *at, bool directory, struct dentry **out)
{
	int error;

	if (at->is_dot || at->is_dot_dot || at->is_root)
		return -EEXIST;
	tree_lock();
	error = name_lookup(at, out);
	if (!error) {
		if ((*out)->inode)
			error = -EEXIST;
		else if (dentry_is_unlinked(at->dir.dentry) || (at->trailing_slash && !directory))
			error = -ENOENT;
		if (error)
			dentry_put(*out);
	}
	if (error)
		tree_unlock();
	return error;
}

/* `made` is what the dentry leads to now, unless the file system failed. */
static int create_end(const struct last_component *at, struct dentry *dentry, struct inode *made, int error)
{
	if (!error) {
		dentry_made(dentry, made);
		notify_name(at->dir.dentry->inode, &at->name, IN_CREATE | notify_kind(made), 0);
	}
	dentry_put(dentry);
	tree_unlock();
	return error;
}

int name_make_node(const struct last_component *at, uint32_t mode, uint64_t rdev, struct path *place)
{
	struct inode *dir = at->dir.dentry->inode, *made = NULL;
	struct new_inode new;
	struct dentry *dentry;
	int error = create_begin(at, (mode & S_IFMT) == S_IFDIR, &dentry);

	if (error)
		return error;
	new = new_inode_in(dir, mode);
	error = name_may_create(at->dir.dentry);
	if (!error)
		error = !dir->ops->create ? -EPERM
					  : dir->ops->create(dir, &at->name, new.mode, new.uid, new.gid, rdev, &made);
	if (!error && place) {
		dentry_get(dentry);
		place->dentry = dentry;
	}
	return create_end(at, dentry, made, error);
}

int name_make_symlink(const struct last_component *at, const char *target, size_t length)
{
	struct inode *dir = at->dir.dentry->inode, *made = NULL;
	struct new_inode new;
	struct dentry *dentry;
	int error = create_begin(at, false, &dentry);

	if (error)
		return error;
	new = new_inode_in(dir, S_IFLNK | 0777);
	error = name_may_create(at->dir.dentry);
	if (!error)
		error = !dir->ops->symlink ? -EPERM
					   : dir->ops->symlink(dir, &at->name, target, length, new.uid, new.gid, &made);
	return create_end(at, dentry, made, error);
}

/*
 * Linux's fs.protected_hardlinks, which distributions set: others' files are linked only by who could read and write
 * them
 * anyway, and which give no rights by being executed.
 */
static bool may_link(struct inode *inode)
{
	bool safe = INODE_IS(inode, S_IFREG) && !(inode->mode & S_ISUID) &&
		    (inode->mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP);

	return process_owns(inode) || (safe && inode_permission(inode, MAY_READ | MAY_WRITE) == 0);
}

static int link_check(const struct dentry *dir, struct inode *inode)
{
	int error;

	if (inode->super != dir->inode->super)
		return -EXDEV;
	if (!may_link(inode))
		return -EPERM;
	error = name_may_create(dir);
	if (error)
		return error;
	if (!dir->inode->ops->link || INODE_IS(inode, S_IFDIR))
		return -EPERM;
	return inode->nlink == 0 && !inode->linkable ? -ENOENT : 0;
}

int name_make_link(const struct last_component *at, const struct path *from)
{
	struct inode *dir = at->dir.dentry->inode, *inode = from->dentry->inode;
	struct dentry *dentry;
	int error = create_begin(at, false, &dentry);

	if (error)
		return error;
	error = link_check(at->dir.dentry, inode);
	if (!error)
		error = dir->ops->link(dir, &at->name, inode);
	if (!error) {
		inode->linkable = false;
		inode_get(inode);
		notify_inode(inode, IN_ATTRIB);
	}
	return create_end(at, dentry, inode, error);
}
