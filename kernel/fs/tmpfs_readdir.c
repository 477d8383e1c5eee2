/*
 * Reading directories. Offsets: 0 and 1 are "." and "..", then come the image's names by its cookies, then, from
 * MEMORY_FIRST on, those in memory by their order: each keeps its offset as long as it exists, new ones come last.
 */
#include "kernel/fs/overlay.h"

#define LOWER_FIRST 2ull
#define MEMORY_FIRST (1ull << 62)

static uint8_t type_of(const struct inode *inode)
{
	return (uint8_t)((inode->mode & S_IFMT) >> 12);
}

/* False: the reader has had enough. */
static bool dots_give(struct tmpfs_node *dir, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink)
{
	uint8_t type = type_of(&dir->inode);

	if (*offset == 0) {
		if (!sink->add(sink, ".", 1, dir->inode.ino, type, 1))
			return false;
		*offset = 1;
	}
	if (*offset == 1) {
		if (!sink->add(sink, "..", 2, parent_ino, type, LOWER_FIRST))
			return false;
		*offset = LOWER_FIRST;
	}
	return true;
}

/* 1: all given; 0: enough; -EUCLEAN. */
static int lower_give(struct tmpfs_node *dir, uint64_t *offset, struct directory_sink *sink)
{
	struct erofs_entry entry;
	uint64_t cookie = *offset - LOWER_FIRST;
	int found;

	while ((found = overlay_next(dir, &cookie, &entry)) > 0) {
		if (!sink->add(sink, entry.name, entry.length, entry.nid, entry.type, LOWER_FIRST + cookie))
			return 0;
		*offset = LOWER_FIRST + cookie;
	}
	if (found < 0)
		return found;
	*offset = MEMORY_FIRST;
	return 1;
}

static void memory_give(struct tmpfs_node *dir, uint64_t *offset, struct directory_sink *sink)
{
	struct tmpfs_entry *entry;

	while ((entry = tmpfs_entry_from(dir, *offset - MEMORY_FIRST))) {
		uint64_t next = MEMORY_FIRST + entry->order + 1;
		struct inode *child = entry->child ? &entry->child->inode : NULL;

		if (child && !sink->add(sink, entry->name, entry->length, child->ino, type_of(child), next))
			return;
		*offset = next;
	}
}

int tmpfs_readdir(struct inode *inode, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink)
{
	struct tmpfs_node *dir = tmpfs_node(inode);
	int more = 1;

	lock_acquire(&inode->lock);
	if (!inode->nlink) {
		more = -ENOENT;
	} else if (dots_give(dir, offset, parent_ino, sink)) {
		if (*offset < MEMORY_FIRST)
			more = lower_give(dir, offset, sink);
		if (more > 0)
			memory_give(dir, offset, sink);
	}
	lock_release(&inode->lock);
	return more < 0 ? more : 0;
}
