/* process_vm_readv, process_vm_writev: bytes between the calling process's memory and another one's. */
#include <linux/errno.h>
#include <linux/uio.h>

#include "kernel/lib/heap.h"
#include "kernel/mm/user.h"
#include "kernel/ptrace/memory.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/io.h"

struct transfer {
	struct io local;
	struct process *process;
	void *buffer;
	size_t buffer_bytes;
	bool write;
};

/* Part of a remote segment, no more than the buffer holds; how much of it was moved, or -errno. */
static long piece_move(struct transfer *transfer, uint64_t address, size_t bytes)
{
	long moved;

	if (transfer->write) {
		bytes = io_get(&transfer->local, transfer->buffer, bytes);
		return bytes ? memory_access(transfer->process, address, transfer->buffer, bytes, true, false) : 0;
	}
	moved = memory_access(transfer->process, address, transfer->buffer, bytes, false, false);
	return moved > 0 ? (long)io_put(&transfer->local, transfer->buffer, (size_t)moved) : moved;
}

/* As much as can be moved; an error only if that is nothing. */
static long segment_move(struct transfer *transfer, const struct iovec *remote)
{
	uint64_t address = (uint64_t)(uintptr_t)remote->iov_base;
	size_t left = remote->iov_len < transfer->local.left ? remote->iov_len : transfer->local.left;
	size_t done = 0;

	while (left) {
		size_t bytes = left < transfer->buffer_bytes ? left : transfer->buffer_bytes;
		long moved = piece_move(transfer, address + done, bytes);

		if (moved < 0)
			return done ? (long)done : moved;
		done += (size_t)moved;
		left -= (size_t)moved;
		if ((size_t)moved < bytes)
			break;
	}
	return (long)done;
}

static long segments_move(struct transfer *transfer, user_t vector, uint64_t count)
{
	uint64_t total = 0;

	for (uint64_t i = 0; i < count && transfer->local.left; i++) {
		struct iovec remote;
		size_t wanted;
		long moved;

		if (copy_from_user(&remote, vector + i * sizeof(remote), sizeof(remote)) < 0)
			return total ? (long)total : -EFAULT;
		wanted = remote.iov_len < transfer->local.left ? remote.iov_len : transfer->local.left;
		moved = segment_move(transfer, &remote);
		if (moved < 0)
			return total ? (long)total : moved;
		total += (uint64_t)moved;
		if ((size_t)moved < wanted)
			return total ? (long)total : -EFAULT;
	}
	return (long)total;
}

/* The process is there, and the caller may. */
static long transfer_run(struct transfer *transfer, user_t vector, uint64_t count)
{
	long result;

	if (!transfer->local.left)
		return 0;
	transfer->buffer_bytes = transfer->local.left < MEMORY_PIECE_BYTES ? transfer->local.left : MEMORY_PIECE_BYTES;
	transfer->buffer = heap_alloc(transfer->buffer_bytes);
	if (!transfer->buffer)
		return -ENOMEM;
	result = segments_move(transfer, vector, count);
	heap_free(transfer->buffer);
	return result == -EINTR ? -ERESTARTNOINTR : result;
}

static long process_vm(const struct arguments *args, bool write)
{
	struct transfer transfer = {.write = write};
	long result;

	if (ARG_ULONG(args, 5) != 0 || ARG_ULONG(args, 4) > IO_SEGMENTS_MAX)
		return -EINVAL;
	result = io_import(&transfer.local, ARG_USER(args, 1), ARG_ULONG(args, 2));
	if (result)
		return result;
	transfer.process = process_find_by_thread(ARG_INT(args, 0));
	if (!transfer.process)
		result = -ESRCH;
	else if (!process_may_look_into(transfer.process))
		result = -EPERM;
	else
		result = transfer_run(&transfer, ARG_USER(args, 3), ARG_ULONG(args, 4));
	process_put(transfer.process);
	io_end(&transfer.local);
	return result;
}

SYSCALL(process_vm_readv)
{
	return process_vm(args, false);
}

SYSCALL(process_vm_writev)
{
	return process_vm(args, true);
}
