/* Guest memory: its pieces, the segments of the image in it, and their protections. See memory.h. */
#include "tender/spt/memory.h"

#include <linux/mman.h>

#include "abi/solo5_spt.h"
#include "tender/host/host.h"
#include "tender/spt/defence.h"

#define MEMORY_PROT (PROT_READ | PROT_WRITE)

static long region_map(uint64_t start, uint64_t end)
{
	return host_mmap(start, end - start, MEMORY_PROT,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

long memory_page_map(uint64_t address)
{
	return region_map(address, address + SPT_PAGE_SIZE);
}

static uint64_t page_down(uint64_t address)
{
	return address & ~(uint64_t)(SPT_PAGE_SIZE - 1);
}

/*
 * Code and constants are mapped from the file, so that instances share them, where the file's pages are memory's pages.
 * Returns the end of what was mapped, or the segment's start if nothing was (a file on a noexec mount, for one).
 */
static uint64_t segment_map(const struct guest *guest, const struct elf_segment *segment)
{
	uint64_t start = page_down(segment->address);
	uint64_t end = page_down(segment->address + segment->file_bytes + SPT_PAGE_SIZE - 1);
	long result;

	if (!spt_defends(SPT_DEFENCE_PROTECT))
		return segment->start;
	if ((segment->prot & PROT_WRITE) || segment->file_bytes != segment->mem_bytes || start != segment->start)
		return segment->start;
	if ((segment->address ^ segment->offset) & (SPT_PAGE_SIZE - 1))
		return segment->start;
	result = host_mmap(start, end - start, segment->prot, MAP_PRIVATE | MAP_FIXED_NOREPLACE,
			   guest->unikernel.kernel_fd, page_down(segment->offset));
	return result < 0 ? segment->start : end;
}

/* Everything between `start` and the end of memory that no file was mapped to. */
static long rest_map(const struct guest *guest, uint64_t start)
{
	uint64_t end = guest->unikernel.options.mem_bytes;
	long result;

	if (!guest->stack_bottom || !spt_defends(SPT_DEFENCE_GUARD))
		return region_map(start, end);
	/* The guard page beneath the stack is a hole. */
	result = region_map(start, guest->stack_bottom - SPT_PAGE_SIZE);
	return result < 0 ? result : region_map(guest->stack_bottom, end);
}

/* Maps memory piece by piece from below: mapping it whole and dividing it afterwards costs more. */
static int pieces_map(const struct guest *guest, uint64_t *mapped_ends, struct error *error)
{
	uint64_t next = SPT_BOOT_INFO;
	long result = 0;

	for (unsigned i = 0; i < guest->unikernel.plan.count && result >= 0; i++) {
		const struct elf_segment *segment = &guest->unikernel.plan.segments[i];

		mapped_ends[i] = segment_map(guest, segment);
		if (mapped_ends[i] == segment->start)
			continue;
		if (segment->start > next)
			result = region_map(next, segment->start);
		next = mapped_ends[i];
	}
	if (result >= 0)
		result = rest_map(guest, next);
	if (result < 0)
		return error_set(error, "Error allocating guest memory of %lu MiB: %s",
				 (unsigned long)(guest->unikernel.options.mem_bytes >> 20), error_name(-result));
	return 0;
}

/* Brings a segment into memory of which mapped_end is the end of what was mapped from the file already. */
static int segment_load(const struct elf_source *source, const struct elf_segment *segment, uint64_t mapped_end,
			struct error *error)
{
	int prot = spt_defends(SPT_DEFENCE_PROTECT) ? segment->prot : PROT_READ | PROT_WRITE | PROT_EXEC;
	long result = 0;

	if (mapped_end == segment->start)
		result = elf_segment_read(source, segment, guest_pointer(segment->address));
	if (result >= 0 && mapped_end < segment->end && prot != MEMORY_PROT)
		result = host_mprotect(mapped_end, segment->end - mapped_end, prot);
	if (result < 0)
		return error_set(error, "%s: Could not load the segment at 0x%lx: %s", source->name,
				 (unsigned long)segment->address, error_name(-result));
	return 0;
}

/* --x-exec-heap: everything above the segments, which is zeroed data, heap and stack. */
static long heap_make_executable(const struct guest *guest)
{
	const int prot = PROT_READ | PROT_WRITE | PROT_EXEC;
	uint64_t heap = guest->unikernel.plan.kernel_end;
	uint64_t end = guest->unikernel.options.mem_bytes;
	uint64_t heap_end = guest->stack_bottom ? guest->stack_bottom - SPT_PAGE_SIZE : end;
	long result = host_mprotect(heap, heap_end - heap, prot);

	if (result >= 0 && guest->stack_bottom)
		result = host_mprotect(guest->stack_bottom, end - guest->stack_bottom, prot);
	return result;
}

int memory_make(struct guest *guest, struct error *error)
{
	struct elf_source source = unikernel_source(&guest->unikernel);
	uint64_t mapped_ends[ELF_PHDR_MAX] = {0};
	long result = 0;

	if (pieces_map(guest, mapped_ends, error) < 0)
		return -1;
	for (unsigned i = 0; i < guest->unikernel.plan.count; i++) {
		if (segment_load(&source, &guest->unikernel.plan.segments[i], mapped_ends[i], error) < 0)
			return -1;
	}
	if (guest->unikernel.options.exec_heap)
		result = heap_make_executable(guest);
	if (result < 0)
		return error_set(error, "%s: Could not make the heap executable: %s", guest->unikernel.options.kernel,
				 error_name(-result));
	return 0;
}
