/* Times clock and wait in a unikernel without devices. bench/src/raw_calls.c does the same without a unikernel. */
#include "bench/batches.h"
#include "solo5.h"

static void clock_monotonic(void)
{
	solo5_clock_monotonic();
}

static void yield_expired(void)
{
	solo5_yield(0, NULL);
}

static const struct operation operations[] = {
	OPERATION(clock_monotonic),
	OPERATION(yield_expired),
};

int solo5_app_main(const struct solo5_start_info *info)
{
	static const struct batches batches = {solo5_clock_monotonic, solo5_console_write};

	(void)info;
	batches_run(&batches, operations, sizeof(operations) / sizeof(operations[0]));
	return SOLO5_EXIT_SUCCESS;
}
