/*
 * The guest's side of the net ring (abi/solo5_hvt.h). A frame to be sent is copied to memory behind the ring, where it
 * stays until the tender has taken it; nobody waits for that. A read waits for its result, so it goes through the ring
 * only while the tender's thread looks at it: to wake that costs more than the hypercall that is saved.
 */
#include "hvt/hypercall.h"
#include "hvt/target.h"

static struct hvt_ring *ring;
static uint8_t *frames;

void ring_init(uint64_t address)
{
	ring = (struct hvt_ring *)(uintptr_t)address;
	frames = (uint8_t *)(uintptr_t)(address + HVT_RING_FRAMES);
}

static bool tender_sleeps(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&ring->needs_kick, __ATOMIC_RELAXED);
}

/* Waits until fewer requests are under way than there is room for frames. */
static void room_wait(void)
{
	while (ring->ent_tail - __atomic_load_n(&ring->ent_head, __ATOMIC_ACQUIRE) >= HVT_RING_FRAME_COUNT) {
		if (tender_sleeps())
			hypercall_kick();
		hypercall_relax();
	}
}

static void request(uint32_t op, solo5_handle_t handle, const void *data, size_t size)
{
	uint32_t id = ring->ent_tail;

	ring->entries[id & HVT_RING_MASK] = (struct hvt_ring_entry){
		.op = op,
		.handle = (uint32_t)handle,
		.data = (uintptr_t)data,
		.len = (uint32_t)size,
		.id = id,
	};
	__atomic_store_n(&ring->ent_tail, id + 1, __ATOMIC_RELEASE);
	if (tender_sleeps())
		hypercall_kick();
}

bool ring_write(solo5_handle_t handle, const uint8_t *frame, size_t size)
{
	uint8_t *copy;

	if (!ring || size > HVT_RING_FRAME_BYTES)
		return false;
	room_wait();
	copy = frames + (ring->ent_tail % HVT_RING_FRAME_COUNT) * HVT_RING_FRAME_BYTES;
	hypercall_copy(copy, frame, size);
	request(HVT_RING_WRITE, handle, copy, size);
	return true;
}

bool ring_read(solo5_handle_t handle, uint8_t *frame, size_t size, size_t *read_size, solo5_result_t *result)
{
	const struct hvt_ring_commit *commit;

	if (!ring || size > UINT32_MAX || tender_sleeps())
		return false;
	room_wait();
	request(HVT_RING_READ, handle, frame, size);
	while (__atomic_load_n(&ring->com_tail, __ATOMIC_ACQUIRE) == ring->com_head) {
		if (tender_sleeps())
			hypercall_kick();
		hypercall_relax();
	}
	commit = &ring->commits[ring->com_head & HVT_RING_MASK];
	*result = (solo5_result_t)commit->ret;
	if (*result == SOLO5_R_OK)
		*read_size = commit->len;
	__atomic_store_n(&ring->com_head, ring->com_head + 1, __ATOMIC_RELEASE);
	return true;
}
