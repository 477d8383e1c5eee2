/*
 * Fuzz target: the bytes are an executable. Its headers, loading plan, notes and manifest are judged as by a tender; a
 * plan that was accepted must keep to the rules that loading relies on.
 */
#include <string.h>
#include <sys/mman.h>

#include "abi/boot.h"
#include "abi/solo5_elf.h"
#include "abi/solo5_spt.h"
#include "tender/elf/source.h"
#include "tender/manifest/manifest.h"
#include "tests/fuzz/fuzz.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#endif

static void plan_check(const struct elf_plan *plan, uint64_t mem_bytes, uint64_t file_bytes)
{
	uint64_t end = SPT_IMAGE_BASE;

	FUZZ_CHECK(plan->entry >= SPT_IMAGE_BASE && plan->entry < mem_bytes);
	for (unsigned i = 0; i < plan->count; i++) {
		const struct elf_segment *segment = &plan->segments[i];

		FUZZ_CHECK(segment->start >= end && segment->start <= segment->address);
		FUZZ_CHECK(segment->file_bytes <= segment->mem_bytes);
		FUZZ_CHECK(segment->mem_bytes <= segment->end - segment->address);
		FUZZ_CHECK(segment->end <= mem_bytes && segment->start < segment->end);
		FUZZ_CHECK(segment->start % SPT_PAGE_SIZE == 0 && segment->end % SPT_PAGE_SIZE == 0);
		FUZZ_CHECK(!(segment->prot & PROT_WRITE) || !(segment->prot & PROT_EXEC));
		FUZZ_CHECK(segment->offset <= file_bytes && segment->file_bytes <= file_bytes - segment->offset);
		end = segment->end;
	}
	FUZZ_CHECK(plan->kernel_end == end);
}

static void notes_check(const struct elf_source *source, const struct elf_image *image)
{
	struct mft *mft = malloc(sizeof(*mft));
	void *abi = malloc(ABI1_NOTE_MAX_SIZE);
	void *tend = malloc(sizeof(struct tend_note_payload));
	struct elf_note_request requests[] = {
		{.kind = &elf_note_abi1, .out = abi},
		{.kind = &elf_note_mft1, .out = mft},
		{.kind = &elf_note_tend, .out = tend},
	};
	struct error error = {0};

	FUZZ_CHECK(mft && abi && tend);
	if (elf_notes_read(source, image, requests, 3, &error) < 0)
		fuzz_error_check(&error);
	else if (manifest_check(mft, requests[1].bytes))
		fuzz_manifest_check(mft, requests[1].bytes);
	free(mft);
	free(abi);
	free(tend);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t mem_mib[] = {1, 2, 64, 512, 1 << 20};
	struct elf_source source = elf_source_memory("fuzz", data, size);
	struct elf_image image;
	struct error error = {0};

	if (elf_image_read(&source, MACHINE, &image, &error) < 0) {
		fuzz_error_check(&error);
		return 0;
	}
	for (size_t i = 0; i < sizeof(mem_mib) / sizeof(mem_mib[0]); i++) {
		struct elf_plan plan;

		if (elf_plan_make(&image, &source, mem_mib[i] << 20, &plan, &error) < 0)
			fuzz_error_check(&error);
		else
			plan_check(&plan, mem_mib[i] << 20, size);
	}
	notes_check(&source, &image);
	return 0;
}
