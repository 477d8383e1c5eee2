/*
 * The ring of a pipe: what read and write do. Which write fits where is decided exactly as Linux's fs/pipe.c
 * documents.
 */
#include "kernel/fs/pipe.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/io.h"

struct pipe *pipe_alloc(void)
{
	struct pipe *pipe = heap_new(struct pipe);

	if (!pipe)
		return NULL;
	pipe->slots = heap_alloc(PIPE_SLOTS_DEFAULT * sizeof(*pipe->slots));
	if (!pipe->slots) {
		heap_free(pipe);
		return NULL;
	}
	pipe->slot_count = PIPE_SLOTS_DEFAULT;
	wait_queue_init(&pipe->readers);
	wait_queue_init(&pipe->writers);
	return pipe;
}

void pipe_free(struct pipe *pipe)
{
	for (; !pipe_is_empty(pipe); pipe->tail++)
		pages_free(pipe_slot(pipe, pipe->tail)->page, 1);
	for (unsigned i = 0; i < PIPE_SPARE_PAGES; i++)
		if (pipe->spare[i])
			pages_free(pipe->spare[i], 1);
	heap_free(pipe->slots);
	heap_free(pipe);
}

size_t pipe_bytes(struct pipe *pipe)
{
	size_t bytes = 0;

	lock_acquire(&pipe->lock);
	for (uint32_t at = pipe->tail; at != pipe->head; at++)
		bytes += pipe_slot(pipe, at)->length;
	lock_release(&pipe->lock);
	return bytes;
}

uint8_t *pipe_page_take(struct pipe *pipe)
{
	for (unsigned i = 0; i < PIPE_SPARE_PAGES; i++) {
		uint8_t *page = pipe->spare[i];

		if (page) {
			pipe->spare[i] = NULL;
			return page;
		}
	}
	return pages_alloc(1);
}

static void page_give_back(struct pipe *pipe, uint8_t *page)
{
	for (unsigned i = 0; i < PIPE_SPARE_PAGES; i++) {
		if (!pipe->spare[i]) {
			pipe->spare[i] = page;
			return;
		}
	}
	pages_free(page, 1);
}

static void slot_advance(struct pipe *pipe, struct pipe_slot *slot, size_t bytes)
{
	slot->offset += bytes;
	slot->length -= bytes;
	if (slot->length)
		return;
	page_give_back(pipe, slot->page);
	pipe_set(&pipe->tail, pipe->tail + 1);
}

/* Moves what is there, or up to the end of a packet. `*done` grows; -EFAULT. */
static int ring_read(struct pipe *pipe, struct io *io, long *done)
{
	while (io->left && !pipe_is_empty(pipe)) {
		struct pipe_slot *slot = pipe_slot(pipe, pipe->tail);
		size_t bytes = slot->length < io->left ? slot->length : io->left;
		bool packet = slot->packet;

		if (io_put(io, slot->page + slot->offset, bytes) < bytes)
			return -EFAULT;
		*done += (long)bytes;
		slot_advance(pipe, slot, packet ? slot->length : bytes);
		if (packet)
			break;
	}
	return 0;
}

long pipe_read(struct pipe *pipe, struct io *io, unsigned flags)
{
	long done = 0;
	int error = 0;

	if (!io->left)
		return 0;
	for (;;) {
		bool was_full, at_end;

		lock_acquire(&pipe->lock);
		was_full = pipe_is_full(pipe);
		error = ring_read(pipe, io, &done);
		spin_note(&pipe->reads);
		was_full = was_full && !pipe_is_full(pipe);
		at_end = !pipe->writer_count;
		lock_release(&pipe->lock);
		if (was_full)
			pipe_wake(&pipe->writers, PIPE_EVENTS_WRITABLE);
		if (done || error || at_end)
			return done ? done : error;
		if (flags & PIPE_NONBLOCK)
			return -EAGAIN;
		if (pipe_readable_await(pipe))
			return -ERESTARTSYS;
	}
}

