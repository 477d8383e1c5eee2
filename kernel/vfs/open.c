/* Opening by name. The order of the checks is Linux's: it decides which error is seen. */
#include "kernel/vfs/open.h"

#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/signal/send.h"
#include "kernel/task/process.h"
#include "kernel/vfs/names.h"
#include "kernel/vfs/notify.h"
#include "kernel/vfs/permission.h"
#include "kernel/vfs/walk.h"

#define O_TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

int dentry_truncate(struct dentry *dentry, uint64_t size)
{
	struct inode *inode = dentry->inode;
	struct attributes change = {
		.valid = ATTR_SIZE | ATTR_MTIME,
		.size = size,
		.mtime = timestamp_now(),
	};

	if (inode->executing)
		return -ETXTBSY;
	if (size > process_limit(RLIMIT_FSIZE) && size > inode->size) {
		signal_send_current(SIGXFSZ);
		return -EFBIG;
	}
	change.mode = mode_after_change(inode);
	if (change.mode != inode->mode)
		change.valid |= ATTR_MODE;
	return dentry_setattr(dentry, &change);
}

/* Makes the file that the walk did not find; `child` is its negative dentry. */
static int create_here(const struct walk *walk, struct dentry *child, uint32_t mode)
{
	struct inode *dir = walk->at->inode, *made;
	struct new_inode new;
	int error = name_may_create(walk->at);

	if (error)
		return error;
	if (!dir->ops->create)
		return -EACCES;
	new = new_inode_in(dir, S_IFREG | (mode & 07777));
	error = dir->ops->create(dir, &walk->name, new.mode, new.uid, new.gid, 0, &made);
	if (!error) {
		dentry_made(child, made);
		notify_name(dir, &walk->name, IN_CREATE, 0);
	}
	return error;
}

/*
 * Whether O_CREAT may open what is in the directory already. Linux's may_create_in_sticky, with fs.protected_regular
 * and fs.protected_fifos at their default, 0: others' links, devices and sockets in a directory like /tmp are refused.
 */
static int reopen_check(const struct inode *dir, const struct inode *inode, const struct open_request *request)
{
	if (request->flags & O_EXCL || !(dir->mode & S_ISVTX) || !(dir->mode & S_IWOTH))
		return 0;
	if (INODE_IS(inode, S_IFREG) || INODE_IS(inode, S_IFIFO) || INODE_IS(inode, S_IFDIR))
		return 0;
	return inode->uid == dir->uid || inode->uid == process_current()->credentials.fsuid ? 0 : -EACCES;
}

/* The walk of O_CREAT: where the last name leads to, made if it leads nowhere. */
static int walk_creating(struct walk *walk, const struct open_request *request, bool *created)
{
	bool follow = walk->flags & WALK_FOLLOW;

	do {
		struct dentry *child;
		int error = walk_to_parent(walk);

		if (error)
			return error;
		/* Places that are there, of which no name can be made. */
		if (walk->last == WALK_LAST_ROOT)
			return 0;
		if (walk->last != WALK_LAST_NAME)
			return walk_component(walk, false);
		if (walk->trailing_slash)
			return -EISDIR;
		error = dentry_lookup(walk->at, &walk->name, &child);
		if (error)
			return error;
		if (!child->inode) {
			error = create_here(walk, child, request->mode);
			*created = !error;
		} else if (!follow || !INODE_IS(child->inode, S_IFLNK)) {
			error = reopen_check(walk->at->inode, child->inode, request);
		}
		if (error) {
			dentry_put(child);
			return error;
		}
		error = walk_enter(walk, child, follow);
		if (error < 0)
			return error;
	} while (!walk_is_exhausted(walk));
	return 0;
}

/* O_TMPFILE: the walk found a directory, perhaps a removed one; goes to a new file in it that has no name. */
static int walk_to_new_file(struct walk *walk, const struct open_request *request)
{
	struct inode *dir = walk->at->inode, *made;
	struct new_inode new;
	struct dentry *dentry;
	char text[24];
	struct name name = {.text = text};
	int error = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (error)
		return error;
	if (!dir->ops->tmpfile)
		return -EOPNOTSUPP;
	new = new_inode_in(dir, S_IFREG | (request->mode & 07777));
	error = dir->ops->tmpfile(dir, new.mode, new.uid, new.gid, &made);
	if (error)
		return error;
	made->linkable = !(request->flags & O_EXCL);
	name.length = (uint32_t)text_format(text, sizeof(text), "#%lu", (unsigned long)made->ino);
	dentry = dentry_new(walk->at, &name, made);
	inode_put(made);
	if (!dentry)
		return -ENOMEM;
	dentry->unlinked = true;
	walk_set(walk, dentry, dentry);
	return 0;
}

static int place_find(int dirfd, const char *text, const struct open_request *request, struct path *out, bool *created)
{
	unsigned flags = request->walk;
	struct walk walk;
	int error;

	if (!(request->flags & O_NOFOLLOW) && (request->flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL))
		flags |= WALK_FOLLOW;
	if (request->flags & O_DIRECTORY)
		flags |= WALK_DIRECTORY;
	error = walk_begin(&walk, dirfd, text, flags);
	if (error)
		return error;
	if (request->flags & O_CREAT) {
		error = walk_creating(&walk, request, created);
	} else {
		error = walk_to_end(&walk);
		if (!error && request->flags & O_TMPFILE_BIT) {
			error = walk_to_new_file(&walk, request);
			*created = true;
		}
	}
	if (!error) {
		dentry_get(walk.at);
		out->dentry = walk.at;
	}
	walk_end(&walk);
	return error;
}

static unsigned permissions_wanted(unsigned flags)
{
	static const unsigned by_mode[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};

	return by_mode[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0u);
}

/* Whether the process may open what was there already. */
static int open_check(struct inode *inode, unsigned flags)
{
	unsigned wanted = permissions_wanted(flags);
	int error;

	if (flags & O_CREAT && flags & O_EXCL)
		return -EEXIST;
	if (INODE_IS(inode, S_IFDIR) && flags & O_CREAT)
		return -EISDIR;
	if (flags & O_PATH)
		return 0;
	if (INODE_IS(inode, S_IFLNK))
		return -ELOOP;
	if (INODE_IS(inode, S_IFDIR) && wanted & MAY_WRITE)
		return -EISDIR;
	error = inode_permission(inode, wanted);
	if (error)
		return error;
	return flags & O_NOATIME && !process_owns(inode) ? -EPERM : 0;
}

int file_open(int dirfd, const char *text, const struct open_request *request, struct file **out)
{
	bool created = false;
	struct file *file = file_blank();
	struct path path;
	struct inode *inode;
	int error = file ? place_find(dirfd, text, request, &path, &created) : -ENOMEM;

	if (error) {
		heap_free(file);
		return error;
	}
	inode = path.dentry->inode;
	if (!created)
		error = open_check(inode, request->flags);
	if (error)
		heap_free(file);
	else
		error = file_open_blank(file, &path, request->flags);
	if (!error && !created && request->flags & O_TRUNC && INODE_IS(inode, S_IFREG)) {
		error = dentry_truncate(file->path.dentry, 0);
		if (error)
			file_put(file);
	}
	path_put(&path);
	*out = file;
	return error;
}
