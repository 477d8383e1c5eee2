/* Reading directories, and being in one. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/lib/string.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/notify.h"

/* --- getdents ----------------------------------------------------------------------------------------------------- */

/* What an entry starts with; names follow, padded to 8 bytes. The old one ends in the type, behind the name's NUL. */
struct entry_head {
	uint64_t ino;
	uint64_t next_offset;
	uint16_t bytes;
	uint8_t type; /* getdents64 only: the name starts one byte earlier without */
};

#define ENTRY_ALIGN 8ul
#define NAME_AT_64 19ul
#define NAME_AT 18ul

struct entry_sink {
	struct directory_sink sink;
	user_t to;
	size_t left;
	size_t done;
	int error;
	bool old; /* getdents rather than getdents64 */
};

static bool entry_add(struct directory_sink *base, const char *name, size_t length, uint64_t ino, uint8_t type,
		      uint64_t next_offset)
{
	struct entry_sink *sink = container_of(base, struct entry_sink, sink);
	size_t name_at = sink->old ? NAME_AT : NAME_AT_64;
	/* The old entry has a byte more, for the type. */
	size_t bytes = (name_at + length + 1 + sink->old + ENTRY_ALIGN - 1) & ~(ENTRY_ALIGN - 1);
	struct {
		struct entry_head head;
		char room[NAME_AT + 255 + 2 + ENTRY_ALIGN];
	} entry;
	char *text = (char *)&entry;

	if (bytes > sink->left || length > 255) {
		if (sink->done == 0)
			sink->error = -EINVAL;
		return false;
	}
	memset(text, 0, bytes);
	entry.head.ino = ino;
	entry.head.next_offset = next_offset;
	entry.head.bytes = (uint16_t)bytes;
	if (sink->old)
		text[bytes - 1] = (char)type;
	else
		entry.head.type = type;
	memcpy(text + name_at, name, length);
	if (copy_to_user(sink->to + sink->done, text, bytes)) {
		sink->error = -EFAULT;
		return false;
	}
	sink->done += bytes;
	sink->left -= bytes;
	return true;
}

/* The number of the directory that ".." leads to, through mounts. */
static uint64_t parent_number(const struct dentry *dentry)
{
	while (dentry->covers)
		dentry = dentry->covers;
	return dentry->parent->inode->ino;
}

static long entries_read(struct file *file, struct directory_sink *sink)
{
	struct inode *dir = file->inode;
	long result;

	if (dentry_is_unlinked(file->path.dentry))
		return -ENOENT;
	lock_acquire(&file->position_lock);
	if (file->ops->readdir)
		result = file->ops->readdir(file, sink);
	else
		result = dir->ops->readdir(dir, &file->position, parent_number(file->path.dentry), sink);
	lock_release(&file->position_lock);
	inode_accessed(dir, file->atime_due);
	notify_file(file, IN_ACCESS);
	return result;
}

static long getdents_common(const struct arguments *args, bool old)
{
	struct entry_sink sink = {
		.sink.add = entry_add,
		.to = ARG_USER(args, 1),
		.left = ARG_UINT(args, 2),
		.old = old,
	};
	struct file *file = fd_get(ARG_INT(args, 0));
	long result = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (INODE_IS(file->inode, S_IFDIR) && (file->ops->readdir || file->inode->ops->readdir))
		result = entries_read(file, &sink.sink);
	fd_put(file);
	if (result < 0)
		return result;
	return sink.done ? (long)sink.done : sink.error;
}

SYSCALL(getdents)
{
	return getdents_common(args, true);
}

SYSCALL(getdents64)
{
	return getdents_common(args, false);
}

/* --- working directory and root ----------------------------------------------------------------------------------- */

SYSCALL(chdir)
{
	struct path path;
	int error = path_walk_user(AT_FDCWD, ARG_USER(args, 0), WALK_FOLLOW | WALK_DIRECTORY, &path);

	if (error)
		return error;
	error = inode_permission(path.dentry->inode, MAY_EXEC);
	if (!error)
		path_replace(&process_current()->directory, &path);
	path_put(&path);
	return error;
}

SYSCALL(fchdir)
{
	struct file *file = fd_get_any(ARG_INT(args, 0));
	int error = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (INODE_IS(file->inode, S_IFDIR))
		error = inode_permission(file->inode, MAY_EXEC);
	if (!error)
		path_replace(&process_current()->directory, &file->path);
	fd_put(file);
	return error;
}

SYSCALL(chroot)
{
	struct path path;
	int error = path_walk_user(AT_FDCWD, ARG_USER(args, 0), WALK_FOLLOW | WALK_DIRECTORY, &path);

	if (error)
		return error;
	error = inode_permission(path.dentry->inode, MAY_EXEC);
	if (!error && !process_capable(CAP_SYS_CHROOT))
		error = -EPERM;
	if (!error)
		path_replace(&process_current()->root, &path);
	path_put(&path);
	return error;
}

#define UNREACHABLE "(unreachable)"

static long directory_text(struct path *directory, struct path *root, char *buffer, char **text)
{
	/* Room in front for what is said of a directory outside the root. */
	const size_t room = sizeof(UNREACHABLE) - 1;
	long length = path_text(directory, root, buffer + room, PATH_BYTES_MAX - room, text);

	if (length != -ENOENT || dentry_is_unlinked(directory->dentry))
		return length;
	*text -= room;
	memcpy(*text, UNREACHABLE, room);
	return buffer + PATH_BYTES_MAX - *text;
}

SYSCALL(getcwd)
{
	struct process *process = process_current();
	char buffer[PATH_BYTES_MAX], *text;
	struct path directory, root;
	long length;

	lock_acquire(&process->lock);
	directory = process->directory;
	root = process->root;
	dentry_get(directory.dentry);
	dentry_get(root.dentry);
	lock_release(&process->lock);
	length = directory_text(&directory, &root, buffer, &text);
	path_put(&directory);
	path_put(&root);
	if (length < 0)
		return length;
	if ((uint64_t)length > ARG_ULONG(args, 1))
		return -ERANGE;
	return copy_to_user(ARG_USER(args, 0), text, (size_t)length) ? -EFAULT : length;
}
