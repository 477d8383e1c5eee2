/* How the library kernel's ELF file is laid out in its slot, and where things go in the arena. */
#include <sys/mman.h>

#include "tender/linux/layout.h"
#include "tests/unit/unit.h"

#define FILE_BYTES 0x10000u

/* Code, constants and data, as a linker lays them out. */
static struct elf_image usual_image(void)
{
	return (struct elf_image){
		.header = {.e_entry = 0x40, .e_phnum = 3},
		.phdrs =
			{
				{.p_type = PT_LOAD,
				 .p_flags = PF_R | PF_X,
				 .p_offset = 0x1000,
				 .p_filesz = 0x1234,
				 .p_memsz = 0x1234},
				{.p_type = PT_LOAD,
				 .p_flags = PF_R,
				 .p_offset = 0x3010,
				 .p_vaddr = 0x2010,
				 .p_filesz = 0x20,
				 .p_memsz = 0x20},
				{.p_type = PT_LOAD,
				 .p_flags = PF_R | PF_W,
				 .p_offset = 0x4008,
				 .p_vaddr = 0x3108,
				 .p_filesz = 0x30,
				 .p_memsz = 0x5000},
			},
	};
}

static void test_usual(void **state)
{
	struct elf_image image = usual_image();
	struct kernel_plan plan;
	struct error error;

	(void)state;
	success_expect("usual", kernel_plan_make(&image, FILE_BYTES, "k", &plan, &error), &error);
	assert_int_equal(plan.entry, 0x40);
	assert_int_equal(plan.count, 2);
	assert_int_equal(plan.segments[0].start, 0);
	assert_int_equal(plan.segments[0].end, 0x2000);
	assert_int_equal(plan.segments[0].file_offset, 0x1000);
	assert_int_equal(plan.segments[0].prot, PROT_READ | PROT_EXEC);
	assert_int_equal(plan.segments[1].start, 0x2000);
	assert_int_equal(plan.segments[1].file_offset, 0x3000);
	assert_int_equal(plan.segments[1].prot, PROT_READ);
	assert_int_equal(plan.data.start, 0x3000);
	assert_int_equal(plan.data.end, 0x9000);
	assert_int_equal(plan.data.address, 0x3108);
	assert_int_equal(plan.data.file_offset, 0x4008);
	assert_int_equal(plan.data.file_bytes, 0x30);
}

enum field { TYPE, FLAGS, OFFSET, VADDR, FILESZ, MEMSZ, ENTRY };

static void field_set(struct elf_image *image, unsigned index, enum field field, uint64_t value)
{
	Elf64_Phdr *phdr = &image->phdrs[index];

	switch (field) {
	case TYPE:
		phdr->p_type = (uint32_t)value;
		break;
	case FLAGS:
		phdr->p_flags = (uint32_t)value;
		break;
	case OFFSET:
		phdr->p_offset = value;
		break;
	case VADDR:
		phdr->p_vaddr = value;
		break;
	case FILESZ:
		phdr->p_filesz = value;
		break;
	case MEMSZ:
		phdr->p_memsz = value;
		break;
	case ENTRY:
		image->header.e_entry = value;
		break;
	}
}

