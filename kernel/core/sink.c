/*
 * Where a core dump goes: a file of the guest, or the supervisor, who takes it out of the arena piece by piece, as the
 * kernel asks him by messages on the control channel (abi/kernel.h).
 */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "kernel/core/parts.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/io.h"
#include "kernel/vfs/open.h"

#define ANSWER_NONE UINT32_MAX

/* One dump at a time goes to the supervisor, one piece after the other. Both are futexes. */
static uint32_t is_busy;
static uint32_t answer;

static void turn_take(void)
{
	while (__atomic_exchange_n(&is_busy, 1, __ATOMIC_ACQUIRE))
		host_futex_wait_uninterruptible(&is_busy, 1);
}

static void turn_end(void)
{
	__atomic_store_n(&is_busy, 0, __ATOMIC_RELEASE);
	host_futex_wake(&is_busy, 1);
}

void core_answered(uint32_t error)
{
	__atomic_store_n(&answer, error, __ATOMIC_RELEASE);
	host_futex_wake(&answer, 1);
}

/* 0 or -errno. */
static int supervisor_ask(uint32_t step, const void *bytes, size_t count, uint64_t position)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_CORE, .value = (uint32_t)count};
	struct kernel_core piece = {
		.step = step,
		.pid = process_current()->pid,
		.file_offset = position,
		.arena_offset = count ? arena_offset(bytes) : 0,
	};
	uint32_t got = ANSWER_NONE;
	long done;

	memcpy(message.bytes, &piece, sizeof(piece));
	__atomic_store_n(&answer, ANSWER_NONE, __ATOMIC_RELAXED);
	do
		done = host_write(kernel_boot()->control_fd, &message, sizeof(message));
	while (done == -EINTR);
	if (done < 0)
		return -EIO;
	while (got == ANSWER_NONE) {
		host_futex_wait_uninterruptible(&answer, ANSWER_NONE);
		got = __atomic_load_n(&answer, __ATOMIC_ACQUIRE);
	}
	return -(int)got;
}

static int supervisor_open(void)
{
	int error;

	turn_take();
	error = supervisor_ask(KERNEL_CORE_BEGIN, NULL, 0, 0);
	if (error)
		turn_end();
	return error;
}

/* Only into a file that is the process's own and has no other name: core(5). */
static int file_make(struct file **file)
{
	const struct open_request request = {.flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_LARGEFILE,
					     .mode = 0600};
	int error = file_open(AT_FDCWD, "core", &request, file);
	struct inode *inode;

	if (error)
		return error;
	inode = (*file)->inode;
	if (!INODE_IS(inode, S_IFREG) || inode->nlink != 1 || inode->uid != process_current()->credentials.fsuid)
		error = -EPERM;
	else
		error = dentry_truncate((*file)->path.dentry, 0);
	if (error)
		file_put(*file);
	return error;
}

int core_sink_open(struct core_sink *sink)
{
	return kernel_boot()->takes_cores ? supervisor_open() : file_make(&sink->file);
}

static int piece_write(struct core_sink *sink, const void *bytes, size_t count)
{
	struct io io;
	long done;

	if (!sink->file)
		return supervisor_ask(KERNEL_CORE_PIECE, bytes, count, sink->position);
	io_kernel(&io, (void *)(uintptr_t)bytes, count);
	done = file_write_at(sink->file, &io, sink->position);
	if (done < 0)
		return (int)done;
	return (size_t)done < count ? -ENOSPC : 0;
}

void core_sink_write(struct core_sink *sink, const void *bytes, size_t count)
{
	const char *next = bytes;

	while (count && !sink->error && sink->position < sink->limit) {
		size_t piece = count < KERNEL_CORE_PIECE_BYTES ? count : KERNEL_CORE_PIECE_BYTES;

		if (piece > sink->limit - sink->position)
			piece = sink->limit - sink->position;
		sink->error = piece_write(sink, next, piece);
		sink->position += piece;
		next += piece;
		count -= piece;
	}
	if (count && !sink->error)
		sink->error = -EFBIG;
}

void core_sink_skip(struct core_sink *sink, uint64_t count)
{
	sink->position = count < sink->limit - sink->position ? sink->position + count : sink->limit;
}

/* The end may have been skipped. */
void core_sink_close(struct core_sink *sink)
{
	if (sink->file) {
		if (!sink->error)
			(void)dentry_truncate(sink->file->path.dentry, sink->position);
		file_put(sink->file);
		return;
	}
	(void)supervisor_ask(KERNEL_CORE_END, NULL, 0, sink->position);
	turn_end();
}
