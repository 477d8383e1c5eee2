/*
 * Which bytes of the executable go where, with which protection: the loading rules of the Solo5 ABI.
 * Decided wholly before anything is loaded.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "abi/solo5_spt.h"
#include "tender/elf/elf.h"

#define PAGE_MASK (SPT_PAGE_SIZE - 1ull)

static int segment_error(const char *name, unsigned index, const char *what, struct error *error)
{
	return error_set(error, "%s: Invalid or unsupported executable: phdr[%u] %s", name, index, what);
}

/* The largest end of any segment; UINT64_MAX if nonsense. */
static uint64_t image_end(const struct elf_image *image)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		const Elf64_Phdr *phdr = &image->phdrs[i];

		if (phdr->p_type != PT_LOAD)
			continue;
		if (phdr->p_memsz > UINT64_MAX - phdr->p_vaddr)
			return UINT64_MAX;
		if (phdr->p_vaddr + phdr->p_memsz > end)
			end = phdr->p_vaddr + phdr->p_memsz;
	}
	return end;
}

static int memory_error(const struct elf_image *image, const char *name, unsigned index, uint64_t mem_bytes,
			struct error *error)
{
	uint64_t end = image_end(image);

	if (end > 1ull << 40)
		return segment_error(name, index, "lies outside of guest memory", error);
	return error_set(error,
			 "%s: phdr[%u] does not fit into %lu MiB of guest memory: the image ends at %lu MiB, "
			 "give more with --mem",
			 name, index, (unsigned long)(mem_bytes >> 20), (unsigned long)((end + 0xfffff) >> 20));
}

static int segment_prot(const Elf64_Phdr *phdr)
{
	int prot = PROT_NONE;

	if (phdr->p_flags & PF_R)
		prot |= PROT_READ;
	if (phdr->p_flags & PF_W)
		prot |= PROT_WRITE;
	if (phdr->p_flags & PF_X)
		prot |= PROT_EXEC;
	return prot;
}

static bool is_power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

/* Checks one PT_LOAD; previous_end is the end of the one before. */
static int segment_make(const struct elf_image *image, unsigned index, const struct elf_source *source,
			uint64_t mem_bytes, uint64_t previous_end, struct elf_segment *segment, struct error *error)
{
	const char *name = source->name;
	const Elf64_Phdr *phdr = &image->phdrs[index];
	uint64_t align_mask = phdr->p_align - 1;

	if (phdr->p_vaddr < SPT_IMAGE_BASE)
		return segment_error(name, index, "lies below 0x100000, where an image begins", error);
	if (!is_power_of_two(phdr->p_align))
		return segment_error(name, index, "has an alignment that is not a power of two", error);
	if (phdr->p_memsz < phdr->p_filesz)
		return segment_error(name, index, "is smaller in memory than in the file", error);
	if (phdr->p_vaddr >= mem_bytes || phdr->p_memsz > mem_bytes - phdr->p_vaddr)
		return memory_error(image, name, index, mem_bytes, error);
	if (phdr->p_offset > source->size || phdr->p_filesz > source->size - phdr->p_offset)
		return segment_error(name, index, "lies beyond the end of the file", error);

	segment->start = phdr->p_vaddr & ~align_mask;
	segment->end = phdr->p_vaddr + phdr->p_memsz; /* cannot overflow: at most mem_bytes */
	if (segment->end > UINT64_MAX - align_mask)
		return memory_error(image, name, index, mem_bytes, error);
	segment->end = (segment->end + align_mask) & ~align_mask;
	if (segment->start < SPT_IMAGE_BASE || segment->start < previous_end)
		return segment_error(name, index, "overlaps what lies below it, or is not in ascending order", error);
	if (segment->end > mem_bytes)
		return memory_error(image, name, index, mem_bytes, error);
	if ((segment->start & PAGE_MASK) || (segment->end & PAGE_MASK))
		return segment_error(name, index, "is not page-aligned", error);
	segment->prot = segment_prot(phdr);
	if ((segment->prot & PROT_WRITE) && (segment->prot & PROT_EXEC))
		return segment_error(name, index, "requests WRITE and EXEC permissions", error);
	segment->address = phdr->p_vaddr;
	segment->offset = phdr->p_offset;
	segment->file_bytes = phdr->p_filesz;
	segment->mem_bytes = phdr->p_memsz;
	return 0;
}

int elf_plan_make(const struct elf_image *image, const struct elf_source *source, uint64_t mem_bytes,
		  struct elf_plan *plan, struct error *error)
{
	plan->entry = image->header.e_entry;
	plan->kernel_end = SPT_IMAGE_BASE;
	plan->image_end = image_end(image);
	plan->count = 0;
	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		const Elf64_Phdr *phdr = &image->phdrs[i];

		/* Guest memory is zero already: a segment without bytes in the file needs nothing. */
		if (phdr->p_type != PT_LOAD || !phdr->p_filesz)
			continue;
		if (segment_make(image, i, source, mem_bytes, plan->kernel_end, &plan->segments[plan->count], error) <
		    0)
			return -1;
		plan->kernel_end = plan->segments[plan->count++].end;
	}
	if (plan->entry < SPT_IMAGE_BASE || plan->entry >= mem_bytes)
		return error_set(error, "%s: Invalid or unsupported executable: entry point 0x%lx outside of memory",
				 source->name, (unsigned long)plan->entry);
	return 0;
}

long elf_segment_read(const struct elf_source *source, const struct elf_segment *segment, void *to)
{
	long got = source->read_at(source, to, segment->file_bytes, segment->offset);

	return got >= 0 && (uint64_t)got != segment->file_bytes ? -ENOEXEC : got;
}