static void test_refused(void **state)
{
	static const struct {
		unsigned index;
		enum field field;
		uint64_t value;
		const char *text;
	} cases[] = {
		{0, VADDR, 0x100000000, "phdr[0] lies outside of 4 GiB"},
		{2, MEMSZ, UINT64_MAX, "phdr[2] lies outside of 4 GiB"},
		{2, MEMSZ, 0x100000000, "phdr[2] lies outside of 4 GiB"},
		{2, VADDR, UINT64_MAX - 7, "phdr[2] lies outside of 4 GiB"},
		{2, MEMSZ, 0x2f, "phdr[2] is smaller in memory than in the file"},
		{2, OFFSET, FILE_BYTES - 0x2f, "phdr[2] lies beyond the end of the file"},
		{2, OFFSET, UINT64_MAX, "phdr[2] lies beyond the end of the file"},
		{1, VADDR, 0x1010, "phdr[1] shares a page with the one before, or is not in ascending order"},
		{2, VADDR, 0x2108, "phdr[2] shares a page with the one before, or is not in ascending order"},
		{2, FLAGS, PF_R | PF_W | PF_X, "phdr[2] is writable and executable"},
		{1, FLAGS, PF_R | PF_W, "phdr[2] is a second writable segment"},
		{1, MEMSZ, 0x21, "phdr[1] is not writable and larger in memory than in the file"},
		{1, OFFSET, 0x3011, "phdr[1] cannot be mapped: address and offset differ within a page"},
		{1, TYPE, PT_INTERP, "phdr[1] asks for a dynamic linker"},
		{0, VADDR, 0x1000, "no read-only segment at address 0"},
		{0, TYPE, PT_NULL, "no read-only segment at address 0"},
		{0, FLAGS, PF_R, "its entry point is not in its code"},
		{0, ENTRY, 0x2010, "its entry point is not in its code"},
		{0, ENTRY, UINT64_MAX, "its entry point is not in its code"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct elf_image image = usual_image();
		struct kernel_plan plan;
		struct error error;
		char text[128] = "k: Not a library kernel: ";

		field_set(&image, cases[i].index, cases[i].field, cases[i].value);
		/* The shifted text segment has room. */
		if (cases[i].field == VADDR && cases[i].index == 0 && cases[i].value == 0x1000)
			image.phdrs[0].p_memsz = image.phdrs[0].p_filesz = 0x100;
		strncat(text, cases[i].text, sizeof(text) - strlen(text) - 1);
		error_expect(cases[i].text, kernel_plan_make(&image, FILE_BYTES, "k", &plan, &error), &error, text);
	}
}

static void test_header(void **state)
{
	struct kernel_header header = {KERNEL_HEADER_MAGIC, 0x100, 0x1fff};
	struct elf_image image = usual_image();
	struct kernel_plan plan;
	struct error error;

	(void)state;
	success_expect("plan", kernel_plan_make(&image, FILE_BYTES, "k", &plan, &error), &error);
	success_expect("header", kernel_plan_header(&plan, &header, "k", &error), &error);
	assert_int_equal(plan.signal_handler, 0x100);
	assert_int_equal(plan.signal_return, 0x1fff);
	header.signal_return = 0x2000;
	error_expect("return in constants", kernel_plan_header(&plan, &header, "k", &error), &error,
		     "k: Not a library kernel: its signal handler is not in its code");
	header.magic++;
	error_expect("magic", kernel_plan_header(&plan, &header, "k", &error), &error,
		     "k: Not a library kernel: its first segment does not begin with TDKERNL1");
}

static void test_arena_sizes(void **state)
{
	const uint64_t gib = 1ull << 30;

	(void)state;
	assert_int_equal(layout_arena_bytes(1u << 20), 4 * gib);
	assert_int_equal(layout_arena_bytes(gib), 4 * gib);
	assert_int_equal(layout_arena_bytes(gib + 4096), 8 * gib);
	assert_int_equal(layout_arena_bytes(1024 * gib), 4096 * gib);
}

static void test_arena(void **state)
{
	struct layout layout = {.arena_bytes = 4ull << 30};
	struct error error;

	(void)state;
	success_expect("arena", layout_arena(&layout, 3, 100, 0x5001, &error), &error);
	assert_int_equal(layout.vectors, sizeof(struct kernel_boot));
	assert_int_equal(layout.strings, layout.vectors + 3 * 8);
	assert_int_equal(layout.data % 4096, 0);
	assert_true(layout.data >= layout.strings + 100);
	assert_true(layout.signal_stacks[0] >= layout.data + 0x5001);
	for (unsigned role = 0; role < 2; role++) {
		assert_true(layout.stacks[role] ==
			    layout.signal_stacks[role] + KERNEL_SIGNAL_STACK_BYTES + KERNEL_BOOT_STACK_BYTES);
		assert_int_equal(layout.stacks[role] % 4096, 0);
	}
	assert_true(layout.signal_stacks[1] >= layout.stacks[0]);
	assert_true(layout.statistics >= layout.stacks[1]);
	assert_true(layout.heap >= layout.statistics + sizeof(struct kernel_statistics));
	assert_int_equal(layout.heap % 4096, 0);
	error_expect("too much data", layout_arena(&layout, 0, 0, 2ull << 30, &error), &error,
		     "Kernel and arguments need 2048 MiB of memory: give more with --mem");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),       cmocka_unit_test(test_refused), cmocka_unit_test(test_header),
		cmocka_unit_test(test_arena_sizes), cmocka_unit_test(test_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
