/* /dev/null, /dev/zero and /dev/full: see null(4), full(4). */
#include <linux/errno.h>

#include "kernel/fs/dev.h"
#include "kernel/mm/mm.h"
#include "kernel/vfs/device.h"

#define MEMORY_MAJOR 1

static long null_read(struct file *file, struct io *io, uint64_t *position)
{
	(void)file;
	(void)io;
	(void)position;
	return 0;
}

static long null_write(struct file *file, struct io *io, uint64_t *position)
{
	size_t bytes = io->left;

	(void)file;
	(void)position;
	io->left = 0;
	return (long)bytes;
}

static long null_seek(struct file *file, int64_t offset, int whence)
{
	(void)offset;
	(void)whence;
	file->position = 0;
	return 0;
}

static long zero_read(struct file *file, struct io *io, uint64_t *position)
{
	size_t wanted = io->left, bytes = io_put_zero(io, wanted);

	(void)file;
	(void)position;
	return bytes || !wanted ? (long)bytes : -EFAULT;
}

static int zero_map(struct file *file, struct mapping_source *source)
{
	(void)file;
	*source = (struct mapping_source){.kind = MAPPING_ZERO};
	return 0;
}

static long full_write(struct file *file, struct io *io, uint64_t *position)
{
	(void)file;
	(void)io;
	(void)position;
	return -ENOSPC;
}

static const struct file_ops null_ops = {
	.no_splice = true,
	.read = null_read,
	.write = null_write,
	.seek = null_seek,
};
static const struct file_ops zero_ops = {
	.read = zero_read,
	.write = null_write,
	.seek = null_seek,
	.map = zero_map,
};
static const struct file_ops full_ops = {.read = zero_read, .write = full_write, .seek = null_seek};

int dev_memory_init(void)
{
	int error = device_register(MEMORY_MAJOR, 3, &null_ops, NULL);

	if (!error)
		error = device_register(MEMORY_MAJOR, 5, &zero_ops, NULL);
	return error ? error : device_register(MEMORY_MAJOR, 7, &full_ops, NULL);
}
