/* ELF headers to ranges of code: see code.h. Every number is checked before it is used. */
#include "image/patch/code.h"

#include <stdlib.h>
#include <string.h>

/* Addresses of applications are below. */
#define VADDR_MAX (1ull << 47)

static bool inside(const struct code *code, uint64_t offset, uint64_t bytes)
{
	return bytes <= code->file_bytes && offset <= code->file_bytes - bytes;
}

static bool header_is_good(const Elf64_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == EM_X86_64 &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN) && header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_phnum <= CODE_SEGMENTS_MAX;
}

static bool segments_load(struct code *code)
{
	uint64_t bytes = code->header.e_phnum * sizeof(code->segments[0]);

	if (!inside(code, code->header.e_phoff, bytes))
		return false;
	memcpy(code->segments, code->file + code->header.e_phoff, bytes);
	code->segment_count = code->header.e_phnum;
	code->vaddr_start = UINT64_MAX;
	for (unsigned i = 0; i < code->segment_count; i++) {
		const Elf64_Phdr *segment = &code->segments[i];
		uint64_t start = segment->p_vaddr & ~(uint64_t)(CODE_PAGE - 1), end;

		if (!inside(code, segment->p_offset, segment->p_filesz))
			return false;
		if (segment->p_type != PT_LOAD)
			continue;
		if (segment->p_vaddr >= VADDR_MAX || segment->p_memsz >= VADDR_MAX - segment->p_vaddr ||
		    segment->p_filesz > segment->p_memsz)
			return false;
		end = (segment->p_vaddr + segment->p_memsz + CODE_PAGE - 1) & ~(uint64_t)(CODE_PAGE - 1);
		code->vaddr_start = start < code->vaddr_start ? start : code->vaddr_start;
		code->vaddr_end = end > code->vaddr_end ? end : code->vaddr_end;
	}
	return code->vaddr_start < code->vaddr_end;
}

/* Code that writes itself, or lies askew in its file, is left alone. */
static bool is_patchable(const Elf64_Phdr *segment)
{
	return segment->p_type == PT_LOAD && (segment->p_flags & PF_X) && !(segment->p_flags & PF_W) &&
	       segment->p_offset % CODE_PAGE == segment->p_vaddr % CODE_PAGE;
}

/* Adds the part of [vaddr, vaddr + size) that executable segments have from the file. */
static void range_add(struct code *code, uint64_t vaddr, uint64_t size)
{
	for (unsigned i = 0; i < code->segment_count && code->range_count < CODE_RANGES_MAX; i++) {
		const Elf64_Phdr *segment = &code->segments[i];
		uint64_t segment_end = segment->p_vaddr + segment->p_filesz, start, end;

		if (!is_patchable(segment) || size > VADDR_MAX || vaddr > VADDR_MAX)
			continue;
		start = vaddr > segment->p_vaddr ? vaddr : segment->p_vaddr;
		end = vaddr + size < segment_end ? vaddr + size : segment_end;
		if (start >= end)
			continue;
		code->ranges[code->range_count++] = (struct code_range){
			.vaddr = start,
			.size = end - start,
			.file_offset = segment->p_offset + (start - segment->p_vaddr),
			.bytes = code->file + segment->p_offset + (start - segment->p_vaddr),
		};
	}
}

/* Sections tell code from the read-only data that may share its segment. */
static void sections_add(struct code *code)
{
	const Elf64_Ehdr *header = &code->header;
	Elf64_Shdr section;

	if (header->e_shentsize != sizeof(section) || !inside(code, header->e_shoff, header->e_shnum * sizeof(section)))
		return;
	for (unsigned i = 0; i < header->e_shnum; i++) {
		memcpy(&section, code->file + header->e_shoff + i * sizeof(section), sizeof(section));
		if (section.sh_type == SHT_PROGBITS && (section.sh_flags & SHF_EXECINSTR) &&
		    (section.sh_flags & SHF_ALLOC))
			range_add(code, section.sh_addr, section.sh_size);
	}
}

