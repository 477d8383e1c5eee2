/* Initialised data, zeroed data and constants are where the program expects them. */
#include "test.h"

static volatile int initialised = 0x1234;
static volatile int zeroed[4096];
static const volatile int constant = 0x5678;

int solo5_app_main(const struct solo5_start_info *info)
{
	const unsigned char *heap = (const unsigned char *)info->heap_start;

	CHECK(initialised == 0x1234);
	CHECK(constant == 0x5678);
	for (size_t i = 0; i < sizeof(zeroed) / sizeof(zeroed[0]); i++)
		CHECK(zeroed[i] == 0);
	initialised = 1;
	zeroed[17] = 2;
	CHECK(initialised + zeroed[17] == 3);
	CHECK(info->heap_size >= 0x1000);
	for (size_t i = 0; i < info->heap_size && i < 0x10000; i += 512)
		CHECK(heap[i] == 0);
	return success();
}
