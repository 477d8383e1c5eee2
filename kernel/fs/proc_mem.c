/* /proc/PID/mem: a process's memory as a file, the position being the address. Rules: proc_pid_mem(5). */
#include <linux/errno.h>
#include <linux/fs.h>

#include "kernel/fs/proc.h"
#include "kernel/lib/heap.h"
#include "kernel/ptrace/memory.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/file.h"

static struct process *process_of(const struct file *file)
{
	return proc_process(container_of(file->inode, struct pseudo_node, inode));
}

static int mem_open(struct file *file)
{
	struct process *process = process_of(file);
	int error = !process ? -ESRCH : process_may_look_into(process) ? 0 : -EACCES;

	process_put(process);
	return error;
}

/* One piece through the buffer: bytes moved, or -errno; 0: the process has ended. */
static long piece_move(struct process *process, struct io *io, uint64_t address, void *buffer, size_t bytes, bool write)
{
	long moved;

	if (write && io_get(io, buffer, bytes) < bytes)
		return -EFAULT;
	moved = memory_access(process, address, buffer, bytes, write, true);
	if (moved == -ESRCH)
		return 0;
	if (moved == 0)
		return -EIO;
	if (!write && moved > 0 && io_put(io, buffer, (size_t)moved) < (size_t)moved)
		return -EFAULT;
	return moved;
}

static long mem_move(struct file *file, struct io *io, uint64_t *position, bool write)
{
	struct process *process = process_of(file);
	size_t buffer_bytes = io->left < MEMORY_PIECE_BYTES ? io->left : MEMORY_PIECE_BYTES;
	void *buffer = process && buffer_bytes ? heap_alloc(buffer_bytes) : NULL;
	long done = 0, moved = buffer || !process || !buffer_bytes ? 0 : -ENOMEM;

	while (buffer && io->left) {
		size_t bytes = io->left < buffer_bytes ? io->left : buffer_bytes;

		moved = piece_move(process, io, *position, buffer, bytes, write);
		if (moved <= 0)
			break;
		done += moved;
		*position += (uint64_t)moved;
		if ((size_t)moved < bytes)
			break;
	}
	heap_free(buffer);
	process_put(process);
	return done ? done : moved;
}

static long mem_read(struct file *file, struct io *io, uint64_t *position)
{
	return mem_move(file, io, position, false);
}

static long mem_write(struct file *file, struct io *io, uint64_t *position)
{
	return mem_move(file, io, position, true);
}

static long mem_seek(struct file *file, int64_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += (int64_t)file->position;
	else if (whence != SEEK_SET)
		return -EINVAL;
	file->position = (uint64_t)offset;
	return offset;
}

static const struct file_ops mem_file_ops = {
	.open = mem_open, .read = mem_read, .write = mem_write, .seek = mem_seek, .no_splice = true};

void proc_mem_prepare(struct pseudo_node *node)
{
	node->inode.file_ops = &mem_file_ops;
}
