/* Notes of a Solo5 executable: one per PT_NOTE header, the first of a kind wins. */
#include <stdbool.h>
#include <string.h>

#include "abi/boot.h"
#include "abi/solo5_elf.h"
#include "tender/elf/elf.h"

const struct elf_note_kind elf_note_abi1 = {
	.name = SOLO5_NOTE_NAME,
	.name_bytes = SOLO5_NOTE_NAME_SIZE,
	.type = ABI1_NOTE_TYPE,
	.align = ABI1_NOTE_ALIGN,
	.max_bytes = ABI1_NOTE_MAX_SIZE,
	.is_strict = true,
};
const struct elf_note_kind elf_note_mft1 = {
	.name = SOLO5_NOTE_NAME,
	.name_bytes = SOLO5_NOTE_NAME_SIZE,
	.type = MFT1_NOTE_TYPE,
	.align = MFT1_NOTE_ALIGN,
	.max_bytes = MFT1_NOTE_MAX_SIZE,
	.is_strict = true,
};
const struct elf_note_kind elf_note_tend = {
	.name = TEND_NOTE_NAME,
	.name_bytes = TEND_NOTE_NAME_SIZE,
	.type = TEND_NOTE_TYPE,
	.align = 4,
	.max_bytes = sizeof(struct tend_note_payload),
};

#define NOTE_WORDS_BYTES 12

_Static_assert(SOLO5_NOTE_HEADER_SIZE <= ELF_NOTE_HEAD_BYTES, "a Solo5 note can be told by its head");
_Static_assert(TEND_NOTE_HEADER_SIZE <= ELF_NOTE_HEAD_BYTES, "a Tend note can be told by its head");

static uint32_t word_at(const uint8_t *bytes, size_t offset)
{
	uint32_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

static int note_error(const char *name, unsigned index, struct error *error)
{
	return error_set(error, "%s: Invalid or unsupported executable: phdr[%u] note does not fall within valid size",
			 name, index);
}

int elf_note_decode(const struct elf_note_kind *kind, const uint8_t *head, size_t available, uint64_t file_bytes,
		    const char *name, unsigned index, size_t *payload, size_t *payload_bytes, struct error *error)
{
	uint32_t header_bytes = NOTE_WORDS_BYTES + ((kind->name_bytes + 3) & ~3u);
	uint32_t desc_bytes;
	uint32_t pad;

	if (file_bytes < NOTE_WORDS_BYTES || available < NOTE_WORDS_BYTES)
		return kind->is_strict ? note_error(name, index, error) : 0;
	if (file_bytes < header_bytes || available < header_bytes)
		return 0;
	if (word_at(head, 0) != kind->name_bytes || word_at(head, 8) != kind->type ||
	    memcmp(head + NOTE_WORDS_BYTES, kind->name, kind->name_bytes) != 0)
		return 0;
	desc_bytes = word_at(head, 4);
	pad = -header_bytes & (kind->align - 1);
	if (desc_bytes > kind->max_bytes || desc_bytes <= pad || file_bytes - header_bytes < desc_bytes)
		return note_error(name, index, error);
	*payload = header_bytes + pad;
	*payload_bytes = desc_bytes - pad;
	return 1;
}

/* Matches the note of program header `index`, whose head is given, with the requests. */
static int note_match(const struct elf_source *source, const struct elf_image *image, unsigned index,
		      const uint8_t *head, size_t available, struct elf_note_request *requests, size_t count,
		      struct error *error)
{
	const Elf64_Phdr *phdr = &image->phdrs[index];

	for (size_t i = 0; i < count; i++) {
		size_t payload = 0;
		size_t bytes = 0;
		int found;

		if (requests[i].bytes)
			continue;
		found = elf_note_decode(requests[i].kind, head, available, phdr->p_filesz, source->name, index,
					&payload, &bytes, error);
		if (found == 0)
			continue;
		if (found < 0)
			return -1;
		if (source->read_at(source, requests[i].out, bytes, phdr->p_offset + payload) != (long)bytes)
			return note_error(source->name, index, error);
		requests[i].bytes = bytes;
		return 0;
	}
	return 0;
}

int elf_notes_read(const struct elf_source *source, const struct elf_image *image, struct elf_note_request *requests,
		   size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++)
		requests[i].bytes = 0;
	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		const Elf64_Phdr *phdr = &image->phdrs[i];
		uint8_t head[ELF_NOTE_HEAD_BYTES];
		long got;

		if (phdr->p_type != PT_NOTE)
			continue;
		if (phdr->p_offset > INT64_MAX - MFT1_NOTE_MAX_SIZE - ELF_NOTE_HEAD_BYTES)
			return note_error(source->name, i, error);
		got = source->read_at(source, head, sizeof(head), phdr->p_offset);
		if (got < 0)
			return error_set(error, "%s: Could not read note: %s", source->name, error_name(-got));
		if (note_match(source, image, i, head, (size_t)got, requests, count, error) < 0)
			return -1;
	}
	return 0;
}
