/* File systems in memory: making them, their size and limits, taking them down. See tmpfs.h. */
#include <linux/magic.h>

#include "kernel/fs/overlay.h"
#include "kernel/host/boot.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"

int tmpfs_charge(struct tmpfs *fs, uint64_t pages)
{
	int error = 0;

	lock_acquire(&fs->lock);
	if (fs->pages_max && (pages > fs->pages_max || fs->pages > fs->pages_max - pages))
		error = -ENOSPC;
	else
		fs->pages += pages;
	lock_release(&fs->lock);
	return error;
}

void tmpfs_uncharge(struct tmpfs *fs, uint64_t pages)
{
	lock_acquire(&fs->lock);
	fs->pages -= pages;
	lock_release(&fs->lock);
}

static void tmpfs_statfs(struct super *super, uint64_t *blocks, uint64_t *free_blocks, uint64_t *files)
{
	struct tmpfs *fs = container_of(super, struct tmpfs, super);
	uint64_t arena = kernel_boot()->mem_bytes / PAGE_BYTES, used = pages_used();
	uint64_t arena_free = arena > used ? arena - used : 0;

	lock_acquire(&fs->lock);
	*blocks = fs->pages_max ? fs->pages_max : arena;
	*free_blocks = fs->pages_max ? fs->pages_max - fs->pages : arena_free;
	if (*free_blocks > arena_free)
		*free_blocks = arena_free;
	*files = fs->nodes_count;
	lock_release(&fs->lock);
	if (super->magic == OVERLAYFS_SUPER_MAGIC) {
		*blocks += fs->lower.bytes / PAGE_BYTES;
		*files = fs->lower.inode_count > *files ? fs->lower.inode_count : *files;
	}
}

/* A device number of its own, major 0 as all file systems without a device; the numbers below are the kernel's own. */
static uint64_t device_new(void)
{
	static uint64_t last = 0x17;

	return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

struct tmpfs *tmpfs_super_new(const char *type, const char *source)
{
	struct tmpfs *fs = heap_new(struct tmpfs);

	if (!fs)
		return NULL;
	fs->super.type = type;
	fs->super.source = source;
	fs->super.options = "rw,relatime";
	fs->super.device = device_new();
	fs->super.magic = TMPFS_MAGIC;
	fs->super.statfs = tmpfs_statfs;
	fs->next_ino = 1;
	list_init(&fs->nodes);
	return fs;
}

int tmpfs_new(const char *source, uint64_t max_bytes, struct super **out)
{
	struct tmpfs *fs = tmpfs_super_new("tmpfs", source);
	struct tmpfs_node *root;

	if (!fs)
		return -ENOMEM;
	fs->pages_max = PAGE_ROUND_UP(max_bytes) / PAGE_BYTES;
	root = tmpfs_node_new(fs, S_IFDIR | S_ISVTX | 0777, 0, 0);
	if (!root) {
		heap_free(fs);
		return -ENOMEM;
	}
	fs->super.root = &root->inode;
	*out = &fs->super;
	return 0;
}

void super_protect(struct super *super)
{
	super->read_only = true;
	super->options = "ro,relatime";
}

/*
 * Names refer to inodes, and inodes of directories to names, perhaps in a circle if the image is hostile: so all inodes
 * are held while all names are cleared, and only then let go.
 */
void tmpfs_free(struct super *super)
{
	struct tmpfs *fs = container_of(super, struct tmpfs, super);

	list_for_each(at, &fs->nodes) inode_get(&list_entry(at, struct tmpfs_node, all)->inode);
	list_for_each(at, &fs->nodes)
	{
		struct tmpfs_node *node = list_entry(at, struct tmpfs_node, all);

		if (INODE_IS(&node->inode, S_IFDIR))
			tmpfs_entries_clear(node);
		overlay_unpin(node);
	}
	inode_put(super->root);
	list_for_each_safe(at, after, &fs->nodes) inode_put(&list_entry(at, struct tmpfs_node, all)->inode);
	bug_on(fs->pages || fs->nodes_count);
	heap_free(fs);
}
