/* The door to a virtual machine's memory, and how its pages are mapped when the guest starts. */
#include <linux/mman.h>

#include "abi/solo5_hvt.h"
#include "tender/hvt/pages.h"
#include "tests/unit/unit.h"

#define MEMORY_BYTES 0x10000u

static uint8_t bytes[MEMORY_BYTES];
static const struct elf_plan plan = {
	.count = 2,
	.segments = {{.start = 0x2000, .end = 0x4000, .prot = PROT_READ | PROT_EXEC},
		     {.start = 0x4000, .end = 0x5000, .prot = PROT_READ | PROT_WRITE}},
};
static const struct memory memory = {.base = bytes, .bytes = MEMORY_BYTES, .plan = &plan};

static void ranges_lie_inside(void **state)
{
	static const struct {
		uint64_t address;
		uint64_t size;
		bool readable;
		bool writable;
	} cases[] = {
		{0, 0, true, true},
		{0, MEMORY_BYTES, true, false},
		{0, 0x2000, true, true},
		{0x1fff, 1, true, true},
		{0x1fff, 2, true, false},
		{0x2000, 1, true, false},
		{0x3fff, 1, true, false},
		{0x3fff, 2, true, false},
		{0x4000, 0x1000, true, true},
		{0x4000, 0xc000, true, true},
		{0x4000, 0xc001, false, false},
		{MEMORY_BYTES - 1, 1, true, true},
		{MEMORY_BYTES - 1, 2, false, false},
		{MEMORY_BYTES, 0, true, true},
		{MEMORY_BYTES, 1, false, false},
		{MEMORY_BYTES + 1, 0, false, false},
		{UINT64_MAX, 0, false, false},
		{UINT64_MAX, 1, false, false},
		{UINT64_MAX, UINT64_MAX, false, false},
		{1, UINT64_MAX, false, false},
		{0x8000, UINT64_MAX - 0x7fff, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		bool readable = memory_readable(&memory, gpa(cases[i].address), cases[i].size);
		bool writable = memory_writable(&memory, gpa(cases[i].address), cases[i].size);

		if (readable != cases[i].readable || writable != cases[i].writable)
			fail_msg("case %zu: readable %d, writable %d", i, readable, writable);
	}
}

static void copies_are_whole_or_none(void **state)
{
	uint32_t word = 0;

	(void)state;
	memset(bytes, 7, sizeof(bytes));
	assert_true(memory_copy_in(&memory, gpa(MEMORY_BYTES - 4), &word, sizeof(word)));
	assert_int_equal(word, 0x07070707);
	word = 1;
	assert_false(memory_copy_in(&memory, gpa(MEMORY_BYTES - 3), &word, sizeof(word)));
	assert_int_equal(word, 1);
}

static struct machine machine;

static void machine_make(enum hostcall_guest kind, uint64_t code_end, uint64_t stack_bottom)
{
	memset(&machine, 0, sizeof(machine));
	machine.unikernel.kind = kind;
	machine.stack_bottom = stack_bottom;
	machine.unikernel.plan.count = 2;
	machine.unikernel.plan.segments[0] = (struct elf_segment){
		.start = 0x100000, .end = code_end, .prot = PROT_READ | PROT_EXEC};
	machine.unikernel.plan.segments[1] = (struct elf_segment){
		.start = code_end, .end = code_end + 0x1000, .prot = PROT_READ};
}

static void foreign_guests_have_the_abis_pages(void **state)
{
	(void)state;
	machine_make(HOSTCALL_GUEST_SOLO5, 0x300000, 0);
	assert_int_equal(pages_access(&machine, 0), PAGES_NONE);
	assert_int_equal(pages_access(&machine, 0xf000), PAGES_NONE);
	assert_int_equal(pages_access(&machine, 0x10000), PAGES_READ | PAGES_EXECUTE);
	assert_int_equal(pages_access(&machine, 0xff000), PAGES_READ | PAGES_EXECUTE);
	assert_int_equal(pages_access(&machine, 0x100000), PAGES_READ | PAGES_WRITE | PAGES_EXECUTE);
	assert_true(pages_are_mixed(&machine, 0));
	for (uint64_t area = PAGES_AREA_BYTES; area < HVT_MEM_MAX; area += PAGES_AREA_BYTES) {
		assert_false(pages_are_mixed(&machine, area));
		assert_int_equal(pages_area_access(&machine, area), PAGES_READ | PAGES_WRITE | PAGES_EXECUTE);
	}
}

static void our_guests_execute_code_only(void **state)
{
	(void)state;
	machine_make(HOSTCALL_GUEST_TEND, 0x300000, 0xc00000);
	assert_int_equal(pages_access(&machine, 0x10000), PAGES_READ);
	assert_int_equal(pages_access(&machine, 0x100000), PAGES_READ | PAGES_WRITE | PAGES_EXECUTE);
	assert_int_equal(pages_access(&machine, 0x2ff000), PAGES_READ | PAGES_WRITE | PAGES_EXECUTE);
	assert_int_equal(pages_access(&machine, 0x300000), PAGES_READ | PAGES_WRITE);
	assert_int_equal(pages_access(&machine, 0xbff000), PAGES_NONE);
	assert_int_equal(pages_access(&machine, 0xc00000), PAGES_READ | PAGES_WRITE);
	assert_true(pages_are_mixed(&machine, 0x200000));
	assert_true(pages_are_mixed(&machine, 0xa00000));
	assert_false(pages_are_mixed(&machine, 0x400000));
	assert_false(pages_are_mixed(&machine, 0xc00000));
	assert_int_equal(pages_area_access(&machine, 0xc00000), PAGES_READ | PAGES_WRITE);
	/* Without a table to tell its pages apart, a mixed area allows what any of them may. */
	assert_int_equal(pages_area_access(&machine, 0x200000), PAGES_READ | PAGES_WRITE | PAGES_EXECUTE);
}

/* Every page of an area that is not mixed is like its first. */
static void areas_are_what_their_pages_are(void **state)
{
	static const uint64_t code_ends[] = {0x101000, 0x200000, 0x201000, 0x3ff000, 0x400000, 0x7ff000};
	static const uint64_t stacks[] = {0x600000, 0x601000, 0x7ff000, 0x800000};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(code_ends) * ARRAY_COUNT(stacks); i++) {
		machine_make(HOSTCALL_GUEST_TEND, code_ends[i % ARRAY_COUNT(code_ends)],
			     stacks[i / ARRAY_COUNT(code_ends)]);
		for (uint64_t area = 0; area < 0xc00000; area += PAGES_AREA_BYTES) {
			bool is_mixed = false;

			for (uint64_t page = area; page < area + PAGES_AREA_BYTES; page += HVT_PAGE_BYTES)
				is_mixed |= pages_access(&machine, page) != pages_access(&machine, area);
			if (is_mixed != pages_are_mixed(&machine, area))
				fail_msg("case %zu: the area at 0x%lx", i, (unsigned long)area);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_lie_inside),
		cmocka_unit_test(copies_are_whole_or_none),
		cmocka_unit_test(foreign_guests_have_the_abis_pages),
		cmocka_unit_test(our_guests_execute_code_only),
		cmocka_unit_test(areas_are_what_their_pages_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
