/* The net ring: see ring.h. */
#include "tender/hvt/ring.h"

#include "tender/hvt/relax.h"

void ring_init(struct ring *ring, struct hvt_ring *shared, struct hypercall_context *context)
{
	*ring = (struct ring){
		.shared = shared, .memory = &context->memory, .mft = context->mft, .gone = &context->gone};
}

void ring_needs_kick(struct ring *ring, bool needs_kick)
{
	__atomic_store_n(&ring->shared->needs_kick, needs_kick, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void ring_lock(struct ring *ring)
{
	while (__atomic_exchange_n(&ring->lock, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void ring_unlock(struct ring *ring)
{
	__atomic_store_n(&ring->lock, 0, __ATOMIC_RELEASE);
}

static void commit(struct ring *ring, uint32_t id, int32_t ret, uint64_t len)
{
	ring->shared->commits[ring->com_tail & HVT_RING_MASK] = (struct hvt_ring_commit){
		.id = id, .ret = ret, .len = (uint32_t)len};
	__atomic_store_n(&ring->shared->com_tail, ++ring->com_tail, __ATOMIC_RELEASE);
}

static int entry_error(const struct hvt_ring_entry *entry, struct error *error)
{
	return error_set(error, "Invalid guest access: gpa=0x%lx, sz=%u (net ring)", (unsigned long)entry->data,
			 entry->len);
}

static int entry_serve(struct ring *ring, const struct hvt_ring_entry *entry, struct error *error)
{
	const struct mft_entry *device = hypercall_device(ring->mft, entry->handle, MFT_DEV_NET_BASIC);
	uint64_t len = entry->len;

	if (entry->op == HVT_RING_WRITE) {
		const void *frame = memory_readable(ring->memory, gpa(entry->data), len);

		if (!frame)
			return entry_error(entry, error);
		/* Nobody waits for the result: a frame that the host does not take is lost. */
		if (device)
			frame_write(device, frame, len);
		return 0;
	}
	if (entry->op == HVT_RING_READ) {
		void *frame = memory_writable(ring->memory, gpa(entry->data), len);
		int32_t ret = RESULT_EINVAL;
		bool is_gone = false;

		if (!frame)
			return entry_error(entry, error);
		if (device)
			ret = frame_read(device, frame, &len, &is_gone);
		if (is_gone)
			hypercall_forget(ring->gone, entry->handle);
		commit(ring, entry->id, ret, ret == RESULT_OK ? len : 0);
		return 0;
	}
	return error_set(error, "Invalid guest request: op=%u (net ring)", entry->op);
}

/* Room for one more result; a guest that never takes them waits for itself. */
static bool commits_have_room(const struct ring *ring)
{
	uint32_t head = __atomic_load_n(&ring->shared->com_head, __ATOMIC_ACQUIRE);

	return ring->com_tail - head < HVT_RING_ENTRIES;
}

static int entries_serve(struct ring *ring, struct error *error)
{
	uint32_t tail = __atomic_load_n(&ring->shared->ent_tail, __ATOMIC_ACQUIRE);
	uint32_t count = tail - ring->ent_head;

	if (count > HVT_RING_ENTRIES)
		return error_set(error, "Invalid guest request: %u requests in a net ring of %u", count,
				 HVT_RING_ENTRIES);
	for (uint32_t i = 0; i < count; i++) {
		const volatile struct hvt_ring_entry *from = &ring->shared->entries[ring->ent_head & HVT_RING_MASK];
		struct hvt_ring_entry entry = *from;

		if (entry.op == HVT_RING_READ && !commits_have_room(ring))
			return (int)i;
		if (entry_serve(ring, &entry, error) < 0)
			return -1;
		__atomic_store_n(&ring->shared->ent_head, ++ring->ent_head, __ATOMIC_RELEASE);
	}
	return (int)count;
}

int ring_drain(struct ring *ring, struct error *error)
{
	int result;

	ring_lock(ring);
	result = entries_serve(ring, error);
	if (result >= 0)
		ring_unlock(ring);
	return result;
}
