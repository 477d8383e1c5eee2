/* Pipes and FIFOs as files: opening, polling, closing, and their size. */
#include <asm-generic/ioctls.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/fs/pipe.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

#define PIPEFS_MAGIC 0x50495045
#define PIPEFS_DEVICE 14 /* major 0, as Linux's anonymous devices */
#define EVENTS_GONE (EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM | EPOLLERR | EPOLLHUP)

static struct super pipe_super = {
	.type = "pipefs",
	.source = "pipe:",
	.options = "",
	.device = PIPEFS_DEVICE,
	.magic = PIPEFS_MAGIC,
};

static unsigned file_flags(const struct file *file)
{
	unsigned flags = __atomic_load_n(&file->flags, __ATOMIC_RELAXED);

	return (flags & O_NONBLOCK ? PIPE_NONBLOCK : 0) | (flags & O_DIRECT ? PIPE_PACKET : 0);
}

static long pipe_file_read(struct file *file, struct io *io, uint64_t *position)
{
	(void)position;
	return pipe_read(file->data, io, file_flags(file));
}

static long pipe_file_write(struct file *file, struct io *io, uint64_t *position)
{
	(void)position;
	return pipe_write(file->data, io, file_flags(file));
}

static long pipe_file_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	if (request != FIONREAD)
		return -ENOTTY;
	return put_user_u32(argument, (uint32_t)pipe_bytes(file->data));
}

static unsigned pipe_file_poll(struct file *file, struct poll_entry *entry)
{
	struct pipe *pipe = file->data;
	unsigned events = 0;

	if (FILE_READABLE(file))
		poll_add(entry, &pipe->readers);
	if (FILE_WRITABLE(file))
		poll_add(entry, &pipe->writers);
	lock_acquire(&pipe->lock);
	if (FILE_READABLE(file)) {
		if (!pipe_is_empty(pipe))
			events |= EPOLLIN | EPOLLRDNORM;
		/* A FIFO opened without waiting has not hung up before its first writer came. */
		if (!pipe->writer_count && file->data_word != pipe->writers_ever)
			events |= EPOLLHUP;
	}
	if (FILE_WRITABLE(file)) {
		if (!pipe_is_full(pipe))
			events |= EPOLLOUT | EPOLLWRNORM;
		if (!pipe->reader_count)
			events |= EPOLLERR;
	}
	lock_release(&pipe->lock);
	return events;
}

/* One file less is open on the pipe of the inode; the last one takes the pipe with it. */
static void inode_pipe_put(struct inode *inode, struct pipe *pipe)
{
	bool last;

	lock_acquire(&inode->lock);
	last = --pipe->files == 0;
	if (last)
		inode->pipe = NULL;
	lock_release(&inode->lock);
	if (last)
		pipe_free(pipe);
}

static struct pipe *inode_pipe_get(struct inode *inode)
{
	struct pipe *pipe;

	lock_acquire(&inode->lock);
	if (!inode->pipe)
		inode->pipe = pipe_alloc();
	pipe = inode->pipe;
	if (pipe)
		pipe->files++;
	lock_release(&inode->lock);
	return pipe;
}

static void pipe_file_release(struct file *file)
{
	struct pipe *pipe = file->data;
	bool one_side;

	lock_acquire(&pipe->lock);
	pipe_set(&pipe->reader_count, pipe->reader_count - FILE_READABLE(file));
	pipe_set(&pipe->writer_count, pipe->writer_count - FILE_WRITABLE(file));
	one_side = !pipe->reader_count != !pipe->writer_count;
	lock_release(&pipe->lock);
	if (one_side) {
		pipe_wake(&pipe->readers, EVENTS_GONE);
		pipe_wake(&pipe->writers, EVENTS_GONE);
	}
	inode_pipe_put(file->inode, pipe);
}

static long pipe_file_control(struct file *file, int command, uint64_t argument)
{
	switch (command) {
	case F_GETPIPE_SZ:
		return pipe_get_bytes(file);
	case F_SETPIPE_SZ:
		return pipe_set_bytes(file, (uint32_t)argument);
	default:
		return -EINVAL;
	}
}

static const struct file_ops pipe_file_ops = {
	.read = pipe_file_read,
	.write = pipe_file_write,
	.ioctl = pipe_file_ioctl,
	.poll = pipe_file_poll,
	.control = pipe_file_control,
	.release = pipe_file_release,
};

