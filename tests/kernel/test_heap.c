/* The heap: random blocks checked for overlap, size and alignment; footprint; failing allocations; two threads. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/fault.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "unit.h"

#define BLOCKS 500

struct block {
	unsigned char *data;
	size_t bytes;
	unsigned char mark;
};

static size_t size_random(unsigned *seed)
{
	switch (rand_r(seed) % 8) {
	case 0:
		return (size_t)rand_r(seed) % 20000;
	case 1:
		return (size_t)rand_r(seed) % 4096;
	default:
		return (size_t)rand_r(seed) % 300;
	}
}

static void block_check(const struct block *block, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (block->data[i] != block->mark)
			fail_msg("byte %zu of a block of %zu changed", i, block->bytes);
	}
}

static void block_fill(struct block *block, size_t bytes, unsigned *seed)
{
	assert_int_equal((uintptr_t)block->data % 16, 0);
	assert_true(heap_block_bytes(block->data) >= bytes);
	block->bytes = bytes;
	block->mark = (unsigned char)rand_r(seed);
	memset(block->data, block->mark, bytes);
}

static void block_step(struct block *block, unsigned *seed)
{
	size_t bytes = size_random(seed);
	unsigned char *other;

	if (!block->data) {
		block->data = rand_r(seed) % 2 ? heap_alloc_zero(bytes) : heap_alloc(bytes);
		assert_non_null(block->data);
		block_fill(block, bytes, seed);
	} else if (rand_r(seed) % 4 == 0) {
		other = heap_resize(block->data, bytes);
		assert_non_null(other);
		block->data = other;
		block_check(block, bytes < block->bytes ? bytes : block->bytes);
		block_fill(block, bytes, seed);
	} else {
		block_check(block, block->bytes);
		heap_free(block->data);
		block->data = NULL;
	}
}

static void *random_operations(void *seed_pointer)
{
	static _Thread_local struct block blocks[BLOCKS];
	unsigned seed = *(unsigned *)seed_pointer;

	for (int step = 0; step < 60000; step++)
		block_step(&blocks[(unsigned)rand_r(&seed) % BLOCKS], &seed);
	for (int i = 0; i < BLOCKS; i++) {
		heap_free(blocks[i].data);
		blocks[i].data = NULL;
	}
	return NULL;
}

static void test_random(void **state)
{
	size_t used = heap_used();

	(void)state;
	for (unsigned seed = 1; seed < 4; seed++)
		random_operations(&seed);
	assert_int_equal(heap_used(), used);
}

static void test_threads(void **state)
{
	size_t used = heap_used();
	unsigned seeds[2] = {10, 11};
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, random_operations, &seeds[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(heap_used(), used);
}

static void test_every_size(void **state)
{
	size_t used = heap_used();

	(void)state;
	for (size_t bytes = 0; bytes < 9000; bytes++) {
		unsigned char *block = heap_alloc_zero(bytes);

		assert_non_null(block);
		assert_true(heap_block_bytes(block) >= bytes);
		for (size_t i = 0; i < bytes; i++)
			assert_int_equal(block[i], 0);
		memset(block, 0xff, bytes);
		heap_free(block);
	}
	heap_free(NULL);
	assert_int_equal(heap_used(), used);
}

/* Free slabs go back, but for one of a class. */
static void test_footprint(void **state)
{
	static void *blocks[20000];
	size_t pages = pages_used();

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		blocks[i] = heap_alloc(100);
		assert_non_null(blocks[i]);
	}
	assert_true(pages_used() - pages < 20000 * 112 / 4000 + 10);
	for (size_t i = 0; i < 20000; i++)
		heap_free(blocks[i]);
	assert_true(pages_used() <= pages + 1);
}

static void test_failure(void **state)
{
	char *block = heap_alloc(10);

	(void)state;
	memcpy(block, "unchanged", 10);
	assert_null(heap_alloc(1ul << 40));
	assert_null(heap_alloc(SIZE_MAX));
	fault_after(1);
	heap_free(heap_alloc(10));
	assert_null(heap_alloc(10));
	assert_null(heap_alloc_zero(100000));
	assert_null(heap_resize(block, 1000));
	assert_string_equal(block, "unchanged");
	fault_after(SIZE_MAX);
	block = heap_resize(block, 1000);
	assert_string_equal(block, "unchanged");
	heap_free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size), cmocka_unit_test(test_random),  cmocka_unit_test(test_threads),
		cmocka_unit_test(test_footprint),  cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
