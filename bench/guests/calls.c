/* Times what a unikernel asks of its devices. bench/src/raw_calls.c times the same calls without a unikernel. */
#include "bench/batches.h"
#include "bench/frame.h"
#include "tests/guests/test.h"

static solo5_handle_t net;
static solo5_handle_t storage;
static uint8_t buffer[65536] __attribute__((aligned(4096)));

static void yield_expired_net(void)
{
	solo5_yield(0, NULL);
}

static void net_write_64(void)
{
	CHECK(solo5_net_write(net, bench_frame, 64) == SOLO5_R_OK);
}

static void net_write_1500(void)
{
	CHECK(solo5_net_write(net, bench_frame, 1500) == SOLO5_R_OK);
}

static void net_read_empty(void)
{
	size_t size;

	CHECK(solo5_net_read(net, buffer, 1514, &size) == SOLO5_R_AGAIN);
}

static void block_read_512(void)
{
	CHECK(solo5_block_read(storage, 0, buffer, 512) == SOLO5_R_OK);
}

static void block_read_4096(void)
{
	CHECK(solo5_block_read(storage, 0, buffer, 4096) == SOLO5_R_OK);
}

static void block_read_65536(void)
{
	CHECK(solo5_block_read(storage, 0, buffer, 65536) == SOLO5_R_OK);
}

static const struct operation operations[] = {
	OPERATION(yield_expired_net), OPERATION(net_write_64),   OPERATION(net_write_1500),
	OPERATION(net_read_empty),    OPERATION(block_read_512), OPERATION(block_read_4096),
	OPERATION(block_read_65536),
};

int solo5_app_main(const struct solo5_start_info *info)
{
	static const struct batches batches = {solo5_clock_monotonic, solo5_console_write};
	struct solo5_net_info net_info;
	struct solo5_block_info block_info;

	(void)info;
	CHECK(solo5_net_acquire("net0", &net, &net_info) == SOLO5_R_OK);
	CHECK(solo5_block_acquire("storage", &storage, &block_info) == SOLO5_R_OK);
	batches_run(&batches, operations, sizeof(operations) / sizeof(operations[0]));
	return SOLO5_EXIT_SUCCESS;
}
