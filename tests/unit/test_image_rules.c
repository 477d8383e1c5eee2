/* Which instructions a patch may take: small programs, one system call each, and where room must be found for it. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/patch/patch.h"
#include "tests/unit/unit.h"

#define BASE 0x400000u
#define CODE_OFFSET 0x1000u
#define CODE(...) {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})

struct rule_case {
	const char *what;
	uint8_t code[64];
	size_t code_bytes;
	enum patch_kind kind;
	unsigned start, end; /* offsets in the code of what is replaced */
	unsigned sites;
	uint64_t pointer; /* a word of data: offset in the code plus 1, 0: none */
};

static const struct rule_case cases[] = {
	{"mov imm32", CODE(0x90, 0xb8, 0x27, 0, 0, 0, 0x0f, 0x05, 0xc3), PATCH_BEFORE, 1, 6, 1, 0},
	{"mov imm32 with a pointer into it", CODE(0x90, 0xb8, 0x27, 0, 0, 0, 0x0f, 0x05, 0xc3), PATCH_BEFORE, 1, 6, 1,
	 3},
	{"two instructions", CODE(0x90, 0x48, 0x89, 0xd7, 0x48, 0x89, 0xc6, 0x0f, 0x05, 0xc3), PATCH_BEFORE, 1, 7, 1,
	 0},
	{"a jump to the system call itself",
	 CODE(0x90, 0x48, 0x89, 0xd7, 0x48, 0x89, 0xc6, 0x0f, 0x05, 0xeb, 0xfc, 0xc3), PATCH_BEFORE, 1, 7, 1, 0},
	{"a jump to the first of two", CODE(0x90, 0x48, 0x89, 0xd7, 0x48, 0x89, 0xc6, 0x0f, 0x05, 0xeb, 0xf6, 0xc3),
	 PATCH_BEFORE, 1, 7, 1, 0},
	{"a jump between two", CODE(0x90, 0x48, 0x89, 0xd7, 0x48, 0x89, 0xc6, 0x0f, 0x05, 0xeb, 0xf9, 0xc3),
	 PATCH_ACROSS, 4, 9, 1, 0},
	{"a pointer between two", CODE(0x90, 0x48, 0x89, 0xd7, 0x48, 0x89, 0xc6, 0x0f, 0x05, 0xc3), PATCH_ACROSS, 4, 9,
	 1, 5},
	{"jumps between two and to the system call",
	 CODE(0x90, 0x48, 0x89, 0xd7, 0x48, 0x89, 0xc6, 0x0f, 0x05, 0x48, 0x3d, 0, 0xf0, 0xff, 0xff, 0x77, 0xf6, 0x77,
	      0xf1, 0xc3),
	 PATCH_AFTER, 7, 15, 1, 0},
	{"a branch in front", CODE(0x74, 0x00, 0x31, 0xc0, 0x0f, 0x05, 0x48, 0x3d, 0, 0xf0, 0xff, 0xff, 0xc3),
	 PATCH_AFTER, 4, 12, 1, 0},
	{"a call in front", CODE(0xe8, 0, 0, 0, 0, 0x0f, 0x05, 0x48, 0x89, 0xc7, 0xc3), PATCH_AFTER, 5, 10, 1, 0},
	{"no room", CODE(0xeb, 0x00, 0x0f, 0x05, 0xc3), PATCH_NONE, 0, 0, 1, 0},
	{"no room at the end", CODE(0xc3, 0x0f, 0x05), PATCH_NONE, 0, 0, 1, 0},
	{"another system call in front", CODE(0x0f, 0x05, 0x0f, 0x05, 0xc3), PATCH_NONE, 0, 0, 2, 0},
	{"__restore_rt", CODE(0x90, 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05), PATCH_RESTORE, 0, 0, 1, 0},
	{"__restore_rt with eax", CODE(0x90, 0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05), PATCH_RESTORE, 0, 0, 1, 0},
	{"bytes inside an instruction", CODE(0xb8, 0x0f, 0x05, 0, 0, 0xc3), PATCH_NONE, 0, 0, 0, 0},
	{"data: what follows an undecodable byte", CODE(0xc3, 0x06, 0xb8, 0x27, 0, 0, 0, 0x0f, 0x05, 0xc3), PATCH_NONE,
	 0, 0, 0, 0},
	{"a lock prefix that is jumped over",
	 CODE(0xeb, 0x01, 0xf0, 0x0f, 0xb1, 0x0f, 0x90, 0x0f, 0x05, 0x90, 0x90, 0x90, 0xc3), PATCH_AFTER, 7, 12, 1, 0},
	{"an operand relative to the instruction", CODE(0x90, 0x8b, 0x05, 0x10, 0, 0, 0, 0x0f, 0x05, 0xc3),
	 PATCH_BEFORE, 1, 7, 1, 0},
};

