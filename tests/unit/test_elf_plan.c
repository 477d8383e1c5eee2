/*
 * The loading plan: every rule of the Solo5 ABI about PT_LOAD and the entry point, at its boundaries, and the oddities
 * of executables seen in the field.
 */
#include <sys/mman.h>

#include "abi/solo5_spt.h"
#include "tender/elf/elf.h"
#include "tests/unit/unit.h"

#define INVALID "kernel: Invalid or unsupported executable: phdr[0] "
#define MEM_BYTES (2ull << 20)
#define MEM_SMALL " does not fit into 2 MiB of guest memory: the image ends at "

#define FILE_BYTES 0x200000

/* The plan needs the name and the size only. */
static const struct elf_source source = {.name = "kernel", .size = FILE_BYTES};
static struct elf_plan plan;

static int plan_make(const struct elf_image *image, struct error *error)
{
	memset(error, 0, sizeof(*error));
	memset(&plan, 0, sizeof(plan));
	return elf_plan_make(image, &source, MEM_BYTES, &plan, error);
}

static struct elf_image image_of(const Elf64_Phdr *phdrs, unsigned count)
{
	struct elf_image image = {.header = {.e_entry = SPT_IMAGE_BASE, .e_phnum = (uint16_t)count}};

	memcpy(image.phdrs, phdrs, count * sizeof(*phdrs));
	return image;
}

#define SEGMENT(flags, address, file_bytes, mem_bytes, align)                                                          \
	{                                                                                                              \
		.p_type = PT_LOAD, .p_flags = (flags), .p_offset = 0x1000, .p_vaddr = (address),                       \
		.p_filesz = (file_bytes), .p_memsz = (mem_bytes), .p_align = (align)                                   \
	}

static void usual_layout_is_planned(void **state)
{
	static const Elf64_Phdr phdrs[] = {
		{.p_type = PT_INTERP, .p_filesz = 24},         SEGMENT(PF_R | PF_X, 0x100000, 0x1651, 0x1651, 0x1000),
		SEGMENT(PF_R, 0x102000, 0x33c, 0x33c, 0x1000), SEGMENT(PF_R | PF_W, 0x103010, 0x10, 0x2000, 0x1000),
		{.p_type = PT_NOTE, .p_filesz = 24},
	};
	struct elf_image image = image_of(phdrs, ARRAY_COUNT(phdrs));
	struct error error;

	(void)state;
	image.header.e_entry = 0x100c90;
	success_expect("the usual layout", plan_make(&image, &error), &error);
	assert_int_equal(plan.entry, 0x100c90);
	assert_int_equal(plan.count, 3);
	assert_int_equal(plan.kernel_end, 0x106000);
	assert_int_equal(plan.segments[0].start, 0x100000);
	assert_int_equal(plan.segments[0].end, 0x102000);
	assert_int_equal(plan.segments[0].prot, PROT_READ | PROT_EXEC);
	assert_int_equal(plan.segments[1].prot, PROT_READ);
	assert_int_equal(plan.segments[2].offset, 0x1000);
	assert_int_equal(plan.segments[2].file_bytes, 0x10);
	assert_int_equal(plan.segments[2].mem_bytes, 0x2000);
	assert_int_equal(plan.segments[2].address, 0x103010);
	assert_int_equal(plan.segments[2].start, 0x103000);
	assert_int_equal(plan.segments[2].end, 0x106000);
	assert_int_equal(plan.segments[2].prot, PROT_READ | PROT_WRITE);
}

/* Executables of MirageOS, IncludeOS and Rumprun: all of this must load. */
static void field_oddities_are_planned(void **state)
{
	static const Elf64_Phdr phdrs[] = {
		SEGMENT(PF_R, 0, 0, 0, 0x1000), /* of size zero at address zero */
		{.p_type = PT_TLS},
		SEGMENT(PF_R | PF_X, 0x100000, 0x2000, 0x2000, 0x1000), /* code and read-only data in one */
		SEGMENT(PF_R | PF_W, 0x102000, 0, 0x800000, 0x1000),    /* .bss alone, and beyond the end of memory */
		SEGMENT(PF_R | PF_W, 0x101000, 0, 0x3000, 7),           /* nothing to load: no rule applies */
	};
	struct elf_image image = image_of(phdrs, ARRAY_COUNT(phdrs));
	struct error error;

	(void)state;
	success_expect("oddities", plan_make(&image, &error), &error);
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan.kernel_end, 0x102000);
	assert_int_equal(plan.image_end, 0x902000);
}

