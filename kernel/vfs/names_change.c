/* Removing and renaming names. The order of the checks is Linux's: it decides which error is seen. */
#include <linux/errno.h>
#include <linux/fs.h>

#include "kernel/vfs/cache.h"
#include "kernel/vfs/names.h"
#include "kernel/vfs/notify.h"

static bool is_directory(const struct dentry *dentry)
{
	return dentry->inode && INODE_IS(dentry->inode, S_IFDIR);
}

static bool is_read_only(const struct dentry *dentry)
{
	return dentry->inode->super && dentry->inode->super->read_only;
}

/* Whether the process may take the child, which exists, out of its directory, as a directory or as something else. */
static int may_remove(const struct dentry *dir, const struct dentry *child, bool directory)
{
	int error = inode_may_delete(dir->inode, child->inode);

	if (error)
		return error;
	if (directory != is_directory(child))
		return directory ? -ENOTDIR : -EISDIR;
	return dentry_is_unlinked(dir) ? -ENOENT : 0;
}

static int remove_special(const struct last_component *at, bool directory)
{
	if (!directory)
		return -EISDIR;
	if (at->is_dot)
		return -EINVAL;
	return at->is_dot_dot ? -ENOTEMPTY : -EBUSY;
}

static int remove_check(const struct last_component *at, const struct dentry *child, bool directory)
{
	const struct inode_ops *ops = at->dir.dentry->inode->ops;
	int error;

	if (!child->inode)
		return -ENOENT;
	if (at->trailing_slash && !directory)
		return is_directory(child) ? -EISDIR : -ENOTDIR;
	error = may_remove(at->dir.dentry, child, directory);
	if (error)
		return error;
	if (directory ? !ops->rmdir : !ops->unlink)
		return -EPERM;
	return child->mounted ? -EBUSY : 0;
}

/*
 * The file system has removed the name. Who watches is told in Linux's order: the end of the inode, then of the name.
 */
static void name_gone(const struct last_component *at, struct dentry *child, bool directory)
{
	if (!directory)
		notify_inode(child->inode, IN_ATTRIB);
	dentry_removed(child);
	notify_name(at->dir.dentry->inode, &at->name, IN_DELETE | (directory ? IN_ISDIR : 0), 0);
}

int name_remove(const struct last_component *at, bool directory)
{
	struct inode *dir = at->dir.dentry->inode;
	struct dentry *child;
	int error;

	if (at->is_dot || at->is_dot_dot || at->is_root)
		return remove_special(at, directory);
	if (is_read_only(at->dir.dentry))
		return -EROFS;
	tree_lock();
	error = name_lookup(at, &child);
	if (error) {
		tree_unlock();
		return error;
	}
	error = remove_check(at, child, directory);
	if (!error)
		error = (directory ? dir->ops->rmdir : dir->ops->unlink)(dir, &at->name, child->inode);
	if (!error)
		name_gone(at, child, directory);
	tree_unlock();
	dentry_put(child);
	return error;
}

/* --- rename ------------------------------------------------------------------------------------------------------- */

struct rename {
	const struct last_component *from;
	const struct last_component *to;
	struct dentry *moved;
	struct dentry *place; /* of the new name, perhaps negative */
	unsigned flags;
};

/* What can be said from the two dentries alone. */
static int rename_check_names(const struct rename *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;

	/* Nothing is looked up in a directory that was removed, before anything else is looked at. */
	if (!r->moved->inode || dentry_is_unlinked(r->to->dir.dentry))
		return -ENOENT;
	if (r->flags & RENAME_NOREPLACE && r->place->inode)
		return -EEXIST;
	if (exchange && !r->place->inode)
		return -ENOENT;
	if (exchange && !is_directory(r->place) && r->to->trailing_slash)
		return -ENOTDIR;
	if (!is_directory(r->moved) && (r->from->trailing_slash || (!exchange && r->to->trailing_slash)))
		return -ENOTDIR;
	if (dentry_is_below(r->to->dir.dentry, r->moved))
		return -EINVAL;
	if (dentry_is_below(r->from->dir.dentry, r->place))
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static int rename_check_permissions(const struct rename *r)
{
	bool exchange = r->flags & RENAME_EXCHANGE;
	bool moves_directory = is_directory(r->moved);
	int error = may_remove(r->from->dir.dentry, r->moved, moves_directory);

	if (error)
		return error;
	if (!r->place->inode)
		error = name_may_create(r->to->dir.dentry);
	else
		error = may_remove(r->to->dir.dentry, r->place, exchange ? is_directory(r->place) : moves_directory);
	if (error)
		return error;
	if (!r->from->dir.dentry->inode->ops->rename)
		return -EPERM;
	/* A directory that gets another parent is itself written to: its "..". */
	if (r->from->dir.dentry != r->to->dir.dentry) {
		if (moves_directory)
			error = inode_permission(r->moved->inode, MAY_WRITE);
		if (!error && exchange && is_directory(r->place))
			error = inode_permission(r->place->inode, MAY_WRITE);
	}
	if (!error && (r->moved->mounted || r->place->mounted))
		error = -EBUSY;
	return error;
}

static void rename_tell(const struct rename *r)
{
	struct inode *from = r->from->dir.dentry->inode, *to = r->to->dir.dentry->inode;
	bool exchange = r->flags & RENAME_EXCHANGE;

	notify_moved(r->moved->inode, from, &r->from->name, to, &r->to->name, exchange ? NULL : r->place->inode);
	if (exchange)
		notify_moved(r->place->inode, to, &r->to->name, from, &r->from->name, NULL);
}

/* Both dentries are there, the tree is locked. */
static int rename_do(const struct rename *r)
{
	struct inode *old_dir = r->from->dir.dentry->inode;
	bool exchange = r->flags & RENAME_EXCHANGE;
	struct rename_text texts;
	int error = rename_check_names(r);

	if (error)
		return error;
	if (r->moved->inode == r->place->inode)
		return 0;
	error = rename_check_permissions(r);
	if (!error)
		error = dentry_rename_prepare(r->moved, r->place, exchange, &texts);
	if (error)
		return error;
	error = old_dir->ops->rename(old_dir, &r->from->name, r->moved->inode, r->to->dir.dentry->inode, &r->to->name,
				     r->place->inode, r->flags);
	if (error) {
		dentry_rename_drop(&texts);
		return error;
	}
	if (exchange)
		dentry_exchanged(r->moved, r->place, &texts);
	else
		dentry_moved(r->moved, r->place, &texts);
	rename_tell(r);
	return 0;
}

static bool is_special(const struct last_component *at)
{
	return at->is_dot || at->is_dot_dot || at->is_root;
}

int name_rename(const struct last_component *from, const struct last_component *to, unsigned flags)
{
	struct rename r = {.from = from, .to = to, .flags = flags};
	int error;

	if (from->dir.dentry->inode->super != to->dir.dentry->inode->super)
		return -EXDEV;
	if (is_special(from))
		return -EBUSY;
	if (is_special(to))
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (is_read_only(from->dir.dentry))
		return -EROFS;
	tree_lock();
	error = name_lookup(from, &r.moved);
	if (!error && r.moved->inode)
		error = name_lookup(to, &r.place);
	else if (!error)
		error = -ENOENT;
	if (!error)
		error = rename_do(&r);
	tree_unlock();
	dentry_put(r.place);
	dentry_put(r.moved);
	return error;
}
