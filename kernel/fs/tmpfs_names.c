/* Making and removing names. The tree lock is held throughout; what can fail comes before the first change. */
#include "kernel/fs/overlay.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

int tmpfs_lookup(struct inode *dir, const struct name *name, struct inode **out)
{
	struct tmpfs_node *node = tmpfs_node(dir), *child;
	struct tmpfs_entry *entry = tmpfs_entry_find(node, name);
	uint64_t nid;
	int found;

	if (entry) {
		if (!entry->child)
			return -ENOENT;
		inode_get(&entry->child->inode);
		*out = &entry->child->inode;
		return 0;
	}
	found = overlay_has(node, name, &nid);
	if (found <= 0)
		return found ? found : -ENOENT;
	found = overlay_node(tmpfs_of(node), nid, &child);
	if (!found)
		*out = &child->inode;
	return found;
}

int tmpfs_place_prepare(struct tmpfs_node *dir, const struct name *name, struct tmpfs_place *place)
{
	if (!dir->inode.nlink)
		return -ENOENT;
	place->entry = tmpfs_entry_find(dir, name);
	place->is_new = !place->entry;
	if (place->is_new)
		place->entry = tmpfs_entry_new(name);
	return place->entry ? 0 : -ENOMEM;
}

void tmpfs_place_commit(struct tmpfs_node *dir, struct tmpfs_place *place, struct tmpfs_node *node)
{
	struct tmpfs_node *before = place->entry->child;

	inode_get(&node->inode);
	if (!place->is_new)
		tmpfs_entry_remove(dir, place->entry);
	place->entry->child = node;
	tmpfs_entry_insert(dir, place->entry);
	/* Never the last reference: the caller of the operation has one. */
	if (before)
		inode_put(&before->inode);
}

void tmpfs_place_cancel(struct tmpfs_place *place)
{
	if (place->is_new)
		heap_free(place->entry);
}

/* The place names the node from now on. Takes the directory's lock. */
static void name_add(struct tmpfs_node *dir, struct tmpfs_place *place, struct tmpfs_node *child)
{
	lock_acquire(&dir->inode.lock);
	tmpfs_place_commit(dir, place, child);
	dir->inode.size += TMPFS_ENTRY_BYTES;
	if (INODE_IS(&child->inode, S_IFDIR))
		dir->inode.nlink++;
	tmpfs_touch(dir, true);
	lock_release(&dir->inode.lock);
}

/* Names a new node, whose reference becomes *out's, or is put. */
static int node_add(struct inode *dir, const struct name *name, struct tmpfs_node *child, struct inode **out)
{
	struct tmpfs_place place;
	int error = tmpfs_place_prepare(tmpfs_node(dir), name, &place);

	if (error) {
		inode_put(&child->inode);
		return error;
	}
	name_add(tmpfs_node(dir), &place, child);
	*out = &child->inode;
	return 0;
}

int tmpfs_create(struct inode *dir, const struct name *name, uint32_t mode, uint32_t uid, uint32_t gid, uint64_t rdev,
		 struct inode **out)
{
	struct tmpfs_node *child = tmpfs_node_new(tmpfs_of(tmpfs_node(dir)), mode, uid, gid);

	if (!child)
		return -ENOMEM;
	child->inode.rdev = rdev;
	return node_add(dir, name, child, out);
}

int tmpfs_symlink(struct inode *dir, const struct name *name, const char *target, size_t length, uint32_t uid,
		  uint32_t gid, struct inode **out)
{
	struct tmpfs_node *child = tmpfs_node_new(tmpfs_of(tmpfs_node(dir)), S_IFLNK | 0777, uid, gid);

	if (!child)
		return -ENOMEM;
	child->target = heap_alloc(length);
	if (!child->target) {
		inode_put(&child->inode);
		return -ENOMEM;
	}
	memcpy(child->target, target, length);
	child->inode.size = length;
	return node_add(dir, name, child, out);
}

int tmpfs_link(struct inode *dir, const struct name *name, struct inode *inode)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	struct tmpfs_place place;
	int error = tmpfs_place_prepare(tmpfs_node(dir), name, &place);

	if (error)
		return error;
	lock_acquire(&inode->lock);
	inode->nlink++;
	tmpfs_touch(node, false);
	lock_release(&inode->lock);
	name_add(tmpfs_node(dir), &place, node);
	return 0;
}

int tmpfs_tmpfile(struct inode *dir, uint32_t mode, uint32_t uid, uint32_t gid, struct inode **out)
{
	struct tmpfs_node *node = tmpfs_node_new(tmpfs_of(tmpfs_node(dir)), mode, uid, gid);

	if (!node)
		return -ENOMEM;
	node->inode.nlink = 0;
	*out = &node->inode;
	return 0;
}

int tmpfs_removal_prepare(struct tmpfs_node *dir, const struct name *name, struct tmpfs_removal *removal)
{
	uint64_t nid;
	int found = overlay_has(dir, name, &nid);

	if (found < 0)
		return found;
	removal->hides = found;
	removal->entry = tmpfs_entry_find(dir, name);
	removal->is_new = !removal->entry;
	if (removal->is_new)
		removal->entry = tmpfs_entry_new(name);
	return removal->entry ? 0 : -ENOMEM;
}

void tmpfs_removal_cancel(struct tmpfs_removal *removal)
{
	if (removal->is_new)
		heap_free(removal->entry);
}

void tmpfs_removal_commit(struct tmpfs_node *dir, struct tmpfs_removal *removal)
{
	struct tmpfs_entry *entry = removal->entry;
	struct tmpfs_node *child = entry->child;

	entry->child = NULL;
	if (removal->is_new) {
		tmpfs_entry_insert(dir, entry);
	} else if (!removal->hides) {
		tmpfs_entry_remove(dir, entry);
		heap_free(entry);
	}
	dir->inode.size -= dir->inode.size < TMPFS_ENTRY_BYTES ? dir->inode.size : TMPFS_ENTRY_BYTES;
	/* Never the last reference: the caller of the operation has one. */
	if (child)
		inode_put(&child->inode);
}

void tmpfs_unlinked(struct tmpfs_node *node)
{
	bool gone;

	lock_acquire(&node->inode.lock);
	/* The image may claim fewer links than it has names. */
	if (INODE_IS(&node->inode, S_IFDIR))
		node->inode.nlink = 0;
	else if (node->inode.nlink)
		node->inode.nlink--;
	gone = !node->inode.nlink;
	tmpfs_touch(node, false);
	lock_release(&node->inode.lock);
	if (gone)
		overlay_unpin(node);
}

static int name_remove(struct inode *inode, const struct name *name, struct tmpfs_node *child)
{
	struct tmpfs_node *dir = tmpfs_node(inode);
	struct tmpfs_removal removal;
	int error = tmpfs_removal_prepare(dir, name, &removal);

	if (error)
		return error;
	lock_acquire(&inode->lock);
	tmpfs_removal_commit(dir, &removal);
	if (INODE_IS(&child->inode, S_IFDIR) && inode->nlink)
		inode->nlink--;
	tmpfs_touch(dir, true);
	lock_release(&inode->lock);
	tmpfs_unlinked(child);
	return 0;
}

int tmpfs_unlink(struct inode *dir, const struct name *name, struct inode *inode)
{
	return name_remove(dir, name, tmpfs_node(inode));
}

int tmpfs_rmdir(struct inode *dir, const struct name *name, struct inode *inode)
{
	int error = tmpfs_is_empty(tmpfs_node(inode));

	return error ? error : name_remove(dir, name, tmpfs_node(inode));
}
