/*
 * The search for notes through an executable's PT_NOTE headers: one note per header, the first of a kind wins.
 * What makes a note good or malformed is tested in test_elf_note.c.
 */
#include <errno.h>

#include "abi/boot.h"
#include "abi/solo5_elf.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/unit.h"

#define MALFORMED(index)                                                                                               \
	"kernel: Invalid or unsupported executable: phdr[" index "] note does not fall within valid size"

static struct elf_file file;
static const uint8_t desc[256] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

/* Searches the file for notes of one kind: the payload's size, 0 for none, or -1. */
static long note_read(const struct elf_note_kind *kind, void *out, struct error *error)
{
	static struct elf_image image;
	struct elf_note_request request = {.kind = kind, .out = out};
	struct elf_source source = elf_file_source(&file);

	memset(error, 0, sizeof(*error));
	success_expect("a valid file", elf_image_read(&source, EM_X86_64, &image, error), error);
	return elf_notes_read(&source, &image, &request, 1, error) < 0 ? -1 : (long)request.bytes;
}

/* As our linker script lays them out: a decoy first, each note in a header of its own. */
static void usual_file_start(void)
{
	static const struct abi1_info abi = {SPT_ABI_TARGET, 2, 0, 0};

	elf_file_start(&file);
	elf_file_phdr(&file, PT_LOAD);
	elf_file_note(&file, "OpenBSD", 8, 1, desc, 4);
	elf_file_note(&file, "Solo5", 6, ABI1_NOTE_TYPE, &abi, sizeof(abi));
	elf_file_note(&file, "Solo5", 6, MFT1_NOTE_TYPE, desc, 116);
	elf_file_note(&file, "Tend", 5, TEND_NOTE_TYPE, desc, 12);
}

static void notes_are_found(void **state)
{
	struct abi1_info abi;
	uint8_t out[MFT1_NOTE_MAX_SIZE];
	struct error error;

	(void)state;
	usual_file_start();
	assert_int_equal(note_read(&elf_note_abi1, &abi, &error), sizeof(abi));
	assert_int_equal(abi.abi_target, SPT_ABI_TARGET);
	assert_int_equal(abi.abi_version, 2);
	assert_int_equal(note_read(&elf_note_mft1, out, &error), 112);
	assert_memory_equal(out, desc + 4, 112);
	assert_int_equal(note_read(&elf_note_tend, out, &error), 12);
	assert_memory_equal(out, desc, 12);
}

/* Several kinds in one pass; each finds its own, whatever the order. */
static void notes_are_found_together(void **state)
{
	static struct elf_image image;
	uint8_t out[3][MFT1_NOTE_MAX_SIZE];
	struct elf_note_request requests[] = {
		{.kind = &elf_note_tend, .out = out[0], .bytes = 99},
		{.kind = &elf_note_abi1, .out = out[1], .bytes = 99},
		{.kind = &elf_note_mft1, .out = out[2], .bytes = 99},
	};
	struct elf_source source;
	struct error error = {0};

	(void)state;
	usual_file_start();
	file.phdrs[4].p_type = PT_NULL; /* no note of Tend's */
	source = elf_file_source(&file);
	success_expect("a valid file", elf_image_read(&source, EM_X86_64, &image, &error), &error);
	success_expect("three kinds", elf_notes_read(&source, &image, requests, 3, &error), &error);
	assert_int_equal(requests[0].bytes, 0);
	assert_int_equal(requests[1].bytes, 16);
	assert_int_equal(requests[2].bytes, 112);
	assert_memory_equal(out[2], desc + 4, 112);
}

static void absent_note_is_no_error(void **state)
{
	uint8_t out[ABI1_NOTE_MAX_SIZE];
	struct error error;

	(void)state;
	elf_file_start(&file);
	elf_file_phdr(&file, PT_LOAD);
	elf_file_note(&file, "OpenBSD", 8, 1, desc, 4);
	assert_int_equal(note_read(&elf_note_abi1, out, &error), 0);
}

static void first_note_wins(void **state)
{
	uint8_t out[ABI1_NOTE_MAX_SIZE];
	struct error error;

	(void)state;
	elf_file_start(&file);
	elf_file_note(&file, "Solo5", 6, ABI1_NOTE_TYPE, "first", 6);
	elf_file_note(&file, "Solo5", 6, ABI1_NOTE_TYPE, "second", 7);
	elf_file_note(&file, "Solo5", 6, ABI1_NOTE_TYPE, desc, 0); /* malformed, but behind the one that counts */
	assert_int_equal(note_read(&elf_note_abi1, out, &error), 6);
	assert_memory_equal(out, "first", 6);
}

/* Only the first note of a header is looked at. */
static void second_note_of_a_header_is_ignored(void **state)
{
	uint8_t out[ABI1_NOTE_MAX_SIZE];
	struct error error;

	(void)state;
	elf_file_start(&file);
	elf_file_note(&file, "OpenBSD", 8, 1, desc, 4);
	elf_file_note(&file, "Solo5", 6, ABI1_NOTE_TYPE, desc, 16);
	file.phdrs[0].p_filesz += file.phdrs[1].p_filesz;
	file.phdrs[1].p_type = PT_NULL;
	assert_int_equal(note_read(&elf_note_abi1, out, &error), 0);
}

static void malformed_notes_are_refused(void **state)
{
	uint8_t out[MFT1_NOTE_MAX_SIZE];
	struct error error;

	(void)state;
	usual_file_start();
	file.phdrs[1].p_filesz = 11; /* the decoy: too short for anyone's note */
	error_expect("a tiny header", note_read(&elf_note_abi1, out, &error), &error, MALFORMED("1"));
	usual_file_start();
	file.phdrs[3].p_offset = (uint64_t)INT64_MAX + 1;
	error_expect("offset out of range", note_read(&elf_note_mft1, out, &error), &error, MALFORMED("3"));
	file.phdrs[3].p_offset = INT64_MAX;
	error_expect("offset behind the end", note_read(&elf_note_mft1, out, &error), &error, MALFORMED("3"));
	usual_file_start();
	file.data_used -= 1;
	error_expect("the file ends inside", note_read(&elf_note_tend, out, &error), &error, MALFORMED("4"));
}

/* p_filesz beyond anything sensible does not matter as long as the note's own size does. */
static void large_header_is_read(void **state)
{
	uint8_t out[ABI1_NOTE_MAX_SIZE];
	struct error error;

	(void)state;
	usual_file_start();
	file.phdrs[2].p_filesz = UINT64_MAX;
	assert_int_equal(note_read(&elf_note_abi1, out, &error), 16);
}

static void unreadable_note_is_refused(void **state)
{
	struct elf_source source = {.name = ELF_FILE_NAME, .read_at = nothing_read_at};
	struct elf_image image = {.header = {.e_phnum = 1}};
	uint8_t out[ABI1_NOTE_MAX_SIZE];
	struct elf_note_request request = {.kind = &elf_note_abi1, .out = out};
	struct error error = {0};

	(void)state;
	image.phdrs[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_filesz = 36};
	error_expect("nothing to be read", elf_notes_read(&source, &image, &request, 1, &error), &error,
		     "kernel: Could not read note: Input/output error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_are_found),
		cmocka_unit_test(notes_are_found_together),
		cmocka_unit_test(absent_note_is_no_error),
		cmocka_unit_test(first_note_wins),
		cmocka_unit_test(second_note_of_a_header_is_ignored),
		cmocka_unit_test(malformed_notes_are_refused),
		cmocka_unit_test(large_header_is_read),
		cmocka_unit_test(unreadable_note_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
