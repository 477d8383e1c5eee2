/*
 * Fuzz target: the first byte chooses a kind of note and how many headers name it, the rest is the note. Closer to the
 * notes and the manifest than fuzz_image.c, which must get the headers right first.
 */
#define _GNU_SOURCE

#include <string.h>

#include "abi/boot.h"
#include "abi/solo5_elf.h"
#include "tender/elf/source.h"
#include "tender/manifest/manifest.h"
#include "tests/fuzz/fuzz.h"

static const struct elf_note_kind *const kinds[] = {&elf_note_abi1, &elf_note_mft1, &elf_note_tend};

/* The payload that was found lies in the note; a manifest that is accepted is one. */
static void found_check(const struct elf_note_request *request, const uint8_t *note, size_t note_bytes)
{
	FUZZ_CHECK(request->bytes <= request->kind->max_bytes);
	FUZZ_CHECK(memmem(note, note_bytes, request->out, request->bytes));
	FUZZ_CHECK(memmem(note, note_bytes, request->kind->name, request->kind->name_bytes));
	if (request->kind == &elf_note_mft1 && manifest_check(request->out, request->bytes))
		fuzz_manifest_check(request->out, request->bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_source source;
	struct elf_image image = {.header = {.e_phnum = 1}};
	struct elf_note_request request;
	struct error error = {0};

	if (size < 2)
		return 0;
	source = elf_source_memory("fuzz", data + 1, size - 1);
	/* A second header with the note's tail: at most one of them is used. */
	image.header.e_phnum = data[0] & 4 ? 2 : 1;
	image.phdrs[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_filesz = data[0] & 8 ? UINT64_MAX : size - 1};
	image.phdrs[1] = (Elf64_Phdr){.p_type = PT_NOTE, .p_offset = data[0] >> 4, .p_filesz = size - 1};
	request.kind = kinds[(data[0] & 3) % 3];
	request.out = malloc(request.kind == &elf_note_mft1 ? sizeof(struct mft) : request.kind->max_bytes);
	FUZZ_CHECK(request.out);
	if (elf_notes_read(&source, &image, &request, 1, &error) < 0)
		fuzz_error_check(&error);
	else if (request.bytes)
		found_check(&request, data + 1, size - 1);
	free(request.out);
	return 0;
}
