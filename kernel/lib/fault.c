/* Fault injection: see fault.h. */
#ifdef KERNEL_FAULT_INJECTION
#include "kernel/lib/fault.h"

static size_t allocations_left = SIZE_MAX;
static uint64_t seed_now, one_in_now, allocations;

void fault_after(size_t count)
{
	allocations_left = count;
}

void fault_some(uint64_t seed, uint64_t one_in)
{
	seed_now = seed;
	one_in_now = one_in;
}

/* splitmix64 */
static uint64_t mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15ull;
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
	value = (value ^ value >> 27) * 0x94d049bb133111ebull;
	return value ^ value >> 31;
}

bool fault_is_due(void)
{
	if (one_in_now) {
		uint64_t number = __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);

		return mix(seed_now ^ mix(number)) % one_in_now == 0;
	}
	if (allocations_left == 0)
		return true;
	if (allocations_left != SIZE_MAX)
		allocations_left--;
	return false;
}
#endif
