/* Names and inodes of a root file system: see root.h. */
#define _GNU_SOURCE 1

#include "image/root.h"

#include <string.h>
#include <sys/stat.h>

#include "image/root_entry.h"

/* More than any real image has; each takes some 200 bytes of memory. */
#define INODES_MAX (1u << 24)

int root_make(struct root *root, struct error *error)
{
	const struct root_attributes attributes = {.mode = S_IFDIR | 0755};

	*root = (struct root){0};
	root->top = root_inode_make(root, &attributes, error);
	if (!root->top)
		return -1;
	root->top->dir.parent = root->top;
	return 0;
}

void root_free(struct root *root)
{
	arena_free(&root->arena);
}

struct root_inode *root_inode_make(struct root *root, const struct root_attributes *attributes, struct error *error)
{
	struct root_inode *inode = NULL;

	if (root->inode_count++ < INODES_MAX)
		inode = arena_take(&root->arena, sizeof(*inode));
	if (inode)
		inode->attributes = *attributes;
	else
		error_set(error, root->inode_count > INODES_MAX ? "more than %u files" : "out of memory", INODES_MAX);
	return inode;
}

int root_xattr_add(struct root *root, struct root_xattr **list, const char *name, const void *value, uint32_t bytes,
		   struct error *error)
{
	struct root_xattr *xattr;

	while (*list && strcmp((*list)->name, name) < 0)
		list = &(*list)->next;
	xattr = *list;
	if (!xattr || strcmp(xattr->name, name) != 0) {
		xattr = arena_take(&root->arena, sizeof(*xattr));
		if (!xattr)
			return error_set(error, "out of memory");
		xattr->next = *list;
		*list = xattr;
	}
	xattr->name = arena_text(&root->arena, name, strlen(name));
	xattr->value = arena_text(&root->arena, value, bytes);
	xattr->value_bytes = bytes;
	return xattr->name && xattr->value ? 0 : error_set(error, "out of memory");
}

static bool is_dir(const struct root_inode *inode)
{
	return S_ISDIR(inode->attributes.mode);
}

/* Puts the inode under a name that is free. */
static int name_give(struct root *root, struct root_place *place, struct root_inode *inode, struct error *error)
{
	if (is_dir(inode)) {
		inode->dir.parent = place->dir;
		inode->dir.depth = place->dir->dir.depth + 1;
	}
	return root_entry_insert(root, place, inode, error);
}

/* Whether what is put there leaves the entry's inode and changes its attributes only. */
static bool is_merged(const struct root *root, const struct root_place *place, const struct root_inode *inode)
{
	const struct root_inode *there = place->entry->inode;

	if (!is_dir(inode))
		return false;
	if (is_dir(there))
		return true;
	if (!root->keeps_links || !S_ISLNK(there->attributes.mode))
		return false;
	there = root_from(root, place->dir, there->target);
	return there && is_dir(there);
}

int root_put(struct root *root, const char *path, struct root_inode *inode, struct error *error)
{
	struct root_place place;

	if (root_place_find(root, path, true, &place, error) < 0)
		return -1;
	if (!place.dir) {
		if (!is_dir(inode))
			return error_set(error, "%s: the root must be a directory", path);
		root->top->attributes = inode->attributes;
		return 0;
	}
	if (!place.entry)
		return name_give(root, &place, inode, error);
	if (!is_merged(root, &place, inode)) {
		root_entry_remove(&place);
		return name_give(root, &place, inode, error);
	}
	place.entry->layer = root->layer;
	if (is_dir(place.entry->inode))
		place.entry->inode->attributes = inode->attributes;
	return 0;
}

int root_link(struct root *root, const char *path, const char *target, struct error *error)
{
	struct root_place place, from;
	struct root_inode *inode;

	if (root_place_find(root, target, false, &from, error) < 0)
		return -1;
	if (!from.dir || !from.entry)
		return error_set(error, "%s: a hard link to %s, which is not there", path, target);
	if (is_dir(from.entry->inode))
		return error_set(error, "%s: a hard link to %s, which is a directory", path, target);
	inode = from.entry->inode;
	if (root_place_find(root, path, true, &place, error) < 0)
		return -1;
	if (!place.dir)
		return error_set(error, "%s: the root must be a directory", path);
	if (place.entry && place.entry->inode == inode) {
		place.entry->layer = root->layer;
		return 0;
	}
	if (place.entry)
		root_entry_remove(&place);
	return name_give(root, &place, inode, error);
}

static void lower_remove(const struct root *root, struct root_dir *dir)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < dir->count; i++) {
		struct root_entry *entry = &dir->entries[i];

		if (entry->layer < root->layer)
			continue;
		if (is_dir(entry->inode))
			lower_remove(root, &entry->inode->dir);
		dir->entries[kept++] = *entry;
	}
	dir->count = kept;
}

int root_whiteout(struct root *root, const char *path, struct error *error)
{
	struct root_place place;

	if (root_place_find(root, path, false, &place, error) < 0)
		return -1;
	if (!place.dir || !place.entry)
		return 0;
	if (place.entry->layer < root->layer)
		root_entry_remove(&place);
	else if (is_dir(place.entry->inode))
		lower_remove(root, &place.entry->inode->dir);
	return 0;
}

int root_cover(struct root *root, const char *path, struct error *error)
{
	struct root_inode *inode;

	(void)error;
	inode = root_find(root, path);
	if (inode && is_dir(inode))
		lower_remove(root, &inode->dir);
	return 0;
}
