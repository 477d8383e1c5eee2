/*
 * The page allocator: random runs checked for overlap and for zeroes, coalescing, and memory that goes back to the
 * host.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_arena.h"
#include "kernel/lib/pages.h"
#include "unit.h"

#define RUNS 300

static struct run {
	char *first;
	size_t count;
	char mark;
} runs[RUNS];

/* Pages of the arena that the host keeps memory for. */
static long host_pages(void)
{
	struct stat status;

	assert_int_equal(fstat(fake_arena_fd, &status), 0);
	return status.st_blocks / 8;
}

static void run_fill(struct run *run)
{
	for (size_t page = 0; page < run->count; page++)
		memset(run->first + page * PAGE_BYTES, run->mark, 64);
}

static void run_check(const struct run *run, char mark)
{
	for (size_t page = 0; page < run->count; page++) {
		for (size_t i = 0; i < 64; i++)
			assert_int_equal(run->first[page * PAGE_BYTES + i], mark);
	}
}

static void run_new(struct run *run, size_t largest)
{
	bool zero = rand() % 2;

	run->count = rand() % 4 ? 1 + (size_t)rand() % 4 : 1 + (size_t)rand() % largest;
	run->mark = (char)(1 + rand() % 100);
	run->first = zero ? pages_alloc_zero(run->count) : pages_alloc(run->count);
	assert_non_null(run->first);
	assert_int_equal((uintptr_t)run->first % PAGE_BYTES, 0);
	if (zero)
		run_check(run, 0);
	run_fill(run);
}

/* Frees the run whole, or only a part of it: then the rest stays. */
static void run_end(struct run *run)
{
	size_t keep = rand() % 3 ? 0 : (size_t)rand() % run->count;

	run_check(run, run->mark);
	if (rand() % 2) {
		pages_free(run->first + keep * PAGE_BYTES, run->count - keep);
	} else {
		pages_free(run->first, run->count - keep);
		run->first += (run->count - keep) * PAGE_BYTES;
	}
	run->count = keep;
}

static void random_operations(unsigned seed, size_t largest)
{
	size_t used_before = pages_used();
	size_t sum = 0;

	srand(seed);
	for (int step = 0; step < 20000; step++) {
		struct run *run = &runs[rand() % RUNS];

		if (run->count)
			run_end(run);
		else
			run_new(run, largest);
	}
	for (int i = 0; i < RUNS; i++)
		sum += runs[i].count;
	assert_int_equal(pages_used(), used_before + sum);
	for (int i = 0; i < RUNS; i++) {
		if (runs[i].count)
			pages_free(runs[i].first, runs[i].count);
		runs[i].count = 0;
	}
	assert_int_equal(pages_used(), used_before);
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 4; seed++)
		random_operations(seed, seed % 2 ? 40 : 400);
}

/* What was freed in pieces can be had in one. */
static void test_coalescing(void **state)
{
	size_t most = FAKE_ARENA_BYTES / PAGE_BYTES;
	char *all;

	(void)state;
	while (!(all = pages_alloc(most)))
		most--;
	assert_true(most > FAKE_ARENA_BYTES / PAGE_BYTES / 100 * 98);
	assert_null(pages_alloc(1));
	for (size_t page = 0; page < most; page += 2)
		pages_free(all + page * PAGE_BYTES, 1);
	assert_null(pages_alloc(2));
	for (size_t page = 1; page < most; page += 2)
		pages_free(all + page * PAGE_BYTES, 1);
	assert_ptr_equal(pages_alloc(most), all);
	pages_free(all, most);
}

static void test_limits(void **state)
{
	(void)state;
	assert_null(pages_alloc(0));
	assert_null(pages_alloc(FAKE_ARENA_BYTES / PAGE_BYTES));
	assert_null(pages_alloc_zero(SIZE_MAX));
}

static void test_return_to_host(void **state)
{
	size_t count = (256ul << 20) / PAGE_BYTES;
	long before = host_pages();
	char *run = pages_alloc(count);

	(void)state;
	assert_non_null(run);
	/* Giving out touches nothing but some bits. */
	assert_true(host_pages() - before < 16);
	memset(run, 1, count * PAGE_BYTES);
	assert_true(host_pages() >= (long)count);
	for (size_t page = 0; page < count; page += 16)
		pages_free(run + page * PAGE_BYTES, 16);
	assert_true(host_pages() - before < (long)((20ul << 20) / PAGE_BYTES));
	assert_true(pages_idle() <= (16ul << 20) / PAGE_BYTES);
	/* Zero again, whether they came back from the host or not. */
	run = pages_alloc_zero(count);
	assert_non_null(run);
	for (size_t i = 0; i < count * PAGE_BYTES; i += 512)
		assert_int_equal(run[i], 0);
	pages_free(run, count);
}

static void test_notes_and_offsets(void **state)
{
	char *run = pages_alloc(3);

	(void)state;
	pages_set_note(run, 3);
	pages_set_note(run + PAGE_BYTES, 7);
	assert_int_equal(pages_note(run), 3);
	assert_int_equal(pages_note(run + PAGE_BYTES), 7);
	assert_int_equal(arena_offset(run), run - fake_arena_base);
	assert_ptr_equal(arena_pointer(arena_offset(run)), run);
	pages_free(run, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_return_to_host),
		cmocka_unit_test(test_coalescing),
		cmocka_unit_test(test_notes_and_offsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
