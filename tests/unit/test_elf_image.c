/*
 * The ELF header and program headers: what a Solo5 executable may look like, and the message for everything else.
 * Each case of the table overwrites one field of a valid file.
 */
#include <errno.h>

#include "tests/unit/elf_file.h"
#include "tests/unit/unit.h"

#define INVALID "kernel: Invalid or unsupported executable: "

_Static_assert(ELF_PHDR_MAX == 32, "the table says how many program headers there can be");

static struct elf_file file;
static struct elf_image image;

/* Reads the file; the error is cleared first. */
static int file_read(struct error *error)
{
	struct elf_source source = elf_file_source(&file);

	memset(error, 0, sizeof(*error));
	memset(&image, 0, sizeof(image));
	return elf_image_read(&source, EM_X86_64, &image, error);
}

static void valid_file_start(void)
{
	elf_file_start(&file);
	elf_file_phdr(&file, PT_LOAD)->p_vaddr = 0x123000;
	elf_file_phdr(&file, PT_NOTE)->p_offset = 77;
	file.header.e_entry = 0x123456;
}

static void valid_header_is_read(void **state)
{
	struct error error;

	(void)state;
	valid_file_start();
	success_expect("a valid file", file_read(&error), &error);
	assert_int_equal(image.header.e_entry, 0x123456);
	assert_int_equal(image.header.e_phnum, 2);
	assert_int_equal(image.phdrs[0].p_type, PT_LOAD);
	assert_int_equal(image.phdrs[0].p_vaddr, 0x123000);
	assert_int_equal(image.phdrs[1].p_type, PT_NOTE);
	assert_int_equal(image.phdrs[1].p_offset, 77);
}

static void os_abi_is_ignored(void **state)
{
	struct error error;

	(void)state;
	valid_file_start();
	file.header.e_ident[EI_OSABI] = ELFOSABI_OPENBSD;
	file.header.e_ident[EI_ABIVERSION] = 9;
	success_expect("another OS ABI", file_read(&error), &error);
}

struct field_case {
	const char *what;
	size_t offset;
	size_t size;
	uint64_t value;
	const char *message;
};

#define FIELD(field, value, message)                                                                                   \
	{                                                                                                              \
#field " = " #value, offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field), value,             \
			INVALID message                                                                                \
	}
#define IDENT(index, value, message)                                                                                   \
	{                                                                                                              \
#index " = " #value, index, 1, value, INVALID message                                                  \
	}

static const struct field_case field_cases[] = {
	IDENT(EI_MAG0, 0, "not an ELF file"),
	IDENT(EI_MAG3, 'f', "not an ELF file"),
	IDENT(EI_CLASS, ELFCLASS32, "not 64-bit little-endian ELF"),
	IDENT(EI_CLASS, 3, "not 64-bit little-endian ELF"),
	IDENT(EI_DATA, ELFDATA2MSB, "not 64-bit little-endian ELF"),
	IDENT(EI_VERSION, 0, "ELF version 0 instead of 1"),
	FIELD(e_version, 2, "ELF version 2 instead of 1"),
	FIELD(e_version, 0, "ELF version 0 instead of 1"),
	FIELD(e_machine, EM_AARCH64, "built for aarch64, this tender runs x86_64"),
	FIELD(e_machine, EM_PPC64, "built for ppc64, this tender runs x86_64"),
	FIELD(e_machine, EM_386, "built for another machine, this tender runs x86_64"),
	FIELD(e_type, ET_DYN, "ELF type 3, a unikernel has 2 (ET_EXEC); link it with -no-pie"),
	FIELD(e_type, ET_REL, "ELF type 1, a unikernel has 2 (ET_EXEC); link it with -no-pie"),
	FIELD(e_ehsize, 63, "wrong ELF header sizes"),
	FIELD(e_ehsize, 65, "wrong ELF header sizes"),
	FIELD(e_phentsize, 55, "wrong ELF header sizes"),
	FIELD(e_phentsize, 57, "wrong ELF header sizes"),
	FIELD(e_phnum, 0, "0 program headers (1 to 32 can be)"),
	FIELD(e_phnum, 33, "33 program headers (1 to 32 can be)"),
	FIELD(e_phnum, 65535, "65535 program headers (1 to 32 can be)"),
	FIELD(e_phoff, UINT64_MAX, "program header offset out of range"),
	FIELD(e_phoff, UINT64_MAX - 32 * 56 + 1, "program header offset out of range"),
	FIELD(e_phoff, UINT64_MAX - 32 * 56, "the file ends inside its program headers"),
};