/* The odd bytes of a write go behind the last ones, if all of them fit there. */
static int ring_merge(struct pipe *pipe, struct io *io, long *done)
{
	size_t bytes = io->left % PAGE_BYTES;
	struct pipe_slot *last;

	if (!bytes || pipe_is_empty(pipe))
		return 0;
	last = pipe_slot(pipe, pipe->head - 1);
	if (last->apart || last->offset + last->length + bytes > PAGE_BYTES)
		return 0;
	if (io_get(io, last->page + last->offset + last->length, bytes) < bytes)
		return -EFAULT;
	last->length += bytes;
	*done += (long)bytes;
	return 0;
}

/* How the bytes of a write are laid out. */
struct layout {
	bool mergeable; /* the odd bytes may go behind others */
	bool packet;
	bool apart;
	size_t into; /* so much is missing of the first page */
};

static int ring_append(struct pipe *pipe, struct io *io, struct layout *layout, long *done)
{
	while (io->left && !pipe_is_full(pipe)) {
		struct pipe_slot *slot = pipe_slot(pipe, pipe->head);
		size_t room = PAGE_BYTES - layout->into;
		size_t bytes = io->left < room ? io->left : room;
		uint8_t *page = pipe_page_take(pipe);

		if (!page)
			return -ENOMEM;
		if (io_get(io, page, bytes) < bytes) {
			page_give_back(pipe, page);
			return -EFAULT;
		}
		*slot = (struct pipe_slot){
			.page = page, .length = (uint16_t)bytes, .packet = layout->packet, .apart = layout->apart};
		pipe_set(&pipe->head, pipe->head + 1);
		*done += (long)bytes;
		layout->into = 0;
	}
	return 0;
}

static long ring_write(struct pipe *pipe, struct io *io, struct layout *layout, unsigned flags)
{
	long done = 0;
	int error = 0;

	if (!io->left)
		return 0;
	for (bool first = true;; first = false) {
		bool broken;

		lock_acquire(&pipe->lock);
		broken = !pipe->reader_count;
		if (!broken && first && layout->mergeable)
			error = ring_merge(pipe, io, &done);
		if (!broken && !error)
			error = ring_append(pipe, io, layout, &done);
		spin_note(&pipe->writes);
		lock_release(&pipe->lock);
		/* An edge for edge-triggered readers even if nothing fitted, as in Linux. */
		if (!broken)
			pipe_wake(&pipe->readers, PIPE_EVENTS_READABLE);
		else
			error = pipe_broken(flags);
		if (error || !io->left)
			return done ? done : error;
		if (flags & PIPE_NONBLOCK)
			return done ? done : -EAGAIN;
		if (pipe_writable_await(pipe))
			return done ? done : -ERESTARTSYS;
	}
}

long pipe_write(struct pipe *pipe, struct io *io, unsigned flags)
{
	struct layout layout = {.mergeable = true, .packet = flags & PIPE_PACKET, .apart = flags & PIPE_PACKET};

	return ring_write(pipe, io, &layout, flags);
}

long pipe_write_pages(struct pipe *pipe, struct io *io, size_t into, unsigned flags)
{
	struct layout layout = {.apart = true, .into = into};

	return ring_write(pipe, io, &layout, flags);
}

long pipe_peek(struct pipe *pipe, struct io *io)
{
	long done = 0;
	int error = 0;

	lock_acquire(&pipe->lock);
	for (uint32_t at = pipe->tail; at != pipe->head && io->left && !error; at++) {
		const struct pipe_slot *slot = pipe_slot(pipe, at);
		size_t bytes = slot->length < io->left ? slot->length : io->left;

		if (io_put(io, slot->page + slot->offset, bytes) < bytes)
			error = -EFAULT;
		else
			done += (long)bytes;
	}
	lock_release(&pipe->lock);
	return done ? done : error;
}

void pipe_discard(struct pipe *pipe, size_t bytes)
{
	lock_acquire(&pipe->lock);
	while (bytes && !pipe_is_empty(pipe)) {
		struct pipe_slot *slot = pipe_slot(pipe, pipe->tail);
		size_t part = slot->length < bytes ? slot->length : bytes;

		bytes -= part;
		slot_advance(pipe, slot, part);
	}
	lock_release(&pipe->lock);
	pipe_wake(&pipe->writers, PIPE_EVENTS_WRITABLE);
}