static int range_compare(const void *left, const void *right)
{
	const struct code_range *l = left, *r = right;

	return (l->vaddr > r->vaddr) - (l->vaddr < r->vaddr);
}

/*
 * Patched pages are pages of the file, mapped where its addresses are: two ranges that share a page of either must be
 * as far apart in memory as in the file, so that it is one page of both. The first range has the lower address.
 */
static bool pair_is_apart(const struct code_range *first, const struct code_range *second)
{
	uint64_t first_end = first->vaddr + first->size - 1, second_end = second->file_offset + second->size - 1;

	if (second->vaddr <= first_end)
		return false;
	if (second->vaddr - first->vaddr == second->file_offset - first->file_offset)
		return true;
	return second->vaddr / CODE_PAGE > first_end / CODE_PAGE &&
	       (second->file_offset / CODE_PAGE > (first->file_offset + first->size - 1) / CODE_PAGE ||
		first->file_offset / CODE_PAGE > second_end / CODE_PAGE);
}

static bool ranges_are_apart(const struct code *code)
{
	for (unsigned i = 1; i < code->range_count; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (!pair_is_apart(&code->ranges[j], &code->ranges[i]))
				return false;
		}
	}
	return true;
}

bool code_open(struct code *code, const void *file, size_t bytes)
{
	*code = (struct code){.file = file, .file_bytes = bytes};
	if (bytes < sizeof(code->header))
		return false;
	memcpy(&code->header, file, sizeof(code->header));
	if (!header_is_good(&code->header) || !segments_load(code))
		return false;
	sections_add(code);
	for (unsigned i = 0; i < code->segment_count && !code->header.e_shnum; i++)
		range_add(code, code->segments[i].p_vaddr, code->segments[i].p_filesz);
	qsort(code->ranges, code->range_count, sizeof(code->ranges[0]), range_compare);
	return ranges_are_apart(code);
}

bool code_marks_make(struct code *code)
{
	for (unsigned i = 0; i < code->range_count; i++) {
		struct code_range *range = &code->ranges[i];
		/* One word more: windows of bits are read across a border. */
		size_t words = range->size / 64 + 2;

		range->targets = calloc(words, sizeof(uint64_t));
		range->anchors = calloc(words, sizeof(uint64_t));
		if (!range->targets || !range->anchors)
			return false;
	}
	return true;
}

void code_close(struct code *code)
{
	for (unsigned i = 0; i < code->range_count; i++) {
		free(code->ranges[i].targets);
		free(code->ranges[i].anchors);
	}
}

struct code_range *code_range_find(struct code *code, uint64_t vaddr)
{
	for (unsigned i = 0; i < code->range_count; i++) {
		if (vaddr - code->ranges[i].vaddr < code->ranges[i].size)
			return &code->ranges[i];
	}
	return NULL;
}

const uint8_t *code_bytes(const struct code *code, uint64_t vaddr, uint64_t *bytes)
{
	for (unsigned i = 0; i < code->segment_count; i++) {
		const Elf64_Phdr *segment = &code->segments[i];
		uint64_t offset = vaddr - segment->p_vaddr;

		if (segment->p_type != PT_LOAD || offset >= segment->p_filesz)
			continue;
		if (*bytes > segment->p_filesz - offset)
			*bytes = segment->p_filesz - offset;
		return code->file + segment->p_offset + offset;
	}
	return NULL;
}

void code_target_mark(struct code *code, uint64_t vaddr)
{
	struct code_range *range = code_range_find(code, vaddr);

	if (range)
		range->targets[(vaddr - range->vaddr) / 64] |= 1ull << (vaddr - range->vaddr) % 64;
}

void code_anchor_mark(struct code *code, uint64_t vaddr)
{
	struct code_range *range = code_range_find(code, vaddr);

	if (range)
		range->anchors[(vaddr - range->vaddr) / 64] |= 1ull << (vaddr - range->vaddr) % 64;
}
