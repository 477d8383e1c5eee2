/* The overlay: how inodes and names of the image come into the tree in memory. See overlay.h. */
#include "kernel/fs/overlay.h"

#include <linux/magic.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/namei.h"

/* A node and its origin are one block. */
struct lower_node {
	struct tmpfs_node node;
	struct tmpfs_origin origin;
};

static struct lower_node *lower_of(struct tree_node *at)
{
	return container_of(at, struct lower_node, origin.by_nid);
}

/* Gets a reference unless the last one is already gone: then the node is about to leave the table. */
static bool inode_try_get(struct inode *inode)
{
	uint32_t references = __atomic_load_n(&inode->references, __ATOMIC_RELAXED);

	while (references) {
		if (__atomic_compare_exchange_n(&inode->references, &references, references + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

/* The link of the table where the number is, or belongs. fs->lock is held. */
static struct tree_node **table_find(struct tmpfs *fs, uint64_t nid, struct tree_node **parent)
{
	struct tree_node **link = &fs->by_nid.root;

	*parent = NULL;
	while (*link) {
		uint64_t other = lower_of(*link)->origin.lower.nid;

		if (nid == other)
			break;
		*parent = *link;
		link = nid < other ? &(*link)->left : &(*link)->right;
	}
	return link;
}

/* Takes a node out of the table whose place another one with its number may have taken. fs->lock is held. */
static void table_remove(struct tmpfs *fs, struct tmpfs_origin *origin)
{
	struct tree_node *parent;

	if (*table_find(fs, origin->lower.nid, &parent) == &origin->by_nid)
		tree_remove(&fs->by_nid, &origin->by_nid);
}

static struct tmpfs_node *table_get(struct tmpfs *fs, uint64_t nid)
{
	struct tmpfs_node *node = NULL;
	struct tree_node *parent, **link;

	lock_acquire(&fs->lock);
	link = table_find(fs, nid, &parent);
	if (*link && inode_try_get(&lower_of(*link)->node.inode))
		node = &lower_of(*link)->node;
	lock_release(&fs->lock);
	return node;
}

/* Enters a new node. If another thread was faster, its node is returned, and the new one is the caller's to free. */
static struct tmpfs_node *table_add(struct tmpfs *fs, struct lower_node *new)
{
	struct tmpfs_node *node = &new->node;
	struct tree_node *parent, **link;

	lock_acquire(&fs->lock);
	link = table_find(fs, new->origin.lower.nid, &parent);
	if (*link && inode_try_get(&lower_of(*link)->node.inode)) {
		node = &lower_of(*link)->node;
	} else {
		if (*link) {
			tree_remove(&fs->by_nid, *link);
			link = table_find(fs, new->origin.lower.nid, &parent);
		}
		tree_insert(&fs->by_nid, parent, link, &new->origin.by_nid);
		tmpfs_node_list(fs, node);
	}
	lock_release(&fs->lock);
	return node;
}

static void node_fill(struct tmpfs_node *node)
{
	const struct erofs_inode *lower = &node->origin->lower;
	struct inode *inode = &node->inode;

	inode->ino = lower->nid;
	inode->uid = lower->uid;
	inode->gid = lower->gid;
	inode->nlink = lower->nlink ? lower->nlink : 1;
	inode->size = lower->size;
	inode->blocks = PAGE_ROUND_UP(lower->size) / 512;
	inode->rdev = lower->rdev;
	inode->mtime = (struct timestamp){lower->mtime, lower->mtime_nsec};
	inode->atime = inode->mtime;
	inode->ctime = inode->mtime;
	inode->btime = inode->mtime;
	if (INODE_IS(inode, S_IFREG))
		node->data.lower_pages = PAGE_ROUND_UP(lower->size) / PAGE_BYTES;
}

int overlay_node(struct tmpfs *fs, uint64_t nid, struct tmpfs_node **out)
{
	struct lower_node *new;
	int error;

	*out = table_get(fs, nid);
	if (*out)
		return 0;
	new = heap_new(struct lower_node);
	if (!new)
		return -ENOMEM;
	error = erofs_inode(&fs->lower, nid, &new->origin.lower);
	if (error) {
		heap_free(new);
		return error;
	}
	inode_init(&new->node.inode, &fs->super, new->origin.lower.mode);
	new->node.origin = &new->origin;
	node_fill(&new->node);
	tmpfs_node_init(&new->node);
	*out = table_add(fs, new);
	if (*out != &new->node)
		heap_free(new);
	return 0;
}

void overlay_forget(struct tmpfs_node *node)
{
	struct tmpfs *fs = tmpfs_of(node);

	if (!node->origin)
		return;
	lock_acquire(&fs->lock);
	table_remove(fs, node->origin);
	lock_release(&fs->lock);
}

void overlay_pin(struct tmpfs_node *node)
{
	struct tmpfs *fs = tmpfs_of(node);

	/* Without a name, only those who have it open can ever see it. */
	if (!node->origin || !node->inode.nlink)
		return;
	lock_acquire(&fs->lock);
	if (!node->origin->pinned) {
		node->origin->pinned = true;
		inode_get(&node->inode);
	}
	lock_release(&fs->lock);
}

void overlay_unpin(struct tmpfs_node *node)
{
	struct tmpfs *fs = tmpfs_of(node);
	bool pinned;

	if (!node->origin)
		return;
	lock_acquire(&fs->lock);
	pinned = node->origin->pinned;
	node->origin->pinned = false;
	lock_release(&fs->lock);
	if (pinned)
		inode_put(&node->inode);
}

int overlay_has(const struct tmpfs_node *dir, const struct name *name, uint64_t *nid)
{
	int error;

	if (!dir->origin)
		return 0;
	error = erofs_lookup(&tmpfs_of(dir)->lower, &dir->origin->lower, name->text, name->length, nid, NULL);
	if (error == -ENOENT)
		return 0;
	return error ? error : 1;
}

static bool is_dots(const struct erofs_entry *entry)
{
	return entry->name[0] == '.' && (entry->length == 1 || (entry->length == 2 && entry->name[1] == '.'));
}

int overlay_next(const struct tmpfs_node *dir, uint64_t *cookie, struct erofs_entry *entry)
{
	int found;

	if (!dir->origin)
		return 0;
	while ((found = erofs_readdir(&tmpfs_of(dir)->lower, &dir->origin->lower, cookie, entry)) > 0) {
		struct name name = name_make(entry->name, entry->length);

		if (!is_dots(entry) && !tmpfs_entry_find(dir, &name))
			break;
	}
	return found;
}

long overlay_readlink(const struct tmpfs_node *node, char *out, size_t size)
{
	const struct erofs_inode *lower = &node->origin->lower;
	struct erofs_run run;
	size_t done = 0;
	int error;

	if (size > lower->size)
		size = lower->size;
	for (; done < size; done += run.bytes) {
		error = erofs_data(&tmpfs_of(node)->lower, lower, done, &run);
		if (error || !run.data)
			return error ? error : -EUCLEAN;
		if (run.bytes > size - done)
			run.bytes = size - done;
		memcpy(out + done, run.data, run.bytes);
	}
	return (long)lower->size;
}

int overlay_new(const void *image, uint64_t bytes, struct super **out)
{
	struct tmpfs *fs = tmpfs_super_new("overlay", "overlay");
	struct tmpfs_node *root;
	int error;

	if (!fs)
		return -ENOMEM;
	fs->super.magic = OVERLAYFS_SUPER_MAGIC;
	error = erofs_open(&fs->lower, image, bytes);
	if (!error)
		error = overlay_node(fs, fs->lower.root_nid, &root);
	if (!error && !INODE_IS(&root->inode, S_IFDIR)) {
		inode_put(&root->inode);
		error = -EUCLEAN;
	}
	if (error) {
		heap_free(fs);
		return error;
	}
	/* Behind every number that the image can have. */
	fs->next_ino = bytes / EROFS_BLOCK_BYTES * (EROFS_BLOCK_BYTES / 32) + 1;
	fs->super.root = &root->inode;
	*out = &fs->super;
	return 0;
}
