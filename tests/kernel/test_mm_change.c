/*
 * Mappings of a file that changes, in two processes: random changes and a model of what Linux shows afterwards. Words
 * that are written are all different, so that nothing passes for something else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fake_space.h"
#include "kernel/lib/pages.h"
#include "mapped_file.h"
#include "unit.h"

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)
#define FILE_PAGES 12u
#define STEPS 3000
#define GIB (1ul << 30)

struct mm_fault {
	int signal;
	int code;
};

long mm_map(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, void *file, uint64_t offset);
long mm_unmap(uint64_t start, uint64_t bytes);
long mm_protect(uint64_t start, uint64_t bytes, unsigned protection);
long mm_advise(uint64_t start, uint64_t bytes, int advice);
bool mm_fault_repair(uint64_t address, bool write, bool execute, struct mm_fault *out);
size_t user_read(void *to, uint64_t from, size_t bytes);
size_t user_write(uint64_t to, const void *from, size_t bytes);

/* What the file has: the word at the start of each page, 0: a hole or never written. */
static uint32_t model_file[FILE_PAGES];
static unsigned model_pages;
static uint32_t last_word;
static void *file;

enum { SHARED_READER, SHARED_WRITER, PRIVATE, KINDS };

/* The mappings of a process; of the private one, the pages that were written to. */
static struct process_model {
	uint64_t start[KINDS];
	bool is_own[FILE_PAGES];
	uint32_t own[FILE_PAGES];
} processes[2];
static unsigned now;

static int setup(void **state)
{
	(void)state;
	fake_space_begin();
	file = mapped_file_begin();
	memset(model_file, 0, sizeof(model_file));
	memset(processes, 0, sizeof(processes));
	model_pages = 0;
	now = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mapped_file_end();
	fake_space_end();
	return 0;
}

static void map(unsigned kind)
{
	static const unsigned protections[] = {PROT_READ, RW, RW};
	uint64_t place = fake_user_base + (1 + now) * GIB + kind * 64 * PAGE;
	unsigned flags = MAP_FIXED | (kind == PRIVATE ? MAP_PRIVATE : MAP_SHARED);

	assert_int_equal(mm_map(place, FILE_PAGES * PAGE, protections[kind], flags, file, 0), (long)place);
	processes[now].start[kind] = place;
	if (kind == PRIVATE)
		memset(processes[now].is_own, 0, sizeof(processes[now].is_own));
}

static void switch_to(unsigned process)
{
	now = process;
	mapped_file_switch(process);
	assert_false(mapped_file_is_stale(process));
}

/* The word at the start of a page; -1: there is no page. As the application does it, which faults. */
static long word_at(uint64_t address)
{
	struct mm_fault fault = {SIGSEGV, 0};
	uint32_t word;

	if (user_read(&word, address, sizeof(word)) == sizeof(word))
		return word;
	if (!mm_fault_repair(address, false, false, &fault))
		return -1;
	assert_int_equal(user_read(&word, address, sizeof(word)), sizeof(word));
	return word;
}

static void check(void)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		for (unsigned page = 0; page < FILE_PAGES && processes[now].start[kind]; page++) {
			long expected = model_file[page];

			if (kind == PRIVATE && processes[now].is_own[page])
				expected = processes[now].own[page];
			if (page >= model_pages)
				expected = -1;
			if (word_at(processes[now].start[kind] + page * PAGE) != expected)
				fail_msg("process %u, mapping %u, page %u: %ld, not %ld", now, kind, page,
					 word_at(processes[now].start[kind] + page * PAGE), expected);
		}
	}
}

static void step_write(unsigned page)
{
	uint32_t word = ++last_word;

	assert_int_equal(mapped_file_write(page * PAGE, &word, sizeof(word)), 0);
	model_file[page] = word;
	if (page >= model_pages)
		model_pages = page + 1;
}

static void step_resize(unsigned pages)
{
	/* Now and then not the whole of the last page. */
	assert_int_equal(mapped_file_resize(pages && pages % 3 == 0 ? pages * PAGE - 100 : pages * PAGE), 0);
	model_pages = pages;
	for (unsigned page = pages; page < FILE_PAGES; page++)
		model_file[page] = processes[0].is_own[page] = processes[1].is_own[page] = 0;
}

static void step_punch(unsigned first, unsigned count)
{
	assert_int_equal(mapped_file_punch(first * PAGE, count * PAGE), 0);
	for (unsigned page = first; page < first + count && page < FILE_PAGES; page++)
		model_file[page] = 0;
}