struct pipe *pipe_of(const struct file *file)
{
	return file->ops == &pipe_file_ops ? file->data : NULL;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* Waiting until the other side is, or was meanwhile, opened: a count of opens that moves. */
struct partner {
	const uint32_t *opens;
	uint32_t before;
};

static bool partner_came(void *data)
{
	const struct partner *partner = data;

	return __atomic_load_n(partner->opens, __ATOMIC_ACQUIRE) != partner->before;
}

/* Counts the file in; `wait` says what it has to wait for, if anything. The pipe is locked. */
static int open_count(struct pipe *pipe, struct file *file, bool is_fifo, struct partner *wait)
{
	bool reads = FILE_READABLE(file), writes = FILE_WRITABLE(file);

	if (is_fifo && writes && !reads && file->flags & O_NONBLOCK && !pipe->reader_count)
		return -ENXIO;
	pipe_set(&pipe->reader_count, pipe->reader_count + reads);
	pipe_set(&pipe->writer_count, pipe->writer_count + writes);
	__atomic_fetch_add(&pipe->readers_ever, reads, __ATOMIC_RELEASE);
	__atomic_fetch_add(&pipe->writers_ever, writes, __ATOMIC_RELEASE);
	if (!is_fifo || (reads && writes))
		return 0;
	if (reads && !pipe->writer_count) {
		if (file->flags & O_NONBLOCK)
			file->data_word = pipe->writers_ever;
		else
			*wait = (struct partner){&pipe->writers_ever, pipe->writers_ever};
	}
	if (writes && !pipe->reader_count)
		*wait = (struct partner){&pipe->readers_ever, pipe->readers_ever};
	return 0;
}

int fifo_open(struct file *file)
{
	bool is_fifo = file->inode->super != &pipe_super;
	struct partner wait = {0};
	struct pipe *pipe;
	int error;

	/* A pipe of the host's: standard input or output. */
	if (file->ops && file->ops->open)
		return file->ops->open(file);
	pipe = inode_pipe_get(file->inode);
	if (!pipe)
		return -ENOMEM;
	file->data_word = 0;
	lock_acquire(&pipe->lock);
	error = open_count(pipe, file, is_fifo, &wait);
	lock_release(&pipe->lock);
	if (error) {
		inode_pipe_put(file->inode, pipe);
		return error;
	}
	pipe_wake(&pipe->readers, 0);
	pipe_wake(&pipe->writers, 0);
	file->data = pipe;
	if (wait.opens &&
	    wait_until(FILE_READABLE(file) ? &pipe->readers : &pipe->writers, partner_came, &wait, WAIT_FOREVER)) {
		pipe_file_release(file);
		file->data = NULL;
		return -ERESTARTSYS;
	}
	file->ops = &pipe_file_ops;
	return 0;
}

static void pipe_inode_release(struct inode *inode)
{
	heap_free(inode);
}

static const struct inode_ops pipe_inode_ops = {.setattr = inode_setattr, .release = pipe_inode_release};

/* A name like pipe:[7] for a new pipe. *out holds a reference. */
static int pipe_dentry_new(struct dentry **out)
{
	struct inode *inode = heap_new(struct inode);
	char name[32];
	int error;

	if (!inode)
		return -ENOMEM;
	inode_init(inode, &pipe_super, S_IFIFO | 0600);
	inode->ino = inode_number_new();
	inode->ops = &pipe_inode_ops;
	inode->uid = process_current()->credentials.fsuid;
	inode->gid = process_current()->credentials.fsgid;
	text_format(name, sizeof(name), "pipe:[%lu]", inode->ino);
	error = dentry_anonymous(name, inode, out);
	inode_put(inode);
	return error;
}

int pipe_new(unsigned flags, struct file **read_end, struct file **write_end)
{
	struct path path;
	int error = pipe_dentry_new(&path.dentry);

	if (error)
		return error;
	error = file_open_path(&path, O_RDONLY | (flags & O_NONBLOCK), read_end);
	if (!error) {
		error = file_open_path(&path, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)), write_end);
		if (error)
			file_put(*read_end);
	}
	dentry_put(path.dentry);
	return error;
}
