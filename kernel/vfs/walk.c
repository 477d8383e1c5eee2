/*
 * The walk itself. It costs one lock and, where everything is in the cache, no reference: entries of the cache stay
 * while
 * the tree lock is held, and a start is kept by whoever has it (path_replace: roots and working directories too).
 */
#include "kernel/vfs/walk.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

int walk_jump_to_root(struct walk *walk)
{
	if (walk->flags & WALK_BENEATH)
		return -EXDEV;
	if (walk->flags & WALK_NO_MOUNTS && walk->root->inode->super != walk->at->inode->super)
		return -EXDEV;
	walk->at = walk->root;
	dentry_put(walk->pinned);
	walk->pinned = NULL;
	return 0;
}

static int walk_start_at(struct walk *walk, int dirfd, bool empty)
{
	if (dirfd == AT_FDCWD) {
		walk->at = process_current()->directory.dentry;
		return 0;
	}
	walk->start = fd_get_any(dirfd);
	if (!walk->start)
		return -EBADF;
	walk->at = walk->start->path.dentry;
	return empty || INODE_IS(walk->at->inode, S_IFDIR) ? 0 : -ENOTDIR;
}

int walk_begin(struct walk *walk, int dirfd, const char *text, unsigned flags)
{
	bool scoped = flags & (WALK_BENEATH | WALK_IN_ROOT);
	int error = 0;

	*walk = (struct walk){.rest = text, .flags = flags};
	tree_lock();
	walk->root = process_current()->root.dentry;
	walk->at = walk->root;
	if (*text == '\0' && !(flags & WALK_EMPTY))
		error = -ENOENT;
	else if (*text == '/' && flags & WALK_BENEATH)
		error = -EXDEV;
	else if (*text != '/' || scoped)
		error = walk_start_at(walk, dirfd, *text == '\0');
	if (!error && scoped)
		walk->root = walk->at;
	if (!error && *text == '/')
		error = walk_jump_to_root(walk);
	if (error)
		walk_end(walk);
	return error;
}

void walk_end(struct walk *walk)
{
	struct file *start = walk->start;

	while (walk->links) {
		struct link_text *link = walk->links;

		walk->links = link->outer;
		heap_free(link);
	}
	dentry_put(walk->pinned);
	tree_unlock();
	if (start)
		fd_put(start);
}

void walk_set(struct walk *walk, struct dentry *dentry, struct dentry *pin)
{
	struct dentry *old = walk->pinned;

	walk->at = dentry;
	walk->pinned = pin;
	dentry_put(old);
}

static int walk_up(struct walk *walk)
{
	struct dentry *dentry = walk->at;

	if (dentry == walk->root)
		return walk->flags & WALK_BENEATH ? -EXDEV : 0;
	while (dentry->covers) {
		if (walk->flags & WALK_NO_MOUNTS)
			return -EXDEV;
		dentry = dentry->covers;
		if (dentry == walk->root)
			break;
	}
	if (dentry != walk->root)
		dentry = dentry_top(dentry->parent);
	/* What pinned us may be all that kept the parent. */
	if (walk->pinned)
		dentry_get(dentry);
	walk_set(walk, dentry, walk->pinned ? dentry : NULL);
	return 0;
}

/* A component that is in the cache and has nothing special about it: without touching a reference. */
static bool walk_enter_quickly(struct walk *walk)
{
	struct dentry *child = dentry_find(walk->at, &walk->name);

	if (!child || !child->inode || child->mounted || INODE_IS(child->inode, S_IFLNK))
		return false;
	walk_set(walk, child, NULL);
	return true;
}

int walk_component(struct walk *walk, bool follow)
{
	struct dentry *child;
	int error;

	if (walk->last == WALK_LAST_DOT)
		return 0;
	if (walk->last == WALK_LAST_DOT_DOT)
		return walk_up(walk);
	if (walk_enter_quickly(walk))
		return 0;
	error = dentry_lookup(walk->at, &walk->name, &child);
	if (error)
		return error;
	return walk_enter(walk, child, follow);
}

/* Most directories may be searched by all. */
static int search_permission(struct inode *dir, unsigned flags)
{
	if (!INODE_IS(dir, S_IFDIR))
		return -ENOTDIR;
	if ((dir->mode & 0111) == 0111 && !dir->ops->refresh)
		return 0;
	return flags & WALK_REAL_IDS ? inode_permission_real(dir, MAY_EXEC) : inode_permission(dir, MAY_EXEC);
}

static void take_component(struct walk *walk)
{
	const char *start = walk->rest, *at = start;

	while (*at != '\0' && *at != '/')
		at++;
	walk->name = name_make(start, (size_t)(at - start));
	walk->trailing_slash = *at == '/';
	while (*at == '/')
		at++;
	walk->rest = at;
	walk->last = WALK_LAST_NAME;
	if (start[0] == '.' && walk->name.length == 1)
		walk->last = WALK_LAST_DOT;
	else if (start[0] == '.' && start[1] == '.' && walk->name.length == 2)
		walk->last = WALK_LAST_DOT_DOT;
}

bool walk_is_exhausted(struct walk *walk)
{
	while (*walk->rest == '\0') {
		struct link_text *link = walk->links;

		if (!link)
			return true;
		walk->rest = link->rest;
		walk->links = link->outer;
		heap_free(link);
	}
	return false;
}

static bool is_last_component(const struct walk *walk)
{
	const struct link_text *link = walk->links;

	if (*walk->rest != '\0')
		return false;
	while (link && *link->rest == '\0')
		link = link->outer;
	return !link;
}

int walk_to_parent(struct walk *walk)
{
	for (;;) {
		int error;

		while (*walk->rest == '/')
			walk->rest++;
		if (walk_is_exhausted(walk)) {
			walk->last = WALK_LAST_ROOT;
			return 0;
		}
		error = search_permission(walk->at->inode, walk->flags);
		if (error)
			return error;
		take_component(walk);
		if (is_last_component(walk)) {
			/* For what a link that is followed leads to, too. */
			if (walk->trailing_slash)
				walk->flags |= WALK_DIRECTORY | WALK_FOLLOW;
			return 0;
		}
		error = walk_component(walk, true);
		if (error < 0)
			return error;
	}
}

int walk_to_end(struct walk *walk)
{
	do {
		int error = walk_to_parent(walk);

		if (!error && walk->last != WALK_LAST_ROOT)
			error = walk_component(walk, walk->flags & WALK_FOLLOW);
		if (error < 0)
			return error;
	} while (!walk_is_exhausted(walk));
	if (walk->flags & WALK_DIRECTORY && !INODE_IS(walk->at->inode, S_IFDIR))
		return -ENOTDIR;
	return 0;
}
