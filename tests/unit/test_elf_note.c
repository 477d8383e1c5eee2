/*
 * One note, judged from its bytes by the rules of the Solo5 ABI.
 * It is foreign (ignored), good (its payload is found) or malformed (an error).
 */
#include "abi/boot.h"
#include "abi/solo5_elf.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/unit.h"

#define MALFORMED "kernel: Invalid or unsupported executable: phdr[7] note does not fall within valid size"

static struct elf_file file;
static const uint8_t desc[ELF_FILE_DATA_MAX / 2] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

enum verdict { FOREIGN, GOOD, BAD };

struct decode_case {
	const char *what;
	const struct elf_note_kind *kind;
	const char *name;
	uint32_t name_bytes;
	uint32_t type;
	uint32_t desc_bytes;
	int64_t file_bytes; /* p_filesz more (or less) than the note's own size */
	enum verdict verdict;
	size_t payload;
	size_t payload_bytes;
};

#define ABI1 &elf_note_abi1, "Solo5", 6, ABI1_NOTE_TYPE
#define MFT1 &elf_note_mft1, "Solo5", 6, MFT1_NOTE_TYPE
#define TEND &elf_note_tend, "Tend", 5, TEND_NOTE_TYPE

static const struct decode_case decode_cases[] = {
	{"ABI1", ABI1, 16, 0, GOOD, 20, 16},
	{"ABI1 with a padded header", ABI1, 16, 4, GOOD, 20, 16},
	{"ABI1 of one byte", ABI1, 1, 0, GOOD, 20, 1},
	{"ABI1 of the largest size", ABI1, 32, 0, GOOD, 20, 32},
	{"ABI1 too large", ABI1, 33, 0, BAD, 0, 0},
	{"ABI1 empty", ABI1, 0, 0, BAD, 0, 0},
	{"ABI1 cut short", ABI1, 16, -1, BAD, 0, 0},
	{"MFT1", MFT1, 4 + 112, 0, GOOD, 24, 112},
	{"MFT1 of one byte", MFT1, 5, 0, GOOD, 24, 1},
	{"MFT1 of padding only", MFT1, 4, 0, BAD, 0, 0},
	{"MFT1 of less than its padding", MFT1, 1, 0, BAD, 0, 0},
	{"MFT1 of the largest size", MFT1, 6668, 0, GOOD, 24, 6664},
	{"MFT1 too large", MFT1, 6669, 0, BAD, 0, 0},
	{"MFT1 cut short", MFT1, 116, -1, BAD, 0, 0},
	{"Tend's own", TEND, 12, 0, GOOD, 20, 12},
	{"Tend's own, too large", TEND, 13, 0, BAD, 0, 0},
	{"anything short, when Tend's own is looked for", TEND, 12, 11 - 32, FOREIGN, 0, 0},
	{"another name", &elf_note_abi1, "Solo6", 6, ABI1_NOTE_TYPE, 16, 0, FOREIGN, 0, 0},
	{"a name without its NUL", &elf_note_abi1, "Solo5", 5, ABI1_NOTE_TYPE, 16, 0, FOREIGN, 0, 0},
	{"a longer name", &elf_note_abi1, "Solo5\0", 7, ABI1_NOTE_TYPE, 16, 0, FOREIGN, 0, 0},
	{"another type", &elf_note_abi1, "Solo5", 6, MFT1_NOTE_TYPE, 16, 0, FOREIGN, 0, 0},
	{"OpenBSD's decoy", &elf_note_abi1, "OpenBSD", 8, 1, 4, 0, FOREIGN, 0, 0},
	{"another's, malformed", &elf_note_abi1, "GNU", 4, 3, 0, 0, FOREIGN, 0, 0},
	{"shorter than three words", ABI1, 16, 11 - 36, BAD, 0, 0},
	{"three words only", ABI1, 16, 12 - 36, FOREIGN, 0, 0},
	{"shorter than a header", ABI1, 16, 19 - 36, FOREIGN, 0, 0},
	{"a header only", ABI1, 16, 20 - 36, BAD, 0, 0},
};

static void decode_case_check(const struct decode_case *c)
{
	Elf64_Phdr *phdr;
	struct error error = {0};
	size_t payload = 0;
	size_t payload_bytes = 0;
	int result;

	elf_file_start(&file);
	phdr = elf_file_note(&file, c->name, c->name_bytes, c->type, desc, c->desc_bytes);
	phdr->p_filesz += (uint64_t)c->file_bytes;
	result = elf_note_decode(c->kind, file.data, ELF_NOTE_HEAD_BYTES, phdr->p_filesz, "kernel", 7, &payload,
				 &payload_bytes, &error);
	if (c->verdict == BAD) {
		error_expect(c->what, result, &error, MALFORMED);
		return;
	}
	if (result != (c->verdict == GOOD))
		fail_msg("%s: returned %d: %s", c->what, result, error.text);
	if (payload != c->payload || payload_bytes != c->payload_bytes)
		fail_msg("%s: payload at %zu, %zu bytes", c->what, payload, payload_bytes);
}

static void note_rules_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(decode_cases); i++)
		decode_case_check(&decode_cases[i]);
}

/* The file may end inside a note's head. */
static void missing_bytes_are_noticed(void **state)
{
	struct error error = {0};
	size_t payload;
	size_t payload_bytes;

	(void)state;
	elf_file_start(&file);
	elf_file_note(&file, "Solo5", 6, ABI1_NOTE_TYPE, desc, 16);
	for (size_t available = 0; available <= ELF_NOTE_HEAD_BYTES; available++) {
		int expected = available < 12 ? -1 : available < ELF_NOTE_HEAD_BYTES ? 0 : 1;

		assert_int_equal(elf_note_decode(&elf_note_abi1, file.data, available, 36, "kernel", 7, &payload,
						 &payload_bytes, &error),
				 expected);
	}
}

/* The description's size is compared without wrapping. */
static void huge_size_is_malformed(void **state)
{
	static const uint32_t sizes[] = {UINT32_MAX, UINT32_MAX - 3, UINT32_MAX - 19, 0x80000000};
	struct error error = {0};
	size_t payload;
	size_t payload_bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
		elf_file_start(&file);
		elf_file_note(&file, "Solo5", 6, MFT1_NOTE_TYPE, desc, 116);
		memcpy(file.data + 4, &sizes[i], sizeof(sizes[i]));
		error_expect("a huge size",
			     elf_note_decode(&elf_note_mft1, file.data, ELF_NOTE_HEAD_BYTES, UINT64_MAX, "kernel", 7,
					     &payload, &payload_bytes, &error),
			     &error, MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(note_rules_hold),
		cmocka_unit_test(missing_bytes_are_noticed),
		cmocka_unit_test(huge_size_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
