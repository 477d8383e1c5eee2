/* /proc/PID's links: exe, cwd, root, ns/, and fd/ with fdinfo/. */
#include <linux/errno.h>

#include "kernel/fs/nsfs.h"
#include "kernel/fs/proc.h"
#include "kernel/lib/string.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"

#define DELETED " (deleted)"

long proc_path_text(const struct path *path, char *out, size_t size)
{
	char buffer[PATH_BYTES_MAX];
	const struct path *root = &process_current()->root;
	char *text;
	long error = path_text(path, root, buffer, sizeof(buffer) - sizeof(DELETED), &text);
	size_t length;

	if (error == -ENAMETOOLONG)
		return error;
	if (dentry_is_unlinked(path->dentry))
		memcpy(buffer + sizeof(buffer) - sizeof(DELETED) - 1, DELETED, sizeof(DELETED));
	length = strlen(text);
	memcpy(out, text, length < size ? length : size);
	return (long)length;
}

/* --- places ------------------------------------------------------------------------------------------------------- */

/* A copy of one of the process's places, with a reference: -ESRCH, -EACCES, -ENOENT. */
static int place_get(const struct pseudo_node *node, size_t offset, struct path *out)
{
	struct process *process = proc_process(node);

	if (!process)
		return -ESRCH;
	if (!process_may_look_into(process)) {
		process_put(process);
		return -EACCES;
	}
	lock_acquire(&process->lock);
	*out = *(struct path *)(void *)((char *)process + offset);
	if (out->dentry)
		dentry_get(out->dentry);
	lock_release(&process->lock);
	process_put(process);
	return out->dentry ? 0 : -ENOENT;
}

static long place_text(const struct pseudo_node *node, size_t offset, char *out, size_t size)
{
	struct path place;
	long length = place_get(node, offset, &place);

	if (length)
		return length;
	length = proc_path_text(&place, out, size);
	path_put(&place);
	return length;
}

#define PLACE(what, field)                                                                                             \
	long proc_##what##_target(const struct pseudo_node *node, char *out, size_t size)                              \
	{                                                                                                              \
		return place_text(node, offsetof(struct process, field), out, size);                                   \
	}                                                                                                              \
                                                                                                                       \
	int proc_##what##_follow(const struct pseudo_node *node, struct path *out)                                     \
	{                                                                                                              \
		return place_get(node, offsetof(struct process, field), out);                                          \
	}

PLACE(exe, executable)
PLACE(cwd, directory)
PLACE(root, root)

/* --- descriptors -------------------------------------------------------------------------------------------------- */

int proc_fd_next(const struct pseudo_node *dir, int from)
{
	struct process *process = proc_process(dir);
	struct fd_table *table = process ? proc_files(process) : NULL;
	int next = -1;

	if (table) {
		next = fd_table_next(table, from);
		fd_table_put(table);
	}
	process_put(process);
	return next;
}

/* The file behind a node, with a reference, or NULL. */
static struct file *fd_file(const struct pseudo_node *node)
{
	struct process *process = proc_process(node);
	struct fd_table *table = process ? proc_files(process) : NULL;
	struct file *file = NULL;

	if (table) {
		file = fd_table_file(table, node->number);
		fd_table_put(table);
	}
	process_put(process);
	return file;
}

static long fd_target(const struct pseudo_node *node, char *out, size_t size)
{
	struct file *file = fd_file(node);
	long length;

	if (!file)
		return -ENOENT;
	length = proc_path_text(&file->path, out, size);
	file_put(file);
	return length;
}

static int fd_follow(const struct pseudo_node *node, struct path *out)
{
	struct file *file = fd_file(node);

	if (!file)
		return -ENOENT;
	*out = file->path;
	dentry_get(out->dentry);
	file_put(file);
	return 0;
}

/* How the file is open. */
static uint32_t fd_permissions(const struct pseudo_node *node)
{
	struct file *file = fd_file(node);
	uint32_t bits = 0;

	if (!file)
		return 0;
	if (FILE_READABLE(file))
		bits |= S_IRUSR | S_IXUSR;
	if (FILE_WRITABLE(file))
		bits |= S_IWUSR | S_IXUSR;
	file_put(file);
	return bits;
}

static int show_fdinfo(const struct pseudo_node *node, struct text *text)
{
	struct file *file = fd_file(node);
	bool is_mine = node->pid == process_current()->pid;
	unsigned flags;

	if (!file)
		return -ENOENT;
	flags = file->flags | (is_mine && fd_flags(node->number) > 0 ? O_CLOEXEC : 0);
	text_print(text, "pos:\t%lu\nflags:\t0%o\nmnt_id:\t%lu\nino:\t%lu\n", file->position, flags,
		   file->inode->super ? file->inode->super->device : 0, file->inode->ino);
	if (file->ops->show)
		file->ops->show(file, text);
	file_put(file);
	return 0;
}

const struct pseudo_entry proc_fd_entry[] = {
	{.name = "", .mode = S_IFLNK | 0700, .target = fd_target, .follow = fd_follow, .permissions = fd_permissions},
};
const struct pseudo_entry proc_fdinfo_entry[] = {PSEUDO_FILE("", show_fdinfo)};

/* --- namespaces --------------------------------------------------------------------------------------------------- */

#define NAMESPACE(kind, which)                                                                                         \
	static long kind##_target(const struct pseudo_node *node, char *out, size_t size)                              \
	{                                                                                                              \
		(void)node;                                                                                            \
		return (long)nsfs_text(which, out, size);                                                              \
	}                                                                                                              \
	static int kind##_follow(const struct pseudo_node *node, struct path *out)                                     \
	{                                                                                                              \
		(void)node;                                                                                            \
		return nsfs_place(which, out);                                                                         \
	}

NAMESPACE(cgroup, NSFS_CGROUP)
NAMESPACE(ipc, NSFS_IPC)
NAMESPACE(mnt, NSFS_MNT)
NAMESPACE(net, NSFS_NET)
NAMESPACE(pid, NSFS_PID)
NAMESPACE(time, NSFS_TIME)
NAMESPACE(user, NSFS_USER)
NAMESPACE(uts, NSFS_UTS)

#define NAMESPACE_ENTRY(text, kind)                                                                                    \
	{                                                                                                              \
		.name = (text), .mode = S_IFLNK | 0777, .target = kind##_target, .follow = kind##_follow               \
	}

const struct pseudo_entry proc_namespace_entries[] = {
	NAMESPACE_ENTRY("cgroup", cgroup),
	NAMESPACE_ENTRY("ipc", ipc),
	NAMESPACE_ENTRY("mnt", mnt),
	NAMESPACE_ENTRY("net", net),
	NAMESPACE_ENTRY("pid", pid),
	NAMESPACE_ENTRY("pid_for_children", pid),
	NAMESPACE_ENTRY("time", time),
	NAMESPACE_ENTRY("time_for_children", time),
	NAMESPACE_ENTRY("user", user),
	NAMESPACE_ENTRY("uts", uts),
	{0},
};
