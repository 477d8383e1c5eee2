/* Dentries: their life, lookups that miss the cache, and what changes of names do to them. */
#include "kernel/vfs/dentry.h"

#include <linux/errno.h>
#include <linux/limits.h>

#include "kernel/lib/bug.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/cache.h"
#include "kernel/vfs/notify.h"

void dentry_get(struct dentry *dentry)
{
	__atomic_fetch_add(&dentry->references, 1, __ATOMIC_RELAXED);
}

static void dentry_free_name(struct dentry *dentry)
{
	if (dentry->name != dentry->own_name)
		heap_free((void *)(uintptr_t)dentry->name);
}

/* A dentry's reference on its inode goes. */
static void inode_release(struct inode *inode)
{
	if (!inode)
		return;
	notify_unlinked(inode);
	inode_put(inode);
}

void dentry_put(struct dentry *dentry)
{
	while (dentry && __atomic_sub_fetch(&dentry->references, 1, __ATOMIC_ACQ_REL) == 0) {
		struct dentry *parent = dentry->parent == dentry ? NULL : dentry->parent;

		bug_on(dentry->hashed);
		inode_release(dentry->inode);
		dentry_free_name(dentry);
		heap_free(dentry);
		dentry = parent;
	}
}

struct name name_make(const char *text, size_t length)
{
	return (struct name){
		.text = text,
		.length = (uint32_t)length,
		.hash = (uint32_t)hash_bytes(0, text, length),
	};
}

struct dentry *dentry_new(struct dentry *parent, const struct name *name, struct inode *inode)
{
	struct dentry *dentry = heap_alloc(sizeof(struct dentry) + name->length + 1);

	if (!dentry)
		return NULL;
	*dentry = (struct dentry){
		.references = 1,
		.hash = name->hash,
		.parent = parent ? parent : dentry,
		.inode = inode,
		.length = (uint16_t)name->length,
		.name = dentry->own_name,
	};
	memcpy(dentry->own_name, name->text, name->length);
	dentry->own_name[name->length] = '\0';
	list_init(&dentry->children);
	list_init(&dentry->sibling);
	list_init(&dentry->cached);
	if (parent)
		dentry_get(parent);
	if (inode)
		inode_get(inode);
	if (parent && inode)
		notify_place_mark(inode, parent->inode);
	return dentry;
}

int dentry_anonymous(const char *text, struct inode *inode, struct dentry **out)
{
	struct name name = {.text = text, .length = (uint32_t)strlen(text)};

	*out = dentry_new(NULL, &name, inode);
	return *out ? 0 : -ENOMEM;
}

/*
 * Whether a name that is missing has a place. In a directory whose names nobody makes it has none; but a file system
 * that is read-only says that before anything else.
 */
static bool has_places(const struct inode *dir)
{
	return !dir->ops->uncached || (dir->super && dir->super->read_only);
}

int dentry_lookup(struct dentry *dir, const struct name *name, struct dentry **out)
{
	struct dentry *dentry = dentry_find(dir, name);
	struct inode *inode = NULL;
	int error = -ENOENT;

	if (dentry) {
		dentry_get(dentry);
		*out = dentry;
		return 0;
	}
	/* A directory that was removed has no names, not even impossible ones. */
	if (name->length > NAME_MAX)
		return dentry_is_unlinked(dir) ? -ENOENT : -ENAMETOOLONG;
	if (dir->inode->ops->lookup)
		error = dir->inode->ops->lookup(dir->inode, name, &inode);
	if (error && (error != -ENOENT || !has_places(dir->inode)))
		return error;
	/* The dentry must have its reference on dir before the cache may shrink: dir may be nobody's else. */
	dentry_get(dir);
	dentry = dentry_new(dir, name, inode);
	if (!dentry && dentry_cache_shrink(dentry_cache_count() / 4) > 0)
		dentry = dentry_new(dir, name, inode);
	dentry_put(dir);
	inode_put(inode);
	if (!dentry)
		return -ENOMEM;
	if (!dir->inode->ops->uncached && !dentry_is_unlinked(dir))
		cache_add(dentry);
	*out = dentry;
	return 0;
}

/* --- changes of names --------------------------------------------------------------------------------------------- */

void dentry_made(struct dentry *dentry, struct inode *inode)
{
	dentry->inode = inode;
	notify_place_mark(inode, dentry->parent->inode);
}

/* What is remembered of a directory that is no more: that there is nothing in it. */
static void children_drop(struct dentry *dir)
{
	list_for_each_safe(at, after, &dir->children) cache_drop(list_entry(at, struct dentry, sibling));
}

static void dentry_leave(struct dentry *dentry)
{
	children_drop(dentry);
	__atomic_store_n(&dentry->unlinked, dentry->inode != NULL, __ATOMIC_RELAXED);
	cache_drop(dentry);
}

void dentry_removed(struct dentry *dentry)
{
	struct inode *inode = dentry->inode;

	children_drop(dentry);
	/* One reference is the cache's and one the caller's: nobody else would see it change. */
	if (!dentry->hashed || __atomic_load_n(&dentry->references, __ATOMIC_ACQUIRE) > 2) {
		dentry_leave(dentry);
		return;
	}
	dentry->inode = NULL;
	inode_release(inode);
}

void dentry_rename_drop(struct rename_text *texts)
{
	heap_free(texts->moved);
	heap_free(texts->place);
}

static char *name_copy(const struct dentry *dentry)
{
	char *copy = heap_alloc(dentry->length + 1u);

	if (copy)
		memcpy(copy, dentry->name, dentry->length + 1u);
	return copy;
}

int dentry_rename_prepare(const struct dentry *moved, const struct dentry *place, bool exchange,
			  struct rename_text *texts)
{
	texts->moved = name_copy(place);
	texts->place = exchange ? name_copy(moved) : NULL;
	if (texts->moved && (texts->place || !exchange))
		return 0;
	dentry_rename_drop(texts);
	return -ENOMEM;
}

struct position {
	struct dentry *parent; /* with a reference */
	const char *name;
	uint32_t hash;
	uint16_t length;
};

static struct position position_of(const struct dentry *dentry, const char *name)
{
	dentry_get(dentry->parent);
	return (struct position){dentry->parent, name, dentry->hash, dentry->length};
}

static struct lock position_lock;

void dentry_position_lock(void)
{
	lock_acquire(&position_lock);
}

void dentry_position_unlock(void)
{
	lock_release(&position_lock);
}

/* Gives an entry of the cache another name and directory, taking over the position's reference and name. */
static void dentry_set_position(struct dentry *dentry, struct position position)
{
	struct dentry *old_parent = dentry->parent;

	dentry_unhash(dentry);
	dentry_position_lock();
	dentry_free_name(dentry);
	dentry->parent = position.parent;
	dentry->name = position.name;
	dentry->hash = position.hash;
	dentry->length = position.length;
	dentry_position_unlock();
	dentry_put(old_parent);
	dentry_rehash(dentry);
	notify_place_mark(dentry->inode, dentry->parent->inode);
}

void dentry_moved(struct dentry *moved, struct dentry *place, struct rename_text *texts)
{
	struct position position = position_of(place, texts->moved);

	dentry_leave(place);
	dentry_set_position(moved, position);
}

void dentry_exchanged(struct dentry *left, struct dentry *right, struct rename_text *texts)
{
	struct position of_right = position_of(right, texts->moved);
	struct position of_left = position_of(left, texts->place);

	dentry_set_position(left, of_right);
	dentry_set_position(right, of_left);
}
