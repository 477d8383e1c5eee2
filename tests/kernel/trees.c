/* File systems in memory for tests: see trees.h. */
#include "tests/kernel/trees.h"

#include <linux/errno.h>

#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mm/mm.h"
#include "kernel/task/process.h"
#include "kernel/vfs/cache.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/locks.h"

unsigned trees_changes;
uint64_t trees_change_offset, trees_change_bytes;
void (*trees_on_change)(void);

static struct super *last;

void mm_file_changed(struct inode *inode, uint64_t offset, uint64_t bytes)
{
	bug_on(lock_is_held(&inode->lock));
	trees_changes++;
	trees_change_offset = offset;
	trees_change_bytes = bytes;
	if (trees_on_change)
		trees_on_change();
}

static int mount_last(const char *path)
{
	int error = mount_add(last, path);

	if (error)
		tmpfs_free(last);
	return error;
}

int trees_mount_tmpfs(const char *path, uint64_t max_bytes)
{
	int error = tmpfs_new("test", max_bytes, &last);

	return error ? error : mount_last(path);
}

int trees_mount_overlay(const void *image, uint64_t bytes, const char *path)
{
	int error = overlay_new(image, bytes, &last);

	return error ? error : mount_last(path);
}

void trees_forget(void)
{
	tree_lock();
	/* Directories go after what is in them. */
	while (dentry_cache_shrink(SIZE_MAX))
		;
	tree_unlock();
}

/* The kernel never unmounts: its list of mounts is taken apart by hand. */
void trees_unmount(void)
{
	struct mount *mount = list_entry(mounts.prev, struct mount, list);

	bug_on(mount->super != last);
	trees_forget();
	list_remove(&mount->list);
	mount->root->covers->mounted = NULL;
	dentry_put(mount->root->covers);
	mount->root->covers = NULL;
	dentry_put(mount->root);
	heap_free(mount);
	trees_forget();
	tmpfs_free(last);
}

size_t trees_nodes(void)
{
	return container_of(last, struct tmpfs, super)->nodes_count;
}

int trees_map(int fd, uint64_t offset, bool write, const void **where, uint64_t *bytes)
{
	struct file *file = fd_get(fd);
	struct mapping_source source = {0};
	enum mapping_kind kind;
	uint64_t host_offset;
	int error = file->ops->map(file, &source);

	if (!error)
		error = source.page(file, offset, write, &kind, &host_offset, bytes);
	if (!error && kind == MAPPING_ARENA)
		*where = arena_pointer(host_offset);
	else if (!error && kind == MAPPING_IMAGE)
		*where = container_of(file->inode->super, struct tmpfs, super)->lower.image + host_offset;
	fd_put(file);
	if (error)
		return error;
	return kind == MAPPING_ARENA ? TREES_ARENA : kind == MAPPING_IMAGE ? TREES_IMAGE : TREES_ZERO;
}

uint64_t trees_map_nid(int fd)
{
	struct file *file = fd_get(fd);
	struct mapping_source source = {0};

	bug_on(file->ops->map(file, &source) != 0);
	fd_put(file);
	return source.nid;
}

int trees_map_writable(int fd, bool add)
{
	struct file *file = fd_get(fd);
	struct mapping_source source = {0};
	int error = file->ops->map(file, &source);

	if (!error && add)
		error = source.writable_add(file->inode);
	else if (!error)
		source.writable_remove(file->inode);
	fd_put(file);
	return error;
}

void trees_pin(int fd)
{
	struct file *file = fd_get(fd);

	tmpfs_pin(file->inode);
	fd_put(file);
}

void trees_unpin(int fd)
{
	struct file *file = fd_get(fd);

	tmpfs_unpin(file->inode);
	fd_put(file);
}

size_t trees_peek(int fd, uint64_t position, size_t bytes, const void **data)
{
	struct file *file = fd_get(fd);
	size_t found = tmpfs_peek(file->inode, position, bytes, data);

	fd_put(file);
	return found;
}

void trees_locks(char *out, size_t size)
{
	struct text text = {0};

	locks_show(&text);
	bug_on(text.length >= size);
	memcpy(out, text.data, text.length);
	out[text.length] = 0;
	text_clear(&text);
}

#define PROCESSES 16

static struct fd_table *first_files;
static struct thread *first_thread;
static struct process processes[PROCESSES];
static struct thread threads[PROCESSES];

void trees_share_descriptors(void)
{
	first_files = process_current()->files;
	first_thread = current;
}

void trees_become_process(int pid)
{
	if (pid == 0) {
		arch_thread_current = first_thread;
		return;
	}
	processes[pid] = (struct process){.pid = pid, .thread_count = 1, .files = first_files};
	threads[pid] = (struct thread){.self = &threads[pid], .process = &processes[pid]};
	arch_thread_current = &threads[pid];
}

void trees_process_closes(int pid, int fd)
{
	struct file *file = fd_get(fd);

	locks_release_process(file->inode, &processes[pid]);
	fd_put(file);
}