static void nothing_to_load_is_planned(void **state)
{
	static const Elf64_Phdr phdrs[] = {{.p_type = PT_NOTE}};
	struct elf_image image = image_of(phdrs, 1);
	struct error error;

	(void)state;
	success_expect("no segment", plan_make(&image, &error), &error);
	assert_int_equal(plan.count, 0);
	assert_int_equal(plan.kernel_end, SPT_IMAGE_BASE);
	assert_int_equal(plan.image_end, 0);
}

struct segment_case {
	const char *what;
	Elf64_Phdr phdr;
	const char *message; /* NULL: accepted */
};

#define PAGE 0x1000
#define SEGMENT_AT(offset, bytes)                                                                                      \
	{                                                                                                              \
		.p_type = PT_LOAD, .p_offset = (offset), .p_vaddr = 0x100000, .p_filesz = (bytes), .p_memsz = (bytes), \
		.p_align = PAGE                                                                                        \
	}

static const struct segment_case segment_cases[] = {
	{"memory filled to its end", SEGMENT(PF_R, 0x100000, 0x100000, 0x100000, PAGE), NULL},
	{"the last byte", SEGMENT(PF_R, 0x1fffff, 1, 1, PAGE), NULL},
	{"no access at all", SEGMENT(0, 0x100000, 1, 1, PAGE), NULL},
	{"execute only", SEGMENT(PF_X, 0x100000, 1, 1, PAGE), NULL},
	{"alignment 1 on whole pages", SEGMENT(PF_R, 0x100000, PAGE, PAGE, 1), NULL},
	{"alignment 1 MiB", SEGMENT(PF_R, 0x123456, 1, 1, 0x100000), NULL},
	{"last byte of the file", SEGMENT_AT(FILE_BYTES - 1, 1), NULL},
	{"the whole file", SEGMENT_AT(0, 0x100000), NULL},
	{"behind the file", SEGMENT_AT(FILE_BYTES, 1), INVALID "lies beyond the end of the file"},
	{"file ends inside", SEGMENT_AT(FILE_BYTES - 1, 2), INVALID "lies beyond the end of the file"},
	{"file offset wraps", SEGMENT_AT(UINT64_MAX, 2), INVALID "lies beyond the end of the file"},
	{"below the image", SEGMENT(PF_R, 0xfffff, 1, 1, PAGE), INVALID "lies below 0x100000, where an image begins"},
	{"address zero", SEGMENT(PF_R, 0, 1, 1, PAGE), INVALID "lies below 0x100000, where an image begins"},
	{"no alignment", SEGMENT(PF_R, 0x100000, 1, 1, 0), INVALID "has an alignment that is not a power of two"},
	{"alignment 3", SEGMENT(PF_R, 0x100000, 1, 1, 3), INVALID "has an alignment that is not a power of two"},
	{"more in the file", SEGMENT(PF_R, 0x100000, 2, 1, PAGE), INVALID "is smaller in memory than in the file"},
	{"one byte too many", SEGMENT(PF_R, 0x100000, 1, 0x100001, PAGE),
	 "kernel: phdr[0]" MEM_SMALL "3 MiB, give more with --mem"},
	{"begins at the end", SEGMENT(PF_R, MEM_BYTES, 1, 1, PAGE),
	 "kernel: phdr[0]" MEM_SMALL "3 MiB, give more with --mem"},
	{"image of 1 TiB", SEGMENT(PF_R, 0x100000, 1, (1ull << 40) - 0x100000, PAGE),
	 "kernel: phdr[0]" MEM_SMALL "1048576 MiB, give more with --mem"},
	{"image beyond 1 TiB", SEGMENT(PF_R, 0x100000, 1, (1ull << 40) - 0xfffff, PAGE),
	 INVALID "lies outside of guest memory"},
	{"end wraps", SEGMENT(PF_R, 0x100000, 1, UINT64_MAX, PAGE), INVALID "lies outside of guest memory"},
	{"begin at the top", SEGMENT(PF_R, UINT64_MAX, 1, 1, PAGE), INVALID "lies outside of guest memory"},
	{"aligned start below the image", SEGMENT(PF_R, 0x100000, 1, 1, 0x200000),
	 INVALID "overlaps what lies below it, or is not in ascending order"},
	{"alignment 8 EiB", SEGMENT(PF_R, 0x100000, 1, 1, 1ull << 63),
	 INVALID "overlaps what lies below it, or is not in ascending order"},
	{"start inside a page", SEGMENT(PF_R, 0x100800, 0x800, 0x800, 0x800), INVALID "is not page-aligned"},
	{"end inside a page", SEGMENT(PF_R, 0x100000, 0x800, 0x800, 0x800), INVALID "is not page-aligned"},
	{"write and execute", SEGMENT(PF_W | PF_X, 0x100000, 1, 1, PAGE),
	 INVALID "requests WRITE and EXEC permissions"},
	{"read, write and execute", SEGMENT(PF_R | PF_W | PF_X, 0x100000, 1, 1, PAGE),
	 INVALID "requests WRITE and EXEC permissions"},
};

