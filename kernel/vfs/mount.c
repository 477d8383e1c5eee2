/* Mounts: roots of file systems laid over directories. They are made at boot and stay. */
#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/cache.h"

struct list mounts = {&mounts, &mounts};

static struct dentry *root_dentry(void)
{
	return list_is_empty(&mounts) ? NULL : list_entry(mounts.next, struct mount, list)->root;
}

void mount_root(struct path *out)
{
	out->dentry = dentry_top(root_dentry());
	dentry_get(out->dentry);
}

/* A directory of root's that was missing, into its negative dentry: images need none for what is mounted at boot. */
static int directory_make(struct dentry *parent, const struct name *name, struct dentry *child)
{
	struct inode *made, *dir = parent->inode;
	int error = dir->ops->create ? dir->ops->create(dir, name, S_IFDIR | 0755, 0, 0, 0, &made) : -ENOENT;

	if (!error)
		dentry_made(child, made);
	return error;
}

/*
 * The directory at a path of real names, without links, made as far as it is missing; *out with a reference. The tree
 * lock is held.
 */
static int directory_find(const char *path, struct dentry **out)
{
	struct dentry *at = dentry_top(root_dentry());

	dentry_get(at);
	while (*path) {
		const char *end = strchr(path, '/');
		size_t length = end ? (size_t)(end - path) : strlen(path);
		struct name name = name_make(path, length);
		struct dentry *child;
		int error;

		path += length + (end != NULL);
		if (length == 0)
			continue;
		error = dentry_lookup(at, &name, &child);
		if (!error && !child->inode) {
			error = directory_make(at, &name, child);
			if (error)
				dentry_put(child);
		}
		dentry_put(at);
		if (error)
			return error;
		at = dentry_top(child);
		dentry_get(at);
		dentry_put(child);
		if (!INODE_IS(at->inode, S_IFDIR)) {
			dentry_put(at);
			return -ENOTDIR;
		}
	}
	*out = at;
	return 0;
}

/* Shows `root`, an inode of super's, there. Takes over the reference on `place`, unless it fails. */
static int mount_on(struct super *super, struct inode *root, struct dentry *place)
{
	struct mount *mount = heap_new(struct mount);
	int error;

	if (!mount)
		return -ENOMEM;
	error = dentry_anonymous("", root, &mount->root);
	if (error) {
		heap_free(mount);
		return error;
	}
	mount->super = super;
	mount->root->covers = place;
	if (place)
		place->mounted = mount->root;
	list_append(&mounts, &mount->list);
	return 0;
}

int mount_add(struct super *super, const char *path)
{
	struct dentry *place = NULL;
	int error = 0;

	tree_lock();
	if (root_dentry())
		error = directory_find(path, &place);
	if (!error)
		error = mount_on(super, super->root, place);
	if (error)
		dentry_put(place);
	tree_unlock();
	return error;
}

int mount_place(struct super *super, struct inode *root, const struct path *place)
{
	int error;

	dentry_get(place->dentry);
	tree_lock();
	error = mount_on(super, root, place->dentry);
	tree_unlock();
	if (error)
		dentry_put(place->dentry);
	return error;
}