/* One segment with everything, at fixed addresses. */
static size_t elf_make(const struct rule_case *test, uint8_t *file)
{
	Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_entry = BASE + CODE_OFFSET,
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr segments[] = {
		{.p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = BASE, .p_filesz = 512, .p_memsz = 512},
		{.p_type = PT_LOAD,
		 .p_flags = PF_R | PF_X,
		 .p_offset = CODE_OFFSET,
		 .p_vaddr = BASE + CODE_OFFSET,
		 .p_filesz = test->code_bytes,
		 .p_memsz = test->code_bytes},
	};
	uint64_t pointer = test->pointer ? BASE + CODE_OFFSET + test->pointer - 1 : 0;

	memset(file, 0, CODE_OFFSET);
	memcpy(file, &header, sizeof(header));
	memcpy(file + sizeof(header), segments, sizeof(segments));
	memcpy(file + 256, &pointer, sizeof(pointer));
	memcpy(file + CODE_OFFSET, test->code, test->code_bytes);
	return CODE_OFFSET + test->code_bytes;
}

static void case_check(const struct rule_case *test, const struct patch_object *object)
{
	const struct patch_site *site;

	if (object->site_count != test->sites)
		fail_msg("%s: %u sites", test->what, object->site_count);
	if (!test->sites)
		return;
	site = &object->sites[object->site_count - 1];
	if (site->kind != test->kind)
		fail_msg("%s: kind %d", test->what, site->kind);
	if (site->kind >= PATCH_BEFORE &&
	    (site->start - BASE - CODE_OFFSET != test->start || site->end - BASE - CODE_OFFSET != test->end))
		fail_msg("%s: [%lu, %lu)", test->what, site->start - BASE - CODE_OFFSET,
			 site->end - BASE - CODE_OFFSET);
}

static void rules_are_kept(void **state)
{
	static uint8_t file[CODE_OFFSET + 64];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		size_t bytes = elf_make(&cases[i], file);
		uint8_t *copy = malloc(bytes);
		struct patch_object object;
		struct error error = {0};
		int result;

		assert_non_null(copy);
		memcpy(copy, file, bytes);
		result = patch_object_make(copy, bytes, &object, &error);
		if (result != (cases[i].kind >= PATCH_BEFORE))
			fail_msg("%s: %d: %s", cases[i].what, result, error.text);
		case_check(&cases[i], &object);
		patch_object_free(&object);
		free(copy);
	}
}

/* A call at the start of each of two segments, the second one's at the end of its page, with more behind it. */
static size_t segments_make(uint64_t second_address, uint64_t second_offset, uint8_t *file)
{
	static const uint8_t call[] = {0xb8, 0x27, 0, 0, 0, 0x0f, 0x05, 0xc3};
	Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_entry = 0x1000,
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr segments[2] = {
		{PT_LOAD, PF_R | PF_X, 0x1000, 0x1000, 0, 0x80, 0x80, 0x1000},
		{PT_LOAD, PF_R | PF_X, second_offset, second_address, 0, 0x880, 0x880, 0x1000},
	};
	size_t bytes = second_offset + 0x880;

	memset(file, 0x90, bytes);
	memcpy(file, &header, sizeof(header));
	memcpy(file + sizeof(header), segments, sizeof(segments));
	memcpy(file + 0x1000, call, sizeof(call));
	memcpy(file + second_offset + 0x7fd, call, sizeof(call));
	return bytes;
}

