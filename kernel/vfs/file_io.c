/* Reading, writing and seeking below the descriptor. */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/signal.h>

#include "kernel/signal/send.h"
#include "kernel/task/process.h"
#include "kernel/vfs/fd_table.h"
#include "kernel/vfs/notify.h"
#include "kernel/vfs/permission.h"

/* A file used by one descriptor of one thread needs no lock for its position. Lending to several does not count. */
static bool position_lock(struct file *file)
{
	const struct fd_table *table = process_current()->files;
	bool alone = __atomic_load_n(&file->references, __ATOMIC_RELAXED) == 1 &&
		     !(table && __atomic_load_n(&table->shared, __ATOMIC_RELAXED));

	if (alone || !file_has_positions(file))
		return false;
	lock_acquire(&file->position_lock);
	return true;
}

static int read_check(const struct file *file)
{
	if (!FILE_READABLE(file))
		return -EBADF;
	return file->ops->read || INODE_IS(file->inode, S_IFDIR) ? 0 : -EINVAL;
}

/* Positions are signed in the interface: nothing moves past the largest. Files without a position do not care. */
static bool position_is_beyond(const struct file *file, const struct io *io, uint64_t position)
{
	return file_has_positions(file) && position > INT64_MAX - io->left;
}

static long read_from(struct file *file, struct io *io, uint64_t *position)
{
	long done;

	if (position_is_beyond(file, io, *position))
		return -EINVAL;
	if (io->vector && !io->left) {
		notify_file(file, IN_ACCESS);
		return 0;
	}
	if (!file->ops->read)
		return -EISDIR;
	done = file->ops->read(file, io, position);
	/* Linux's readv tells even when there was nothing. */
	if (done > 0 || (done == 0 && io->vector))
		notify_file(file, IN_ACCESS);
	/* Of nothing, at the end, or in vain: it was an access. */
	if (INODE_IS(file->inode, S_IFREG) && !(file->flags & O_NOATIME)) {
		inode_accessed(file->inode, file->atime_due);
		if (file->atime_due)
			file->atime_due = false;
	}
	return done;
}

long file_read(struct file *file, struct io *io)
{
	long result = read_check(file);
	bool locked;

	if (result)
		return result;
	locked = position_lock(file);
	result = read_from(file, io, &file->position);
	if (locked)
		lock_release(&file->position_lock);
	return result;
}

long file_read_at(struct file *file, struct io *io, uint64_t position)
{
	long error = file_has_positions(file) ? read_check(file) : -ESPIPE;

	return error ? error : read_from(file, io, &position);
}

static int write_check(const struct file *file)
{
	if (!FILE_WRITABLE(file))
		return -EBADF;
	return file->ops->write ? 0 : -EINVAL;
}

static long write_to(struct file *file, struct io *io, uint64_t *position)
{
	long done;

	if (position_is_beyond(file, io, *position))
		return -EINVAL;
	if (io->vector && !io->left)
		return 0;
	done = file->ops->write(file, io, position);
	/* Of bytes that the kernel moves from file to file, the call tells that has it done. */
	if (done > 0 && !io->kernel)
		notify_file(file, IN_MODIFY);
	return done;
}

long file_write(struct file *file, struct io *io)
{
	long result = write_check(file);
	uint64_t before;
	bool locked;

	if (result)
		return result;
	locked = position_lock(file);
	before = file->position;
	result = write_to(file, io, &file->position);
	/* Appending looks for the end first: that is no move if nothing comes of it. */
	if (result < 0 && file->position != before)
		file->position = before;
	if (locked)
		lock_release(&file->position_lock);
	return result;
}

long file_write_at(struct file *file, struct io *io, uint64_t position)
{
	long error = file_has_positions(file) ? write_check(file) : -ESPIPE;

	return error ? error : write_to(file, io, &position);
}

int file_write_begin(struct file *file, struct io *io, uint64_t *position)
{
	struct inode *inode = file->inode;
	uint64_t limit = process_limit(RLIMIT_FSIZE);
	uint32_t mode;

	if (io->left == 0)
		return 0;
	if (io->append || (file->flags & O_APPEND && !io->no_append))
		*position = inode->size;
	if (*position >= limit) {
		signal_send_current(SIGXFSZ);
		return -EFBIG;
	}
	if (limit > INT64_MAX)
		limit = INT64_MAX;
	if (*position >= limit)
		return -EFBIG;
	if (io->left > limit - *position)
		io->left = limit - *position;
	mode = mode_after_change(inode);
	/* Seldom another one, and others look at it without the lock. */
	if (mode != inode->mode)
		inode->mode = mode;
	inode->mtime = timestamp_now();
	inode->ctime = inode->mtime;
	return 0;
}

long file_seek(struct file *file, int64_t offset, int whence)
{
	long result;
	bool locked;

	if (!file->ops->seek)
		return -ESPIPE;
	locked = position_lock(file);
	result = file->ops->seek(file, offset, whence);
	if (locked)
		lock_release(&file->position_lock);
	return result;
}

long file_seek_nowhere(struct file *file, int64_t offset, int whence)
{
	(void)offset;
	(void)whence;
	return (long)file->position;
}

long file_seek_generic(struct file *file, int64_t offset, int whence)
{
	int64_t size = (int64_t)file->inode->size;
	int64_t base = 0;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = (int64_t)file->position;
		break;
	case SEEK_END:
		base = size;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		offset = whence == SEEK_HOLE ? size : offset;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return -EINVAL;
	file->position = (uint64_t)base;
	return base;
}
