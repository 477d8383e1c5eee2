/* Where the segments of the library kernel go: see kernel_plan.h. */
#include "tender/linux/kernel_plan.h"

#include <stdbool.h>
#include <sys/mman.h>

static int segment_error(const char *name, unsigned index, const char *what, struct error *error)
{
	return error_set(error, "%s: Not a library kernel: phdr[%u] %s", name, index, what);
}

/* Checks that hold for every segment; previous_end is the end of the pages of the one before. */
static int segment_check(const Elf64_Phdr *phdr, uint64_t file_bytes, uint64_t previous_end, const char *name,
			 unsigned index, struct error *error)
{
	if (phdr->p_vaddr >= KERNEL_SLOT_BYTES || phdr->p_memsz > KERNEL_SLOT_BYTES - phdr->p_vaddr)
		return segment_error(name, index, "lies outside of 4 GiB", error);
	if (phdr->p_memsz < phdr->p_filesz)
		return segment_error(name, index, "is smaller in memory than in the file", error);
	if (phdr->p_offset > file_bytes || phdr->p_filesz > file_bytes - phdr->p_offset)
		return segment_error(name, index, "lies beyond the end of the file", error);
	if (linux_page_down(phdr->p_vaddr) < previous_end)
		return segment_error(name, index, "shares a page with the one before, or is not in ascending order",
				     error);
	return 0;
}

static int data_add(struct kernel_plan *plan, const Elf64_Phdr *phdr, const char *name, unsigned index,
		    struct error *error)
{
	if (phdr->p_flags & PF_X)
		return segment_error(name, index, "is writable and executable", error);
	if (plan->data.start != plan->data.end)
		return segment_error(name, index, "is a second writable segment", error);
	plan->data = (struct kernel_data){
		.start = linux_page_down(phdr->p_vaddr),
		.end = linux_page_up(phdr->p_vaddr + phdr->p_memsz),
		.address = phdr->p_vaddr,
		.file_offset = phdr->p_offset,
		.file_bytes = phdr->p_filesz,
	};
	return 0;
}

static int text_add(struct kernel_plan *plan, const Elf64_Phdr *phdr, const char *name, unsigned index,
		    struct error *error)
{
	if (phdr->p_filesz != phdr->p_memsz)
		return segment_error(name, index, "is not writable and larger in memory than in the file", error);
	if ((phdr->p_vaddr ^ phdr->p_offset) & (LINUX_PAGE_BYTES - 1))
		return segment_error(name, index, "cannot be mapped: address and offset differ within a page", error);
	plan->segments[plan->count++] = (struct kernel_segment){
		.start = linux_page_down(phdr->p_vaddr),
		.end = linux_page_up(phdr->p_vaddr + phdr->p_memsz),
		.file_offset = linux_page_down(phdr->p_offset),
		.prot = PROT_READ | (phdr->p_flags & PF_X ? PROT_EXEC : 0),
	};
	return 0;
}

static bool is_code(const struct kernel_plan *plan, uint64_t address)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct kernel_segment *segment = &plan->segments[i];

		if (address >= segment->start && address < segment->end)
			return segment->prot & PROT_EXEC;
	}
	return false;
}

int kernel_plan_make(const struct elf_image *image, uint64_t file_bytes, const char *name, struct kernel_plan *plan,
		     struct error *error)
{
	uint64_t previous_end = 0;

	plan->count = 0;
	plan->data = (struct kernel_data){0};
	plan->entry = image->header.e_entry;
	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		const Elf64_Phdr *phdr = &image->phdrs[i];
		bool is_data = phdr->p_flags & PF_W;

		if (phdr->p_type == PT_INTERP)
			return segment_error(name, i, "asks for a dynamic linker", error);
		if (phdr->p_type != PT_LOAD || phdr->p_memsz == 0)
			continue;
		if (segment_check(phdr, file_bytes, previous_end, name, i, error) < 0)
			return -1;
		if ((is_data ? data_add : text_add)(plan, phdr, name, i, error) < 0)
			return -1;
		previous_end = linux_page_up(phdr->p_vaddr + phdr->p_memsz);
	}
	if (plan->count == 0 || plan->segments[0].start != 0)
		return error_set(error, "%s: Not a library kernel: no read-only segment at address 0", name);
	if (!is_code(plan, plan->entry))
		return error_set(error, "%s: Not a library kernel: its entry point is not in its code", name);
	return 0;
}

int kernel_plan_header(struct kernel_plan *plan, const struct kernel_header *header, const char *name,
		       struct error *error)
{
	if (header->magic != KERNEL_HEADER_MAGIC)
		return error_set(error, "%s: Not a library kernel: its first segment does not begin with TDKERNL1",
				 name);
	if (!is_code(plan, header->signal_handler) || !is_code(plan, header->signal_return))
		return error_set(error, "%s: Not a library kernel: its signal handler is not in its code", name);
	plan->signal_handler = header->signal_handler;
	plan->signal_return = header->signal_return;
	return 0;
}
