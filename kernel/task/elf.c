/* ELF executables: see elf.h. Nothing in a file is believed: every sum is checked. */
#include "kernel/task/elf.h"

#include <linux/errno.h>
#include <linux/mman.h>

#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"

static int read_exactly(struct file *file, void *to, size_t bytes, uint64_t offset)
{
	struct io io;
	long got;

	io_kernel(&io, to, bytes);
	got = file_read_at(file, &io, offset);
	if (got < 0)
		return (int)got;
	return (size_t)got == bytes ? 0 : -ENOEXEC;
}

static bool header_is_ours(const Elf64_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == EM_X86_64 &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN) && header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_phnum > 0 && header->e_phnum <= ELF_HEADERS_MAX;
}

/* Loadable segments lie in ascending order and do not share pages with different contents. */
static int segment_check(struct elf *elf, const Elf64_Phdr *segment)
{
	uint64_t end;

	if (segment->p_filesz > segment->p_memsz || __builtin_add_overflow(segment->p_vaddr, segment->p_memsz, &end) ||
	    end > INT64_MAX || segment->p_offset > INT64_MAX || segment->p_filesz > INT64_MAX ||
	    (segment->p_vaddr - segment->p_offset) % PAGE_BYTES)
		return -ENOEXEC;
	if (segment->p_memsz == 0)
		return 0;
	if (elf->end == 0)
		elf->start = PAGE_ROUND_DOWN(segment->p_vaddr);
	else if (segment->p_vaddr < elf->start)
		return -ENOEXEC;
	end = PAGE_ROUND_UP(end);
	if (end > elf->end)
		elf->end = end;
	return 0;
}

int elf_read(struct file *file, struct elf *elf)
{
	int error = read_exactly(file, &elf->header, sizeof(elf->header), 0);

	if (error)
		return error;
	if (!header_is_ours(&elf->header))
		return -ENOEXEC;
	error = read_exactly(file, elf->segments, elf->header.e_phnum * sizeof(Elf64_Phdr), elf->header.e_phoff);
	if (error)
		return error;
	elf->file = file;
	elf->end = 0;
	elf->interpreter = NULL;
	elf->executable_stack = false;
	for (unsigned i = 0; i < elf->header.e_phnum && !error; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];

		if (segment->p_type == PT_LOAD)
			error = segment_check(elf, segment);
		else if (segment->p_type == PT_INTERP && !elf->interpreter)
			elf->interpreter = segment; /* of several, the first, as in Linux */
		else if (segment->p_type == PT_GNU_STACK)
			elf->executable_stack = segment->p_flags & PF_X;
	}
	return error ? error : elf->end ? 0 : -ENOEXEC;
}

int elf_interpreter(const struct elf *elf, char *path, size_t size)
{
	uint64_t bytes = elf->interpreter->p_filesz;
	int error;

	if (bytes < 2 || bytes > size)
		return -ENOEXEC;
	error = read_exactly(elf->file, path, bytes, elf->interpreter->p_offset);
	if (error)
		return error;
	return path[bytes - 1] == '\0' ? 0 : -ENOEXEC;
}

static unsigned protection_of(const Elf64_Phdr *segment)
{
	return (segment->p_flags & PF_R ? PROT_READ : 0u) | (segment->p_flags & PF_W ? PROT_WRITE : 0u) |
	       (segment->p_flags & PF_X ? PROT_EXEC : 0u);
}

/* What p_memsz has beyond p_filesz: the rest of the file's last page is cleared, whole pages are fresh. */
static int zeroes_map(const Elf64_Phdr *segment, uint64_t bias)
{
	uint64_t start = bias + segment->p_vaddr + segment->p_filesz;
	uint64_t end = PAGE_ROUND_UP(bias + segment->p_vaddr + segment->p_memsz);
	uint64_t page = PAGE_ROUND_UP(start);
	long result = 0;

	if (segment->p_filesz && segment->p_flags & PF_W && page != start)
		result = clear_user(start, page - start);
	if (segment->p_filesz == 0)
		page = PAGE_ROUND_DOWN(start);
	if (result == 0 && end > page)
		result = mm_map(page, end - page, protection_of(segment), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL,
				0);
	return result < 0 ? (int)result : 0;
}

static int segment_map(const struct elf *elf, const Elf64_Phdr *segment, uint64_t bias)
{
	uint64_t skew = segment->p_vaddr % PAGE_BYTES;
	long result = 0;

	if (segment->p_memsz == 0)
		return 0;
	if (segment->p_filesz)
		result = mm_map(bias + segment->p_vaddr - skew, segment->p_filesz + skew, protection_of(segment),
				MAP_PRIVATE | MAP_FIXED, elf->file, segment->p_offset - skew);
	if (result >= 0 && segment->p_memsz > segment->p_filesz)
		result = zeroes_map(segment, bias);
	return result < 0 ? (int)result : 0;
}

/* Room for all segments; what is between them stays without access. */
static int span_reserve(const struct elf *elf, uint64_t hint, uint64_t *bias)
{
	long start;

	*bias = 0;
	if (elf->header.e_type == ET_EXEC)
		return 0;
	start = mm_map(hint, elf->end - elf->start, PROT_NONE, MAP_PRIVATE, elf->file, 0);
	if (start < 0)
		return (int)start;
	*bias = (uint64_t)start - elf->start;
	return 0;
}

static void extent_note(const Elf64_Phdr *segment, struct elf_place *place)
{
	uint64_t start = place->bias + segment->p_vaddr;
	uint64_t end = start + segment->p_filesz;

	if (segment->p_flags & PF_X && (!place->code_start || start < place->code_start))
		place->code_start = start;
	if (segment->p_flags & PF_X && end > place->code_end)
		place->code_end = end;
	if (start > place->data_start)
		place->data_start = start;
	if (end > place->data_end)
		place->data_end = end;
}

int elf_map(const struct elf *elf, uint64_t hint, struct elf_place *place)
{
	const Elf64_Ehdr *header = &elf->header;
	uint64_t bias;
	int error = span_reserve(elf, hint, &bias);

	*place = (struct elf_place){.bias = bias, .entry = bias + header->e_entry, .end = bias + elf->end};
	for (unsigned i = 0; i < header->e_phnum && !error; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];

		if (segment->p_type != PT_LOAD)
			continue;
		error = segment_map(elf, segment, bias);
		extent_note(segment, place);
		if (header->e_phoff >= segment->p_offset && header->e_phoff - segment->p_offset < segment->p_filesz)
			place->headers = bias + segment->p_vaddr + header->e_phoff - segment->p_offset;
	}
	return error;
}
