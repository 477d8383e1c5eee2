/* Work for the CPU and the memory: sorts numbers and adds them up, again and again. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT (1u << 18)
#define TURNS 24u

static int numbers_compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

int main(void)
{
	uint64_t seed = 88172645463325252u;
	uint64_t sum = 0;

	for (unsigned turn = 0; turn < TURNS; turn++) {
		uint64_t *numbers = malloc(COUNT * sizeof(*numbers));

		if (!numbers)
			return 1;
		for (unsigned i = 0; i < COUNT; i++) {
			/* Marsaglia's xorshift64 */
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			numbers[i] = seed;
		}
		qsort(numbers, COUNT, sizeof(*numbers), numbers_compare);
		for (unsigned i = 0; i < COUNT; i += 1000)
			sum = sum * 31 + numbers[i];
		free(numbers);
	}
	printf("%llx\n", (unsigned long long)sum);
	return 0;
}
