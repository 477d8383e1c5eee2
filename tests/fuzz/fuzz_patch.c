/*
 * Fuzz target: the bytes are an ELF file. What comes out must differ from it only where sites are, jump to the stubs,
 * and lie where a loader and the image's checks expect it. Segments are moved about as wholes, too: bytes changed at
 * random seldom leave two of them that make sense and meet.
 */
#include <elf.h>
#include <string.h>

#include "image/patch/patch.h"
#include "tests/fuzz/fuzz.h"

#define PAGE 4096u

static void site_check(const struct patch_object *object, const struct patch_site *site, const struct patch_site *next)
{
	if (next)
		FUZZ_CHECK(site->vaddr < next->vaddr);
	if (site->kind < PATCH_BEFORE)
		return;
	FUZZ_CHECK(site->end - site->start >= 5 && site->end - site->start < 32);
	FUZZ_CHECK(site->start <= site->vaddr && site->end >= site->vaddr);
	FUZZ_CHECK(site->stub >= object->vaddr_end && site->stub < object->vaddr_end + object->stub_bytes);
	if (next && next->kind >= PATCH_BEFORE)
		FUZZ_CHECK(next->start >= site->end && next->stub > site->stub);
}

/* The site whose replaced bytes have the address, or NULL. */
static const struct patch_site *site_find(const struct patch_object *object, uint64_t vaddr)
{
	for (uint32_t i = 0; i < object->site_count; i++) {
		const struct patch_site *site = &object->sites[i];

		if (site->kind >= PATCH_BEFORE && vaddr >= site->start && vaddr < site->end)
			return site;
	}
	return NULL;
}

/* It is patched, and in one run only. */
static void site_runs_check(const struct patch_object *object, const struct patch_site *site)
{
	unsigned count = 0;

	for (uint32_t i = 0; site->kind >= PATCH_BEFORE && i < object->run_count; i++) {
		const struct patch_run *run = &object->runs[i];

		if (site->start - run->vaddr >= run->bytes)
			continue;
		count++;
		FUZZ_CHECK(site->end - run->vaddr <= run->bytes && run->data[site->start - run->vaddr] == 0xe9);
	}
	FUZZ_CHECK(count == (site->kind >= PATCH_BEFORE));
}

static void run_check(const struct patch_object *object, const struct patch_run *run, const uint8_t *file, size_t size)
{
	FUZZ_CHECK(run->bytes && run->bytes % PAGE == 0 && run->file_offset % PAGE == 0 && run->vaddr % PAGE == 0);
	FUZZ_CHECK(run->vaddr >= object->vaddr_start && run->vaddr + run->bytes <= object->vaddr_end);
	for (uint64_t i = 0; i < run->bytes; i++) {
		uint64_t offset = run->file_offset + i;
		uint8_t original = offset < size ? file[offset] : 0;
		const struct patch_site *site;
		int32_t distance;

		if (run->data[i] == original)
			continue;
		site = site_find(object, run->vaddr + i);
		FUZZ_CHECK(site);
		if (run->vaddr + i == site->start) {
			FUZZ_CHECK(run->data[i] == 0xe9);
			memcpy(&distance, run->data + i + 1, sizeof(distance));
			FUZZ_CHECK(site->start + 5 + (uint64_t)(int64_t)distance == site->stub);
		}
	}
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);

/* One time in four, moves one segment by half a page or a few, in memory, in the file or in both. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	uint64_t place, distance = (seed >> 8 & 15) * (PAGE / 2) - 4 * PAGE;

	if (seed % 4 || size < sizeof(header))
		return LLVMFuzzerMutate(data, size, size_max);
	memcpy(&header, data, sizeof(header));
	place = sizeof(header) + (seed >> 12) % 4 * sizeof(segment);
	if (header.e_phoff != sizeof(header) || place + sizeof(segment) > size)
		return LLVMFuzzerMutate(data, size, size_max);
	memcpy(&segment, data + place, sizeof(segment));
	if (seed >> 16 & 1)
		segment.p_vaddr += distance;
	if (seed >> 17 & 1)
		segment.p_offset += distance;
	memcpy(data + place, &segment, sizeof(segment));
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct patch_object object;
	struct error error = {0};
	int result = patch_object_make(data, size, &object, &error);

	FUZZ_CHECK(result >= 0 && (result == 0 || object.sites));
	for (uint32_t i = 0; result == 1 && i < object.site_count; i++) {
		site_check(&object, &object.sites[i], i + 1 < object.site_count ? &object.sites[i + 1] : NULL);
		site_runs_check(&object, &object.sites[i]);
	}
	for (uint32_t i = 0; i < object.run_count; i++) {
		run_check(&object, &object.runs[i], data, size);
		if (i)
			FUZZ_CHECK(object.runs[i].file_offset >=
				   object.runs[i - 1].file_offset + object.runs[i - 1].bytes);
	}
	patch_object_free(&object);
	return 0;
}
