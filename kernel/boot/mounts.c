/* What the command line mounts: see mounts.h. */
#include "kernel/boot/mounts.h"

#include <linux/errno.h>

#include "kernel/boot/refusal.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/names.h"
#include "kernel/vfs/names.h"

static const char *option_name(const struct kernel_mount *mount)
{
	return mount->kind == KERNEL_MOUNT_TMPFS ? "--tmpfs" : "-v";
}

/* Makes what is missing at a path whose folder is there. */
static int node_make(const char *path, uint32_t mode)
{
	struct last_component last;
	int error = path_walk_parent(AT_FDCWD, path, &last);

	if (error)
		return error;
	error = name_make_node(&last, mode, 0, NULL);
	path_put(&last.dir);
	return error;
}

/* The directory at a path, links followed, made as far as it is missing. */
static int directory_make(const char *path, struct path *place)
{
	char text[PATH_BYTES_MAX];
	size_t length = strlen(path);
	int error;

	if (length >= sizeof(text))
		return -ENAMETOOLONG;
	memcpy(text, path, length + 1);
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		text[i] = '\0';
		error = path_walk(AT_FDCWD, text, WALK_FOLLOW | WALK_DIRECTORY, place);
		if (error == -ENOENT)
			error = node_make(text, S_IFDIR | 0755);
		else if (!error && i < length)
			path_put(place);
		if (error)
			return error;
		text[i] = path[i];
	}
	return path_walk(AT_FDCWD, path, WALK_FOLLOW | WALK_DIRECTORY, place);
}

/* The file at a path, likewise. */
static int file_make(const char *path, struct path *place)
{
	char text[PATH_BYTES_MAX];
	const char *slash = strrchr(path, '/');
	int error = path_walk(AT_FDCWD, path, WALK_FOLLOW, place);

	if (error != -ENOENT)
		return error;
	text_format(text, sizeof(text), "%.*s", (int)(slash - path), path);
	error = slash == path ? 0 : directory_make(text, place);
	if (!error && slash != path)
		path_put(place);
	if (!error)
		error = node_make(path, S_IFREG | 0644);
	return error ? error : path_walk(AT_FDCWD, path, WALK_FOLLOW, place);
}

static int super_make(const struct kernel_mount *mount, struct super **super)
{
	int error;

	if (mount->kind == KERNEL_MOUNT_TMPFS) {
		error = tmpfs_new("tmpfs", mount->bytes, super);
		if (!error)
			(*super)->root->mode = S_IFDIR | mount->mode;
		return error;
	}
	error = overlay_new((const void *)(uintptr_t)mount->base, mount->bytes, super);
	if (!error)
		super_protect(*super);
	return error;
}

/* A volume's file on a file; a directory there is left alone. */
static int file_mount(struct super *super, const char *path)
{
	struct name name = name_make(KERNEL_MOUNT_FILE_NAME, strlen(KERNEL_MOUNT_FILE_NAME));
	struct inode *inode;
	struct path place;
	int error;

	tree_lock();
	error = super->root->ops->lookup(super->root, &name, &inode);
	tree_unlock();
	if (error)
		return error;
	error = file_make(path, &place);
	if (!error) {
		error = INODE_IS(place.dentry->inode, S_IFDIR) ? -EISDIR : mount_place(super, inode, &place);
		path_put(&place);
	}
	inode_put(inode);
	return error;
}

static int directory_mount(struct super *super, const char *path)
{
	struct path place;
	int error = directory_make(path, &place);

	if (error)
		return error;
	error = mount_place(super, super->root, &place);
	path_put(&place);
	return error;
}

static int one_mount(const struct kernel_mount *mount)
{
	const char *path = (const char *)(uintptr_t)mount->path;
	struct super *super;
	int error = super_make(mount, &super);

	if (error)
		return error;
	return mount->kind == KERNEL_MOUNT_FILE ? file_mount(super, path) : directory_mount(super, path);
}

void given_mount(struct process *process)
{
	const struct kernel_boot *boot = kernel_boot();
	struct credentials user = process->credentials;

	/* Whoever the program will be: places are made by root, for root. */
	process->credentials.fsuid = process->credentials.fsgid = 0;
	process->credentials.effective = CAPABILITIES_ALL;
	for (uint32_t i = 0; i < boot->mount_count; i++) {
		const struct kernel_mount *mount = &boot->mounts[i];
		int error = one_mount(mount);

		if (error) {
			kernel_log("%s %s: could not be mounted there: %s", option_name(mount),
				   (const char *)(uintptr_t)mount->path, names_error(-error));
			host_exit_group(STATUS_FAILED);
		}
	}
	process->credentials = user;
	if (boot->root_is_read_only)
		super_protect(process->root.dentry->inode->super);
}