static void segment_rules_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(segment_cases); i++) {
		const struct segment_case *c = &segment_cases[i];
		struct elf_image image = image_of(&c->phdr, 1);
		struct error error;
		int result = plan_make(&image, &error);

		if (c->message)
			error_expect(c->what, result, &error, c->message);
		else
			success_expect(c->what, result, &error);
	}
}

/* The alignment reaches beyond memory although the segment does not. */
static void aligned_end_is_inside_memory(void **state)
{
	static const Elf64_Phdr phdr = SEGMENT(PF_R, 0x280000, 1, 1, 0x80000);
	struct elf_image image = image_of(&phdr, 1);
	struct error error = {0};

	(void)state;
	error_expect("3 MiB less a page", elf_plan_make(&image, &source, 0x300000 - PAGE, &plan, &error), &error,
		     "kernel: phdr[0] does not fit into 2 MiB of guest memory: the image ends at 3 MiB, "
		     "give more with --mem");
	success_expect("3 MiB", elf_plan_make(&image, &source, 0x300000, &plan, &error), &error);
}

static void segments_ascend(void **state)
{
	Elf64_Phdr phdrs[] = {
		SEGMENT(PF_R | PF_X, 0x100000, 0x2001, 0x2001, PAGE),
		SEGMENT(PF_R | PF_W, 0x103000, 1, 1, PAGE),
	};
	struct elf_image image = image_of(phdrs, 2);
	struct error error;

	(void)state;
	success_expect("adjoining segments", plan_make(&image, &error), &error);
	image.phdrs[1].p_vaddr = 0x102fff; /* in the page of the first one's last byte */
	error_expect("a shared page", plan_make(&image, &error), &error,
		     "kernel: Invalid or unsupported executable: phdr[1] overlaps what lies below it, "
		     "or is not in ascending order");
	image.phdrs[0].p_vaddr = 0x110000;
	image.phdrs[1].p_vaddr = 0x100000;
	error_expect("descending segments", plan_make(&image, &error), &error,
		     "kernel: Invalid or unsupported executable: phdr[1] overlaps what lies below it, "
		     "or is not in ascending order");
}

static void entry_is_inside_memory(void **state)
{
	static const Elf64_Phdr phdr = SEGMENT(PF_R | PF_X, 0x100000, 1, 1, PAGE);
	static const struct {
		uint64_t entry;
		const char *message;
	} cases[] = {
		{0x100000, NULL},
		{MEM_BYTES - 1, NULL},
		{0xfffff, "kernel: Invalid or unsupported executable: entry point 0xfffff outside of memory"},
		{MEM_BYTES, "kernel: Invalid or unsupported executable: entry point 0x200000 outside of memory"},
		{UINT64_MAX,
		 "kernel: Invalid or unsupported executable: entry point 0xffffffffffffffff outside of memory"},
	};
	struct elf_image image = image_of(&phdr, 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct error error;
		int result;

		image.header.e_entry = cases[i].entry;
		result = plan_make(&image, &error);
		if (cases[i].message)
			error_expect("entry", result, &error, cases[i].message);
		else
			success_expect("entry", result, &error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_layout_is_planned),      cmocka_unit_test(field_oddities_are_planned),
		cmocka_unit_test(nothing_to_load_is_planned),   cmocka_unit_test(segment_rules_hold),
		cmocka_unit_test(aligned_end_is_inside_memory), cmocka_unit_test(segments_ascend),
		cmocka_unit_test(entry_is_inside_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
