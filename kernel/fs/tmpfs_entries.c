/* The names of a directory: one tree finds them, another keeps their order. See tmpfs_node.h. */
#include "kernel/fs/overlay.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

#define BY_NAME(node) container_of(node, struct tmpfs_entry, by_name)
#define BY_ORDER(node) container_of(node, struct tmpfs_entry, by_order)

static int compare(uint32_t hash, const char *text, uint32_t length, const struct tmpfs_entry *entry)
{
	if (hash != entry->hash)
		return hash < entry->hash ? -1 : 1;
	if (length != entry->length)
		return length < entry->length ? -1 : 1;
	return memcmp(text, entry->name, length);
}

struct tmpfs_entry *tmpfs_entry_find(const struct tmpfs_node *dir, const struct name *name)
{
	struct tree_node *at = dir->names.by_name.root;

	while (at) {
		struct tmpfs_entry *entry = BY_NAME(at);
		int order = compare(name->hash, name->text, name->length, entry);

		if (!order)
			return entry;
		at = order < 0 ? at->left : at->right;
	}
	return NULL;
}

struct tmpfs_entry *tmpfs_entry_new(const struct name *name)
{
	struct tmpfs_entry *entry = heap_alloc_zero(sizeof(*entry) + name->length);

	if (!entry)
		return NULL;
	entry->hash = name->hash;
	entry->length = name->length;
	memcpy(entry->name, name->text, name->length);
	return entry;
}

void tmpfs_entry_insert(struct tmpfs_node *dir, struct tmpfs_entry *entry)
{
	struct tree_node **link = &dir->names.by_name.root, *parent = NULL;

	while (*link) {
		parent = *link;
		link = compare(entry->hash, entry->name, entry->length, BY_NAME(parent)) < 0 ? &parent->left
											     : &parent->right;
	}
	tree_insert(&dir->names.by_name, parent, link, &entry->by_name);
	entry->order = dir->names.next_order++;
	parent = tree_last(&dir->names.by_order);
	tree_insert(&dir->names.by_order, parent, parent ? &parent->right : &dir->names.by_order.root,
		    &entry->by_order);
}

void tmpfs_entry_remove(struct tmpfs_node *dir, struct tmpfs_entry *entry)
{
	tree_remove(&dir->names.by_name, &entry->by_name);
	tree_remove(&dir->names.by_order, &entry->by_order);
}

struct tmpfs_entry *tmpfs_entry_from(const struct tmpfs_node *dir, uint64_t order)
{
	struct tree_node *at = dir->names.by_order.root;
	struct tmpfs_entry *found = NULL;

	while (at) {
		struct tmpfs_entry *entry = BY_ORDER(at);

		if (entry->order >= order) {
			found = entry;
			at = at->left;
		} else {
			at = at->right;
		}
	}
	return found;
}

void tmpfs_entries_clear(struct tmpfs_node *dir)
{
	struct tmpfs_entry *entry;

	while ((entry = tmpfs_entry_from(dir, 0))) {
		tmpfs_entry_remove(dir, entry);
		if (entry->child)
			inode_put(&entry->child->inode);
		heap_free(entry);
	}
}

int tmpfs_is_empty(struct tmpfs_node *dir)
{
	struct erofs_entry lower;
	uint64_t cookie = 0;
	int found;

	for (struct tmpfs_entry *entry = tmpfs_entry_from(dir, 0); entry;
	     entry = tmpfs_entry_from(dir, entry->order + 1)) {
		if (entry->child)
			return -ENOTEMPTY;
	}
	found = overlay_next(dir, &cookie, &lower);
	return found > 0 ? -ENOTEMPTY : found;
}
