/* Thread-local storage: two blocks with the same initial values, and changes that stay in one. */
#include "test.h"

static _Thread_local volatile uint64_t initialised = 0x1122334455667788;
static _Thread_local volatile uint32_t zeroed;
static _Thread_local volatile uint8_t small = 7;
static _Thread_local _Alignas(64) volatile uint8_t aligned[64];

/* Functions of their own: a compiler may read the thread pointer only once in each. */
__attribute__((noinline)) static void variables_set(uint64_t first, uint32_t second, uint8_t third)
{
	initialised = first;
	zeroed = second;
	small = third;
}

__attribute__((noinline)) static bool variables_are(uint64_t first, uint32_t second, uint8_t third)
{
	return initialised == first && zeroed == second && small == third;
}

__attribute__((noinline)) static bool aligned_is_inside(uintptr_t block)
{
	uintptr_t address = (uintptr_t)aligned;

	return address % sizeof(aligned) == 0 && address >= block &&
	       address + sizeof(aligned) <= block + solo5_tls_size() && aligned[0] == 0;
}

static void block_enter(uintptr_t block)
{
	CHECK(solo5_tls_init(block) == SOLO5_R_OK);
	CHECK(solo5_set_tls_base(solo5_tls_tp_offset(block)) == SOLO5_R_OK);
	CHECK(variables_are(0x1122334455667788, 0, 7));
	CHECK(aligned_is_inside(block));
}

int solo5_app_main(const struct solo5_start_info *info)
{
	uintptr_t first = info->heap_start;
	uintptr_t second = first + 4096;

	CHECK(solo5_tls_size() > 0 && solo5_tls_size() <= 4096);
	CHECK(solo5_tls_init(0) == SOLO5_R_EINVAL);
	block_enter(first);
	variables_set(1, 2, 3);
	block_enter(second);
	CHECK(solo5_set_tls_base(solo5_tls_tp_offset(first)) == SOLO5_R_OK);
	CHECK(variables_are(1, 2, 3));
	return success();
}