/* Segments that share a page of addresses or of the file, but not both, are left alone. */
static void segments_are_apart(void **state)
{
	static const struct {
		uint64_t address, offset;
		unsigned sites;
	} pairs[] = {
		{0x2800, 0x2800, 2},
		{0x1800, 0x1800, 2},
		{0x1800, 0x2800, 0},
		{0x2800, 0x1800, 0},
	};
	static uint8_t file[0x4000];

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
		struct patch_object object;
		struct error error = {0};
		size_t bytes = segments_make(pairs[i].address, pairs[i].offset, file);

		if (patch_object_make(file, bytes, &object, &error) != (pairs[i].sites > 0) ||
		    object.site_count != pairs[i].sites)
			fail_msg("%lx at %lx: %u sites %s", pairs[i].address, pairs[i].offset, object.site_count,
				 error.text);
		patch_object_free(&object);
	}
}

/* The stub, byte by byte: a load relative to RIP, moved from 0x401001 to the page behind the object. */
static void stub_is_as_agreed(void **state)
{
	static const uint8_t wanted[] = {0x8b, 0x05, 0x11, 0xf0, 0xff, 0xff,       /* mov 0x401017(%rip) */
					 0x48, 0x8d, 0x0d, 0xfc, 0xef, 0xff, 0xff, /* lea 0x401009(%rip),%rcx */
					 0x65, 0xff, 0x24, 0x25, 0x18, 0,    0,    0, 0xcc}; /* jmp *%gs:24 */
	static const uint8_t jump[] = {0x90, 0xe9, 0xfa, 0x0f, 0, 0, 0xcc, 0x0f, 0x05, 0xc3};
	static uint8_t file[CODE_OFFSET + 64];
	struct patch_object object;
	struct error error = {0};
	size_t bytes = elf_make(&cases[ARRAY_COUNT(cases) - 1], file);

	(void)state;
	assert_int_equal(patch_object_make(file, bytes, &object, &error), 1);
	assert_int_equal(object.vaddr_start, BASE);
	assert_int_equal(object.vaddr_end, BASE + 0x2000);
	assert_int_equal(object.stub_bytes, 4096);
	assert_memory_equal(object.stubs, wanted, sizeof(wanted));
	assert_int_equal(object.run_count, 1);
	assert_int_equal(object.runs[0].file_offset, CODE_OFFSET);
	assert_int_equal(object.runs[0].vaddr, BASE + CODE_OFFSET);
	assert_int_equal(object.runs[0].bytes, 4096);
	assert_memory_equal(object.runs[0].data, jump, sizeof(jump));
	patch_object_free(&object);
}

static void others_are_left_alone(void **state)
{
	static uint8_t file[CODE_OFFSET + 64];
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)file;
	Elf64_Phdr *code = (Elf64_Phdr *)(void *)(file + sizeof(*header)) + 1;
	struct patch_object object;
	struct error error = {0};

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		size_t bytes = elf_make(&cases[0], file);

		header->e_machine = i == 0 ? EM_AARCH64 : EM_X86_64;
		header->e_ident[EI_CLASS] = i == 1 ? ELFCLASS32 : ELFCLASS64;
		header->e_type = i == 2 ? ET_REL : ET_EXEC;
		code->p_flags = i == 3 ? PF_R | PF_W | PF_X : i == 4 ? PF_R : PF_R | PF_X;
		code->p_offset += i == 5;
		code->p_vaddr = i == 6 ? 1ull << 63 : code->p_vaddr;
		code->p_filesz += i == 7;
		assert_int_equal(patch_object_make(file, bytes, &object, &error), 0);
		patch_object_free(&object);
	}
	assert_int_equal(patch_object_make("#!/bin/sh\n", 10, &object, &error), 0);
	assert_int_equal(patch_object_make("", 0, &object, &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_kept),
		cmocka_unit_test(segments_are_apart),
		cmocka_unit_test(stub_is_as_agreed),
		cmocka_unit_test(others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