static void wrong_field_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(field_cases); i++) {
		const struct field_case *c = &field_cases[i];
		struct error error;

		valid_file_start();
		memcpy((uint8_t *)&file.header + c->offset, &c->value, c->size); /* little-endian */
		error_expect(c->what, file_read(&error), &error, c->message);
	}
}

static void other_tenders_refuse_this_machine(void **state)
{
	struct error error = {0};
	struct elf_source source;

	(void)state;
	valid_file_start();
	source = elf_file_source(&file);
	error_expect("aarch64 tender", elf_image_read(&source, EM_AARCH64, &image, &error), &error,
		     INVALID "built for x86_64, this tender runs aarch64");
	file.header.e_machine = EM_AARCH64;
	success_expect("aarch64 tender", elf_image_read(&source, EM_AARCH64, &image, &error), &error);
}

static void most_program_headers_are_read(void **state)
{
	struct error error;

	(void)state;
	elf_file_start(&file);
	for (unsigned i = 0; i < ELF_PHDR_MAX; i++)
		elf_file_phdr(&file, PT_LOAD)->p_vaddr = i;
	success_expect("as many program headers as can be", file_read(&error), &error);
	assert_int_equal(image.header.e_phnum, ELF_PHDR_MAX);
	assert_int_equal(image.phdrs[ELF_PHDR_MAX - 1].p_vaddr, ELF_PHDR_MAX - 1);
}

/* Program headers need not lie behind the ELF header. */
static void distant_program_headers_are_read(void **state)
{
	struct error error;

	(void)state;
	valid_file_start();
	memcpy(file.data + 5, file.phdrs, 2 * sizeof(file.phdrs[0]));
	memset(file.phdrs, 0, sizeof(file.phdrs));
	file.header.e_phoff = offsetof(struct elf_file, data) + 5;
	file.data_used = 5 + 2 * sizeof(file.phdrs[0]);
	success_expect("distant program headers", file_read(&error), &error);
	assert_int_equal(image.header.e_phnum, 2);
	assert_int_equal(image.phdrs[0].p_vaddr, 0x123000);
	assert_int_equal(image.phdrs[1].p_offset, 77);
	file.data_used--;
	error_expect("distant and cut short", file_read(&error), &error,
		     INVALID "the file ends inside its program headers");
}

static void short_file_is_refused(void **state)
{
	static const struct {
		size_t size;
		const char *message;
	} cases[] = {
		{0, INVALID "shorter than an ELF header"},
		{63, INVALID "shorter than an ELF header"},
		{64, INVALID "the file ends inside its program headers"},
		{64 + 2 * 56 - 1, INVALID "the file ends inside its program headers"},
	};

	(void)state;
	valid_file_start();
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct elf_source source = elf_source_memory(ELF_FILE_NAME, &file, cases[i].size);
		struct error error = {0};

		error_expect("a short file", elf_image_read(&source, EM_X86_64, &image, &error), &error,
			     cases[i].message);
	}
}

/* An I/O error anywhere but at the beginning. */
static long header_read_at(const struct elf_source *source, void *buf, size_t size, uint64_t offset)
{
	if (offset > 0)
		return nothing_read_at(source, buf, size, offset);
	memcpy(buf, &file, sizeof(file.header));
	return sizeof(file.header);
}

static void unreadable_file_is_refused(void **state)
{
	struct elf_source source = {.name = ELF_FILE_NAME, .read_at = nothing_read_at};
	struct error error = {0};

	(void)state;
	valid_file_start();
	error_expect("nothing to be read", elf_image_read(&source, EM_X86_64, &image, &error), &error,
		     "kernel: Could not read: Input/output error");
	source.read_at = header_read_at;
	file.header.e_phoff = 4096;
	error_expect("only the header to be read", elf_image_read(&source, EM_X86_64, &image, &error), &error,
		     "kernel: Could not read: Input/output error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_header_is_read),          cmocka_unit_test(os_abi_is_ignored),
		cmocka_unit_test(wrong_field_is_refused),        cmocka_unit_test(other_tenders_refuse_this_machine),
		cmocka_unit_test(most_program_headers_are_read), cmocka_unit_test(distant_program_headers_are_read),
		cmocka_unit_test(short_file_is_refused),         cmocka_unit_test(unreadable_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
