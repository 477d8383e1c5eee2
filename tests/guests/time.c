/* Clocks advance, sleeps last, and deadlines that have passed do not. */
#include "test.h"

#define MS 1000000ull
#define YEAR_2017_NS 1483228800000000000ull

int solo5_app_main(const struct solo5_start_info *info)
{
	solo5_handle_set_t ready = ~0ull;
	solo5_time_t before = solo5_clock_monotonic();
	solo5_time_t after = before;

	(void)info;
	for (int i = 0; i < 1000 && after == before; i++)
		after = solo5_clock_monotonic();
	CHECK(after > before);
	CHECK(solo5_clock_wall() > YEAR_2017_NS);

	solo5_yield(before, &ready);
	CHECK(ready == 0);
	solo5_yield(0, NULL);
	for (int i = 0; i < 5; i++) {
		before = solo5_clock_monotonic();
		solo5_yield(before + 50 * MS, &ready);
		after = solo5_clock_monotonic();
		CHECK(ready == 0);
		CHECK(after >= before + 50 * MS);
		/* Far above what any scheduler adds: only a wrong unit ends up here. */
		CHECK(after < before + 30000 * MS);
	}
	return success();
}
