/* Thread-local storage: two blocks with the same initial values, and changes that stay in one. */
#include "test.h"

static _Thread_local volatile uint64_t initialised = 0x1122334455667788;
static _Thread_local volatile uint32_t zeroed;
static _Thread_local volatile uint8_t small = 7;

static void block_enter(uintptr_t block)
{
	CHECK(solo5_tls_init(block) == SOLO5_R_OK);
	CHECK(solo5_set_tls_base(solo5_tls_tp_offset(block)) == SOLO5_R_OK);
	CHECK(initialised == 0x1122334455667788);
	CHECK(zeroed == 0);
	CHECK(small == 7);
}

int solo5_app_main(const struct solo5_start_info *info)
{
	uintptr_t first = info->heap_start;
	uintptr_t second = first + 4096;

	CHECK(solo5_tls_size() > 0 && solo5_tls_size() <= 4096);
	CHECK(solo5_tls_init(0) == SOLO5_R_EINVAL);
	block_enter(first);
	initialised = 1;
	zeroed = 2;
	small = 3;
	block_enter(second);
	CHECK(solo5_set_tls_base(solo5_tls_tp_offset(first)) == SOLO5_R_OK);
	CHECK(initialised == 1 && zeroed == 2 && small == 3);
	return success();
}
