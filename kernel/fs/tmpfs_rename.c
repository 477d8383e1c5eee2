/* rename(2) below the names: moves, replacements, exchanges. The tree lock is held. */
#include <linux/fs.h>

#include "kernel/fs/overlay.h"

struct rename {
	struct tmpfs_node *old_dir;
	struct tmpfs_node *new_dir;
	struct tmpfs_node *node;
	struct tmpfs_node *target; /* NULL: none */
};

static void directories_lock(struct rename *rename)
{
	struct inode *first = &rename->old_dir->inode, *second = &rename->new_dir->inode;

	if (first > second) {
		first = second;
		second = &rename->old_dir->inode;
	}
	lock_acquire(&first->lock);
	if (second != first)
		lock_acquire(&second->lock);
}

static void directories_unlock(struct rename *rename)
{
	lock_release(&rename->old_dir->inode.lock);
	if (rename->new_dir != rename->old_dir)
		lock_release(&rename->new_dir->inode.lock);
}

static void node_touch(struct tmpfs_node *node)
{
	lock_acquire(&node->inode.lock);
	tmpfs_touch(node, false);
	lock_release(&node->inode.lock);
}

static void links_move(struct tmpfs_node *from, struct tmpfs_node *to)
{
	if (from->inode.nlink)
		from->inode.nlink--;
	to->inode.nlink++;
}

static void directories_touch(struct rename *rename)
{
	tmpfs_touch(rename->old_dir, true);
	tmpfs_touch(rename->new_dir, true);
}

static int exchange(struct rename *rename, const struct name *old_name, const struct name *new_name)
{
	struct tmpfs_place old_place, new_place;
	int error = tmpfs_place_prepare(rename->old_dir, old_name, &old_place);

	if (error)
		return error;
	error = tmpfs_place_prepare(rename->new_dir, new_name, &new_place);
	if (error) {
		tmpfs_place_cancel(&old_place);
		return error;
	}
	directories_lock(rename);
	tmpfs_place_commit(rename->old_dir, &old_place, rename->target);
	tmpfs_place_commit(rename->new_dir, &new_place, rename->node);
	if (INODE_IS(&rename->node->inode, S_IFDIR))
		links_move(rename->old_dir, rename->new_dir);
	if (INODE_IS(&rename->target->inode, S_IFDIR))
		links_move(rename->new_dir, rename->old_dir);
	directories_touch(rename);
	directories_unlock(rename);
	node_touch(rename->node);
	node_touch(rename->target);
	return 0;
}

static void move_commit(struct rename *rename, struct tmpfs_removal *removal, struct tmpfs_place *place)
{
	directories_lock(rename);
	tmpfs_place_commit(rename->new_dir, place, rename->node);
	tmpfs_removal_commit(rename->old_dir, removal);
	if (!rename->target)
		rename->new_dir->inode.size += TMPFS_ENTRY_BYTES;
	if (INODE_IS(&rename->node->inode, S_IFDIR)) {
		links_move(rename->old_dir, rename->new_dir);
		if (rename->target)
			rename->new_dir->inode.nlink--;
	}
	directories_touch(rename);
	directories_unlock(rename);
	node_touch(rename->node);
	if (rename->target)
		tmpfs_unlinked(rename->target);
}

static int move(struct rename *rename, const struct name *old_name, const struct name *new_name)
{
	struct tmpfs_removal removal;
	struct tmpfs_place place;
	int error = 0;

	if (rename->target && INODE_IS(&rename->target->inode, S_IFDIR))
		error = tmpfs_is_empty(rename->target);
	if (!error)
		error = tmpfs_removal_prepare(rename->old_dir, old_name, &removal);
	if (error)
		return error;
	error = tmpfs_place_prepare(rename->new_dir, new_name, &place);
	if (error) {
		tmpfs_removal_cancel(&removal);
		return error;
	}
	move_commit(rename, &removal, &place);
	return 0;
}

int tmpfs_rename(struct inode *old_dir, const struct name *old_name, struct inode *inode, struct inode *new_dir,
		 const struct name *new_name, struct inode *target, unsigned flags)
{
	struct rename rename = {tmpfs_node(old_dir), tmpfs_node(new_dir), tmpfs_node(inode),
				target ? tmpfs_node(target) : NULL};

	/* As overlayfs does: there is no use for whiteouts in a file system that makes its own. */
	if (flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if ((flags & RENAME_EXCHANGE) && target)
		return exchange(&rename, old_name, new_name);
	return move(&rename, old_name, new_name);
}
