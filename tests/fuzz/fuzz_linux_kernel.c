/*
 * Fuzz target: the bytes are a library kernel's ELF file. A plan that is accepted must keep to what loading relies
 * on.
 */
#include <sys/mman.h>

#include "tender/elf/source.h"
#include "tender/linux/kernel_plan.h"
#include "tests/fuzz/fuzz.h"

static void segments_check(const struct kernel_plan *plan, uint64_t file_bytes)
{
	uint64_t end = 0;

	FUZZ_CHECK(plan->count >= 1 && plan->count <= ELF_PHDR_MAX && plan->segments[0].start == 0);
	for (unsigned i = 0; i < plan->count; i++) {
		const struct kernel_segment *segment = &plan->segments[i];

		FUZZ_CHECK(segment->start >= end && segment->start < segment->end);
		FUZZ_CHECK(segment->end <= KERNEL_SLOT_BYTES && segment->start % LINUX_PAGE_BYTES == 0);
		FUZZ_CHECK(segment->end % LINUX_PAGE_BYTES == 0 && segment->file_offset % LINUX_PAGE_BYTES == 0);
		FUZZ_CHECK(segment->file_offset < file_bytes && !(segment->prot & PROT_WRITE));
		end = segment->end;
	}
}

static void data_check(const struct kernel_plan *plan, uint64_t file_bytes)
{
	const struct kernel_data *data = &plan->data;

	if (data->start == data->end)
		return;
	FUZZ_CHECK(data->start < data->end && data->end <= KERNEL_SLOT_BYTES);
	FUZZ_CHECK(data->address >= data->start && data->address < data->end);
	FUZZ_CHECK(data->file_bytes <= data->end - data->address);
	FUZZ_CHECK(data->file_offset <= file_bytes && data->file_bytes <= file_bytes - data->file_offset);
	for (unsigned i = 0; i < plan->count; i++)
		FUZZ_CHECK(plan->segments[i].end <= data->start || plan->segments[i].start >= data->end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_source source = elf_source_memory("fuzz", data, size);
	struct kernel_header header = {0};
	struct elf_image image;
	struct kernel_plan plan;
	struct error error = {0};

	if (elf_image_read_type(&source, EM_X86_64, ET_DYN, &image, &error) < 0 ||
	    kernel_plan_make(&image, size, "fuzz", &plan, &error) < 0) {
		fuzz_error_check(&error);
		return 0;
	}
	segments_check(&plan, size);
	data_check(&plan, size);
	source.read_at(&source, &header, sizeof(header), plan.segments[0].file_offset);
	if (kernel_plan_header(&plan, &header, "fuzz", &error) < 0)
		fuzz_error_check(&error);
	return 0;
}
