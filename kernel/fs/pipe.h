/*
 * Pipes and FIFOs: a ring of pages, as Linux has them, so that the same writes fit and the same ones block. See
 * pipe(7).
 *
 * A pipe belongs to its inode (inode->pipe) while files are open on it. Locks: pipe->lock guards everything here; it is
 * held during copies from and to application memory, never while waiting. Of two pipes the one with the lower address
 * is locked first.
 */
#ifndef KERNEL_FS_PIPE_H
#define KERNEL_FS_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/lock.h"
#include "kernel/lib/pages.h"
#include "kernel/vfs/spin.h"
#include "kernel/vfs/wait.h"

struct file;
struct io;
struct inode;

#define PIPE_SLOTS_DEFAULT 16
#define PIPE_BYTES_MAX 1048576 /* /proc/sys/fs/pipe-max-size */
#define PIPE_SPARE_PAGES 2

struct pipe_slot {
	uint8_t *page;
	uint16_t offset;
	uint16_t length;
	bool packet; /* a read takes nothing behind it */
	bool apart;  /* no further bytes are added: packets, and what was spliced */
};

struct pipe {
	struct lock lock;
	struct wait_queue readers; /* who waits for bytes, or for a writer */
	struct wait_queue writers; /* who waits for room, or for a reader */
	struct spin reads;         /* where, and what waiting for them is worth */
	struct spin writes;
	struct pipe_slot *slots;
	uint32_t slot_count; /* a power of two */
	/* Words that are looked at without the lock (pipe_wait.c) change through pipe_set. */
	uint32_t head; /* slots ever filled; modulo slot_count: the next free one */
	uint32_t tail; /* slots ever emptied: the first used one */
	uint8_t *spare[PIPE_SPARE_PAGES];
	uint32_t reader_count; /* files open for reading */
	uint32_t writer_count;
	uint32_t readers_ever; /* opens for reading: what an open for writing waits for */
	uint32_t writers_ever;
	uint32_t files; /* open files; guarded by the inode's lock */
};

/* The pipe of a file, NULL if it is none. */
struct pipe *pipe_of(const struct file *file);

/* Both ends of a new pipe, one reference each. flags: O_NONBLOCK, O_DIRECT. -ENOMEM, -ENFILE. */
int pipe_new(unsigned flags, struct file **read_end, struct file **write_end);

/*
 * Opens a FIFO: `file` is a new file on an inode of that kind, flags and path set. Takes over file->ops, data and
 * data_word. Blocks
 * as fifo(7) says: -ENXIO, -ERESTARTSYS, -ENOMEM; then the file is as it was.
 */
int fifo_open(struct file *file);

enum {
	PIPE_NONBLOCK = 1,
	PIPE_PACKET = 2,    /* write: each page is a packet (O_DIRECT) */
	PIPE_NO_SIGNAL = 4, /* write: the caller sends SIGPIPE, or nobody does */
};

/* As read(2) and write(2) on a pipe, errors included: -EAGAIN, -EPIPE (after SIGPIPE), -EFAULT, -ERESTARTSYS. */
long pipe_read(struct pipe *pipe, struct io *io, unsigned flags);
long pipe_write(struct pipe *pipe, struct io *io, unsigned flags);
/*
 * As pipe_write, for pages that Linux would take as they are: each of them takes a slot, however little of it there is.
 * `into`: where in its page the first byte is.
 */
long pipe_write_pages(struct pipe *pipe, struct io *io, size_t into, unsigned flags);

/*
 * For splice(2) and tee(2). pipe_peek copies what is there without taking it out (0: empty), pipe_discard takes out.
 * pipe_pass has up to `bytes` in another pipe, too, or instead (without `keep`): how many, 0 if nothing is there,
 * -EAGAIN if nothing fits, -EPIPE after SIGPIPE, -ENOMEM; it does not wait. The waits return 1 if there is something
 * (room), 0 at the end (nobody writes any more), -EAGAIN, -ERESTARTSYS; for room -EPIPE after SIGPIPE.
 */
long pipe_pass(struct pipe *in, struct pipe *out, uint64_t bytes, unsigned flags, bool keep);
long pipe_peek(struct pipe *pipe, struct io *io);
void pipe_discard(struct pipe *pipe, size_t bytes);
int pipe_wait_bytes(struct pipe *pipe, unsigned flags);
int pipe_wait_room(struct pipe *pipe, unsigned flags);

/* F_GETPIPE_SZ and F_SETPIPE_SZ: the capacity, -EBADF if it is no pipe, -EPERM, -EBUSY, -EINVAL, -ENOMEM. */
long pipe_get_bytes(const struct file *file);
long pipe_set_bytes(struct file *file, uint64_t bytes);

/* --- between the pipe's own files --------------------------------------------------------------------------------- */

#define PIPE_EVENTS_READABLE (EPOLLIN | EPOLLRDNORM)
#define PIPE_EVENTS_WRITABLE (EPOLLOUT | EPOLLWRNORM)

struct pipe *pipe_alloc(void);
void pipe_free(struct pipe *pipe);
size_t pipe_bytes(struct pipe *pipe);
/* A page for a slot; NULL: no memory. The pipe is locked. */
uint8_t *pipe_page_take(struct pipe *pipe);
/* Waits until there may be bytes, or no writer; until there may be room, or no reader. Not 0: a signal came. */
int pipe_readable_await(struct pipe *pipe);
int pipe_writable_await(struct pipe *pipe);
/* Nobody reads: sends SIGPIPE, unless the flags say otherwise; -EPIPE. */
int pipe_broken(unsigned flags);

static inline void pipe_set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline bool pipe_is_empty(const struct pipe *pipe)
{
	return pipe->head == pipe->tail;
}

static inline bool pipe_is_full(const struct pipe *pipe)
{
	return pipe->head - pipe->tail >= pipe->slot_count;
}

static inline struct pipe_slot *pipe_slot(struct pipe *pipe, uint32_t index)
{
	return &pipe->slots[index & (pipe->slot_count - 1)];
}

/* Skips the wake if nobody waits: conditions are checked under the pipe's lock, which the caller has just released. */
static inline void pipe_wake(struct wait_queue *queue, unsigned events)
{
	if (!wait_queue_is_empty(queue))
		wait_queue_wake(queue, events);
}

#endif
