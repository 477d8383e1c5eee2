/*
 * A walk along a path in steps, for namei.c and for open, which may make the last component. Everything between
 * walk_begin
 * and walk_end happens with the tree lock held.
 */
#ifndef KERNEL_VFS_WALK_H
#define KERNEL_VFS_WALK_H

#include "kernel/vfs/cache.h"

struct file;

/* The text of a symbolic link being walked, and where to go on behind the link. */
struct link_text {
	struct link_text *outer;
	const char *rest;
	char text[];
};

enum walk_last {
	WALK_LAST_ROOT, /* the path ended in slashes only, or was empty */
	WALK_LAST_NAME,
	WALK_LAST_DOT,
	WALK_LAST_DOT_DOT,
};

struct walk {
	struct dentry *at;     /* where we are */
	struct dentry *pinned; /* a reference that keeps `at` alive where the cache or the start does not; or NULL */
	struct dentry *root;   /* where absolute paths start and ".." ends */
	const char *rest;      /* still to go, of the innermost link's text */
	struct link_text *links;
	unsigned links_followed;
	unsigned flags;     /* WALK_* */
	struct file *start; /* of the directory descriptor; or NULL */
	struct name name;   /* the component taken last */
	enum walk_last last;
	bool trailing_slash; /* slashes followed the last component */
};

/* Takes the tree lock and finds the start. -ENOENT (empty path), -EBADF, -ENOTDIR, -EXDEV: then the walk is over. */
int walk_begin(struct walk *walk, int dirfd, const char *text, unsigned flags);
/* To the directory of the last component, which is then in name, last and trailing_slash, not yet looked up. */
int walk_to_parent(struct walk *walk);
/*
 * Goes to a child that was looked up, whose reference is taken over: through mounts and, if `follow`, through a link.
 * 0: we are there. 1: it was a link, its text is yet to be walked. -ENOENT if it is negative, -ELOOP ...
 */
int walk_enter(struct walk *walk, struct dentry *child, bool follow);
/* The last component: ".." and the like, and names that exist. Follows a link if told so, as walk_enter. */
int walk_component(struct walk *walk, bool follow);
/* The last component, too, as the flags say; checks that it is a directory where it must be. */
int walk_to_end(struct walk *walk);
/* Whether nothing is left to walk. Frees the texts of links that are done with. */
bool walk_is_exhausted(struct walk *walk);
void walk_end(struct walk *walk);

/* --- between walk.c and walk_link.c ------------------------------------------------------------------------------- */

/* Leads to a place whose reference, if pin is set, is taken over. */
void walk_set(struct walk *walk, struct dentry *dentry, struct dentry *pin);
/* For absolute paths and links: 0 or -EXDEV. */
int walk_jump_to_root(struct walk *walk);

#endif
