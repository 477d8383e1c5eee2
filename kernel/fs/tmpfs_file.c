/* Regular files of tmpfs and overlay, opened: reading, writing, seeking. See tmpfs_node.h. */
#include <linux/fs.h>

#include "kernel/fs/overlay.h"
#include "kernel/fs/tmpfs_node.h"
#include "kernel/vfs/file.h"

/* Copies out what lies in a row at the position: how much; less than `left` ends the read. -EFAULT, -EUCLEAN. */
static long run_read(struct tmpfs_node *node, struct io *io, uint64_t position, uint64_t size)
{
	uint64_t left = size - position < io->left ? size - position : io->left;
	struct tmpfs_run run;
	size_t done;
	int error = tmpfs_run_at(node, position, &run);

	if (error)
		return error;
	if (run.bytes > left)
		run.bytes = left;
	done = run.data ? io_put(io, run.data, run.bytes) : io_put_zero(io, run.bytes);
	return done || !run.bytes ? (long)done : -EFAULT;
}

/* Whether every byte is still the image's: reading them then takes no lock. */
static bool is_pristine(const struct tmpfs_node *node)
{
	return node->origin && !__atomic_load_n(&node->origin->data_changed, __ATOMIC_ACQUIRE);
}

static long lower_read(struct tmpfs_node *node, struct io *io, uint64_t position)
{
	const struct erofs_inode *lower = &node->origin->lower;
	struct erofs_run run;
	uint64_t left = lower->size - position < io->left ? lower->size - position : io->left;
	size_t done;
	int error = erofs_data(&tmpfs_of(node)->lower, lower, position, &run);

	if (error)
		return error;
	if (run.bytes > left)
		run.bytes = left;
	done = run.data ? io_put(io, run.data, run.bytes) : io_put_zero(io, run.bytes);
	return done ? (long)done : -EFAULT;
}

static long tmpfs_read(struct file *file, struct io *io, uint64_t *position)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);
	bool pristine = is_pristine(node);
	long done = 0, part = 1;
	uint64_t size;

	if (!pristine)
		lock_acquire(&node->inode.lock);
	size = pristine ? node->origin->lower.size : node->inode.size;
	while (io->left && *position < size && part > 0) {
		part = pristine ? lower_read(node, io, *position) : run_read(node, io, *position, size);
		if (part > 0) {
			*position += (uint64_t)part;
			done += part;
		}
	}
	if (!pristine)
		lock_release(&node->inode.lock);
	return done || part > 0 ? done : part;
}

/* Fills pages from the position on, as far as they lie in a row: bytes written, -ENOSPC, -ENOMEM, -EFAULT. */
static long run_write(struct tmpfs_node *node, struct io *io, uint64_t position, struct tmpfs_change *change)
{
	uint64_t page = position / PAGE_BYTES, offset = position % PAGE_BYTES, bytes;
	/* No pages for bytes that are not there to be copied. */
	size_t done, there = io_get_probe(io, io->left);
	uint8_t *pages;
	long count;

	if (!there)
		return -EFAULT;
	count = tmpfs_pages_own(node, page, PAGE_ROUND_UP(offset + there) / PAGE_BYTES, &pages, change);
	if (count < 0)
		return count;
	bytes = (uint64_t)count * PAGE_BYTES - offset;
	if (bytes > there)
		bytes = there;
	done = io_get(io, pages + offset, bytes);
	if (position + done > node->inode.size)
		tmpfs_size_set(node, position + done, change);
	return done ? (long)done : -EFAULT;
}

/* What seals allow of a write, shortening it: whole pages up to the end of the file go through, as on Linux. */
static int seals_check(const struct tmpfs_node *node, struct io *io, uint64_t position)
{
	uint64_t size = node->inode.size;

	if (node->data.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	if (!(node->data.seals & F_SEAL_GROW) || (position <= size && io->left <= size - position))
		return 0;
	if (PAGE_ROUND_DOWN(size) <= position)
		return -EPERM;
	io->left = PAGE_ROUND_DOWN(size) - position;
	return 0;
}

/* The part of a write that is done under the lock. */
static long write_locked(struct tmpfs_node *node, struct file *file, struct io *io, uint64_t *position,
			 struct tmpfs_change *change)
{
	long done = 0, part = file_write_begin(file, io, position);

	if (!part)
		part = seals_check(node, io, *position);
	if (!part)
		part = tmpfs_tail_clear(node, *position, change);
	if (part)
		return part;
	tmpfs_data_touch(node);
	do {
		part = run_write(node, io, *position, change);
		if (part > 0) {
			*position += (uint64_t)part;
			done += part;
		}
	} while (io->left && part > 0);
	return done ? done : part;
}

static long tmpfs_write(struct file *file, struct io *io, uint64_t *position)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);
	struct tmpfs_change change = {0};
	long done;

	if (!io->left)
		return 0;
	lock_acquire(&node->inode.lock);
	done = write_locked(node, file, io, position, &change);
	lock_release(&node->inode.lock);
	tmpfs_changed(node, &change);
	return done;
}

/* The next position from `position` on that is data, or a hole: the size if there is none. -EUCLEAN. */
static long part_find(struct tmpfs_node *node, uint64_t position, bool data)
{
	uint64_t size = node->inode.size;
	struct tmpfs_run run;

	while (position < size) {
		int error = tmpfs_run_at(node, position, &run);

		if (error)
			return error;
		if ((run.data != NULL) == data)
			return (long)position;
		position = run.bytes < size - position ? position + run.bytes : size;
	}
	return (long)size;
}

static long tmpfs_seek(struct file *file, int64_t offset, int whence)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);
	long found = -ENXIO;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return file_seek_generic(file, offset, whence);
	lock_acquire(&node->inode.lock);
	if (offset >= 0 && (uint64_t)offset < node->inode.size) {
		found = part_find(node, (uint64_t)offset, whence == SEEK_DATA);
		if (whence == SEEK_DATA && found == (long)node->inode.size)
			found = -ENXIO;
	}
	lock_release(&node->inode.lock);
	if (found >= 0)
		file->position = (uint64_t)found;
	return found;
}

static int tmpfs_truncate(struct file *file, uint64_t size)
{
	return tmpfs_resize(tmpfs_node(file->inode), size, true);
}

/* There is nothing below to write to. */
static int tmpfs_sync(struct file *file)
{
	(void)file;
	return 0;
}

static void tmpfs_file_release(struct file *file)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);

	if (!FILE_WRITABLE(file))
		return;
	lock_acquire(&node->inode.lock);
	tmpfs_extents_trim(&node->data);
	lock_release(&node->inode.lock);
}

const struct file_ops tmpfs_regular_file_ops = {
	.read = tmpfs_read,
	.write = tmpfs_write,
	.seek = tmpfs_seek,
	.map = tmpfs_map,
	.sync = tmpfs_sync,
	.truncate = tmpfs_truncate,
	.allocate = tmpfs_allocate,
	.control = tmpfs_control,
	.release = tmpfs_file_release,
};

/* Any offset may be sought to: readdir makes sense of all. */
static long directory_seek(struct file *file, int64_t offset, int whence)
{
	int64_t base = whence == SEEK_CUR ? (int64_t)file->position : 0;

	if (whence != SEEK_CUR && whence != SEEK_SET)
		return -EINVAL;
	if (__builtin_add_overflow(base, offset, &offset) || offset < 0)
		return -EINVAL;
	file->position = (uint64_t)offset;
	return offset;
}

const struct file_ops tmpfs_directory_file_ops = {
	.seek = directory_seek,
	.sync = tmpfs_sync,
};
