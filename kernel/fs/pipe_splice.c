/* From pipe to pipe: what splice(2) and tee(2) do, slot by slot as Linux does, so that as much fits and merges. */
#include <linux/errno.h>
#include <linux/eventpoll.h>

#include "kernel/fs/pipe.h"
#include "kernel/lib/string.h"

static void pipes_lock(struct pipe *one, struct pipe *other)
{
	bool in_order = (uintptr_t)one < (uintptr_t)other;

	lock_acquire(in_order ? &one->lock : &other->lock);
	lock_acquire(in_order ? &other->lock : &one->lock);
}

/* The first slot of `in` is the last one of `out`, and can be added to as before. */
static void slot_move(struct pipe *in, struct pipe *out)
{
	*pipe_slot(out, out->head) = *pipe_slot(in, in->tail);
	pipe_set(&in->tail, in->tail + 1);
	pipe_set(&out->head, out->head + 1);
}

/* What Linux has by a second reference to the page, to which only the first one may add. */
static bool slot_copy(const struct pipe_slot *slot, struct pipe *out, size_t bytes)
{
	uint8_t *page = pipe_page_take(out);

	if (!page)
		return false;
	memcpy(page, slot->page + slot->offset, bytes);
	*pipe_slot(out, out->head) = (struct pipe_slot){
		.page = page, .length = (uint16_t)bytes, .packet = slot->packet, .apart = true};
	pipe_set(&out->head, out->head + 1);
	return true;
}

/* Both are locked. */
static long slots_pass(struct pipe *in, struct pipe *out, uint64_t bytes, bool keep)
{
	uint64_t left = bytes;

	for (uint32_t at = in->tail; left && at != in->head && !pipe_is_full(out); at++) {
		struct pipe_slot *slot = pipe_slot(in, at);
		size_t part = slot->length < left ? slot->length : left;

		if (!keep && part == slot->length) {
			slot_move(in, out);
		} else if (!slot_copy(slot, out, part)) {
			return left < bytes ? (long)(bytes - left) : -ENOMEM;
		} else if (!keep) {
			slot->offset += part;
			slot->length -= part;
		}
		left -= part;
	}
	return (long)(bytes - left);
}

long pipe_pass(struct pipe *in, struct pipe *out, uint64_t bytes, unsigned flags, bool keep)
{
	bool broken;
	long done;

	pipes_lock(in, out);
	broken = !out->reader_count;
	done = broken ? 0 : slots_pass(in, out, bytes, keep);
	if (!done && !pipe_is_empty(in))
		done = -EAGAIN;
	lock_release(&in->lock);
	lock_release(&out->lock);
	if (done > 0) {
		pipe_wake(&out->readers, PIPE_EVENTS_READABLE);
		if (!keep)
			pipe_wake(&in->writers, PIPE_EVENTS_WRITABLE);
	}
	return broken ? pipe_broken(flags) : done;
}
