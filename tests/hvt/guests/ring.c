/*
 * Works the net ring by hand: as it should be, and against its rules. The command line names what. Where it comes back,
 * the tender has gone on.
 */
#include "hypercalls.h"
#include "tests/guests/test.h"

#define PATIENCE_NS 30000000000ull
#define FRAME_BYTES 60

static uint8_t frame[2048];
static struct hvt_ring *ring;

static void kick(void)
{
#if defined(__x86_64__)
	__asm__ volatile("outl %0, %w1" : : "a"(0), "d"(HVT_PORT_KICK) : "memory");
#elif defined(__aarch64__)
	*(volatile uint32_t *)HVT_MMIO_KICK = 0;
#endif
}

static void entry_put(uint32_t op, uint32_t handle, uint64_t data, uint32_t len)
{
	uint32_t tail = ring->ent_tail;

	ring->entries[tail & HVT_RING_MASK] = (struct hvt_ring_entry){
		.op = op, .handle = handle, .data = data, .len = len, .id = tail + 1000};
	__atomic_store_n(&ring->ent_tail, tail + 1, __ATOMIC_RELEASE);
}

/* Kicks until all has been taken. */
static void taken_wait(void)
{
	solo5_time_t deadline = solo5_clock_monotonic() + PATIENCE_NS;

	do {
		kick();
		CHECK(solo5_clock_monotonic() < deadline);
	} while (__atomic_load_n(&ring->ent_head, __ATOMIC_ACQUIRE) != ring->ent_tail);
}

static void reads_and_writes(void)
{
	uint32_t head = ring->com_head;

	/*
	 * Something has come in, or not; the second device is not there; the result comes back under its request's
	 * name.
	 */
	entry_put(HVT_RING_READ, 1, (uintptr_t)frame, sizeof(frame));
	taken_wait();
	CHECK(ring->com_tail == head + 1);
	CHECK(ring->commits[head & HVT_RING_MASK].id == ring->ent_tail - 1 + 1000);
	CHECK(ring->commits[head & HVT_RING_MASK].ret == SOLO5_R_AGAIN || ring->commits[head & HVT_RING_MASK].len > 0);
	entry_put(HVT_RING_READ, 9, (uintptr_t)frame, sizeof(frame));
	taken_wait();
	CHECK(ring->commits[(head + 1) & HVT_RING_MASK].ret == SOLO5_R_EINVAL);
	ring->com_head = head + 2;
	/* A write to nowhere, and one that is no frame, are lost. */
	entry_put(HVT_RING_WRITE, 9, (uintptr_t)frame, FRAME_BYTES);
	entry_put(HVT_RING_WRITE, 1, (uintptr_t)frame, 1);
	taken_wait();
	CHECK(ring->com_tail == head + 2);
}

/* More than the ring has entries, so that every index wraps. */
static void many(void)
{
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < HVT_RING_ENTRIES; k++)
			entry_put(HVT_RING_WRITE, 1, (uintptr_t)frame, FRAME_BYTES);
		taken_wait();
	}
}

/* Results that nobody takes stop the reads, not the tender. */
static void results_not_taken(void)
{
	solo5_time_t deadline = solo5_clock_monotonic() + PATIENCE_NS;

	for (unsigned k = 0; k < HVT_RING_ENTRIES; k++)
		entry_put(HVT_RING_READ, 1, (uintptr_t)frame, sizeof(frame));
	taken_wait();
	entry_put(HVT_RING_READ, 1, (uintptr_t)frame, sizeof(frame));
	kick();
	solo5_yield(solo5_clock_monotonic() + 10000000, NULL);
	CHECK(ring->ent_head != ring->ent_tail);
	ring->com_head = ring->com_tail;
	do {
		kick();
		CHECK(solo5_clock_monotonic() < deadline);
	} while (__atomic_load_n(&ring->ent_head, __ATOMIC_ACQUIRE) != ring->ent_tail);
}

/* The end of the unikernel is not the end of what it sent before. */
static void send_and_end(void)
{
	for (unsigned i = 0; i < 6; i++)
		frame[i] = 0xff;
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (unsigned k = 0; k < 100; k++)
		entry_put(HVT_RING_WRITE, 1, (uintptr_t)frame, FRAME_BYTES);
}

static void waits_to_be_ended(void)
{
	solo5_time_t deadline = solo5_clock_monotonic() + PATIENCE_NS;

	kick();
	while (solo5_clock_monotonic() < deadline)
		solo5_yield(deadline, NULL);
}

static void operation_unknown(void)
{
	entry_put(3, 1, (uintptr_t)frame, FRAME_BYTES);
	waits_to_be_ended();
}

static void write_beyond(void)
{
	entry_put(HVT_RING_WRITE, 1, UINT64_MAX - 10, FRAME_BYTES);
	waits_to_be_ended();
}

static void read_to_code(void)
{
	entry_put(HVT_RING_READ, 1, (uintptr_t)solo5_app_main, FRAME_BYTES);
	waits_to_be_ended();
}

static void too_many(void)
{
	__atomic_store_n(&ring->ent_tail, ring->ent_tail + HVT_RING_ENTRIES + 1, __ATOMIC_RELEASE);
	waits_to_be_ended();
}

static const struct {
	const char *name;
	void (*run)(void);
} tricks[] = {
	{"reads_and_writes", reads_and_writes},   {"many", many},
	{"results_not_taken", results_not_taken}, {"send_and_end", send_and_end},
	{"operation_unknown", operation_unknown}, {"write_beyond", write_beyond},
	{"read_to_code", read_to_code},           {"too_many", too_many},
};

int solo5_app_main(const struct solo5_start_info *info)
{
	solo5_handle_t handle;
	struct solo5_net_info device;

	CHECK(solo5_net_acquire("service0", &handle, &device) == SOLO5_R_OK && handle == 1);
	CHECK(boot_info()->host_features & HVT_FEATURE_NET_RING);
	/* The stack ends where the ring begins, and both are part of --mem. */
	CHECK(boot_info()->net_ring == boot_info()->mem_size);
	ring = (struct hvt_ring *)(uintptr_t)boot_info()->net_ring;
	for (unsigned i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
		if (!text_equal(info->cmdline, tricks[i].name))
			continue;
		tricks[i].run();
		return success();
	}
	puts("FAILURE: no such trick\n");
	return SOLO5_EXIT_FAILURE;
}
