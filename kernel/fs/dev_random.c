/*
 * /dev/random and /dev/urandom: see random(4). Both are always ready: the generator is seeded before the guest
 * starts.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/random.h>

#include "kernel/fs/dev.h"
#include "kernel/lib/random.h"
#include "kernel/task/process.h"
#include "kernel/vfs/device.h"

#define ENTROPY_BITS 256
#define PIECE_BYTES 512

static long random_read(struct file *file, struct io *io, uint64_t *position)
{
	uint8_t piece[PIECE_BYTES];
	long done = 0;

	(void)file;
	(void)position;
	while (io->left) {
		size_t bytes = io->left < sizeof(piece) ? io->left : sizeof(piece), moved;

		random_fill(piece, bytes);
		moved = io_put(io, piece, bytes);
		done += (long)moved;
		if (moved < bytes)
			return done ? done : -EFAULT;
	}
	return done;
}

static long random_write(struct file *file, struct io *io, uint64_t *position)
{
	uint8_t piece[PIECE_BYTES];
	long done = 0;

	(void)file;
	(void)position;
	while (io->left) {
		size_t bytes = io->left < sizeof(piece) ? io->left : sizeof(piece);
		size_t moved = io_get(io, piece, bytes);

		random_mix(piece, moved);
		done += (long)moved;
		if (moved < bytes)
			return done ? done : -EFAULT;
	}
	return done;
}

static long random_seek(struct file *file, int64_t offset, int whence)
{
	(void)file;
	(void)offset;
	(void)whence;
	return 0;
}

static long random_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	(void)file;
	switch (request) {
	case RNDGETENTCNT:
		return put_user_u32(argument, ENTROPY_BITS);
	case RNDADDTOENTCNT:
	case RNDADDENTROPY:
	case RNDZAPENTCNT:
	case RNDCLEARPOOL:
	case RNDRESEEDCRNG:
		return process_capable(CAP_SYS_ADMIN) ? -EOPNOTSUPP : -EPERM;
	default:
		return -EINVAL;
	}
}

static unsigned random_poll(struct file *file, struct poll_entry *entry)
{
	(void)file;
	(void)entry;
	return EPOLLIN | EPOLLRDNORM;
}

static const struct file_ops random_ops = {
	.read = random_read,
	.write = random_write,
	.seek = random_seek,
	.ioctl = random_ioctl,
	.poll = random_poll,
};
static const struct file_ops urandom_ops = {
	.read = random_read,
	.write = random_write,
	.seek = random_seek,
	.ioctl = random_ioctl,
};

int dev_random_init(void)
{
	int error = device_register(1, 8, &random_ops, NULL);

	return error ? error : device_register(1, 9, &urandom_ops, NULL);
}