static void step_touch(unsigned kind, unsigned page)
{
	uint64_t at = processes[now].start[kind] + page * PAGE;
	uint32_t word = ++last_word;

	if (!processes[now].start[kind] || page >= model_pages || word_at(at) < 0)
		return;
	assert_int_equal(user_write(at, &word, sizeof(word)), sizeof(word));
	if (kind == SHARED_WRITER) {
		model_file[page] = word;
		return;
	}
	processes[now].is_own[page] = true;
	processes[now].own[page] = word;
}

static void step_drop(unsigned page)
{
	if (!processes[now].start[PRIVATE])
		return;
	assert_int_equal(mm_advise(processes[now].start[PRIVATE] + page * PAGE, PAGE, MADV_DONTNEED), 0);
	processes[now].is_own[page] = false;
}

static void step_protect(unsigned first, unsigned protection)
{
	uint64_t start = processes[now].start[PRIVATE];

	if (start)
		assert_int_equal(mm_protect(start + first * PAGE, (FILE_PAGES - first) * PAGE, protection), 0);
}

static void step_unmap(unsigned kind)
{
	if (processes[now].start[kind])
		assert_int_equal(mm_unmap(processes[now].start[kind], FILE_PAGES * PAGE), 0);
	processes[now].start[kind] = 0;
}

/* Pages that were freed become something else at once. */
static void pages_use(void)
{
	void *pages[4];

	for (unsigned i = 0; i < 4; i++) {
		pages[i] = pages_alloc(4);
		memset(pages[i], 0xee, 4 * PAGE);
	}
	for (unsigned i = 0; i < 4; i++)
		pages_free(pages[i], 4);
}

static void step(void)
{
	unsigned page = (unsigned)rand() % FILE_PAGES;

	switch (rand() % 10) {
	case 0:
	case 1:
		step_write(page);
		break;
	case 2:
		step_resize(page);
		break;
	case 3:
		step_punch(page, 1 + (unsigned)rand() % 4);
		break;
	case 4:
		step_drop(page);
		break;
	case 5:
		step_touch(SHARED_WRITER, page);
		break;
	case 6:
		map((unsigned)rand() % KINDS);
		break;
	case 7:
		if (rand() % 4 == 0)
			step_unmap((unsigned)rand() % KINDS);
		break;
	default:
		step_touch(PRIVATE, page);
	}
}

static void test_random(void **state)
{
	(void)state;
	srand(11);
	for (int i = 0; i < STEPS; i++) {
		step();
		pages_use();
		check();
		/* The other one may sleep for a while. */
		if (rand() % 4 == 0) {
			switch_to(!now);
			check();
		}
	}
}

/* Pages are not free before the other process has stopped showing them. */
static void test_pages_are_kept(void **state)
{
	size_t used;

	(void)state;
	step_resize(FILE_PAGES);
	for (unsigned page = 0; page < FILE_PAGES; page++)
		step_write(page);
	switch_to(1);
	map(SHARED_READER);
	switch_to(0);
	used = pages_used();
	step_resize(2);
	assert_int_equal(pages_used(), used);
	assert_true(mapped_file_is_stale(1));
	switch_to(1);
	assert_true(pages_used() <= used - (FILE_PAGES - 2));
	check();
	/* Nor if it goes away instead. */
	step_write(5);
	switch_to(0);
	step_resize(0);
	switch_to(1);
	step_unmap(SHARED_READER);
	switch_to(0);
}

/* Nobody who does not show the change is bothered. */
static void test_who_is_told(void **state)
{
	(void)state;
	step_resize(FILE_PAGES);
	switch_to(1);
	map(SHARED_READER);
	assert_int_equal(mm_unmap(processes[1].start[SHARED_READER] + 4 * PAGE, (FILE_PAGES - 4) * PAGE), 0);
	switch_to(0);
	step_write(4);
	step_punch(5, 3);
	assert_false(mapped_file_is_stale(1));
	step_write(3);
	assert_true(mapped_file_is_stale(1));
	processes[1].start[SHARED_READER] = 0;
	switch_to(1);
	assert_false(mapped_file_is_stale(1));
}

/* Copies stay under other protections; what was dropped shows the file. */
static void test_protected_copies(void **state)
{
	(void)state;
	for (unsigned page = 0; page < FILE_PAGES; page++)
		step_write(page);
	map(PRIVATE);
	step_touch(PRIVATE, 3);
	step_touch(PRIVATE, 5);
	step_protect(5, PROT_NONE);
	step_punch(2, 6);
	pages_use();
	step_protect(5, PROT_READ);
	check();
	step_protect(5, RW);
	step_touch(PRIVATE, 6);
	step_write(5);
	check();
	step_drop(3);
	step_drop(5);
	check();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_protected_copies, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
