/* Dynamic sections: see elf_dynamic.h. */
#include "image/elf_dynamic.h"

#include <elf.h>
#include <string.h>

struct elf_bytes {
	const uint8_t *bytes;
	size_t size;
	Elf64_Ehdr header;
};

static bool is_inside(const struct elf_bytes *elf, uint64_t offset, uint64_t bytes)
{
	return bytes <= elf->size && offset <= elf->size - bytes;
}

static bool header_read(struct elf_bytes *elf)
{
	Elf64_Ehdr *header = &elf->header;

	if (elf->size < sizeof(*header))
		return false;
	memcpy(header, elf->bytes, sizeof(*header));
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == EM_X86_64 &&
	       header->e_phentsize == sizeof(Elf64_Phdr) &&
	       is_inside(elf, header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr));
}

static Elf64_Phdr segment_get(const struct elf_bytes *elf, unsigned index)
{
	Elf64_Phdr segment;

	memcpy(&segment, elf->bytes + elf->header.e_phoff + index * sizeof(segment), sizeof(segment));
	return segment;
}

static Elf64_Dyn entry_get(const struct elf_dynamic *dynamic, size_t index)
{
	Elf64_Dyn entry;

	memcpy(&entry, dynamic->entries + index * sizeof(entry), sizeof(entry));
	return entry;
}

/* The file's bytes from an address to the end of its segment. False: the file has none. */
static bool address_find(const struct elf_bytes *elf, uint64_t address, const char **bytes, size_t *size)
{
	for (unsigned i = 0; i < elf->header.e_phnum; i++) {
		Elf64_Phdr segment = segment_get(elf, i);
		uint64_t skip = address - segment.p_vaddr;

		if (segment.p_type != PT_LOAD || skip >= segment.p_filesz ||
		    !is_inside(elf, segment.p_offset, segment.p_filesz))
			continue;
		*bytes = (const char *)elf->bytes + segment.p_offset + skip;
		*size = segment.p_filesz - skip;
		return true;
	}
	return false;
}

static bool strings_find(const struct elf_bytes *elf, struct elf_dynamic *dynamic)
{
	uint64_t address = 0, bytes = 0;

	for (size_t i = 0; i < dynamic->count; i++) {
		Elf64_Dyn entry = entry_get(dynamic, i);

		if (entry.d_tag == DT_STRTAB)
			address = entry.d_un.d_ptr;
		else if (entry.d_tag == DT_STRSZ)
			bytes = entry.d_un.d_val;
	}
	if (!address_find(elf, address, &dynamic->strings, &dynamic->strings_bytes))
		return false;
	if (dynamic->strings_bytes > bytes)
		dynamic->strings_bytes = bytes;
	return true;
}

bool elf_dynamic_open(struct elf_dynamic *dynamic, const void *bytes, size_t size)
{
	struct elf_bytes elf = {.bytes = bytes, .size = size};
	size_t most = 0;

	*dynamic = (struct elf_dynamic){0};
	if (!header_read(&elf))
		return false;
	dynamic->is_library = elf.header.e_type == ET_DYN;
	for (unsigned i = 0; i < elf.header.e_phnum; i++) {
		Elf64_Phdr segment = segment_get(&elf, i);

		if (segment.p_type != PT_DYNAMIC)
			continue;
		if (!is_inside(&elf, segment.p_offset, segment.p_filesz))
			return false;
		dynamic->entries = elf.bytes + segment.p_offset;
		most = segment.p_filesz / sizeof(Elf64_Dyn);
	}
	while (dynamic->count < most && entry_get(dynamic, dynamic->count).d_tag != DT_NULL)
		dynamic->count++;
	return !dynamic->count || strings_find(&elf, dynamic);
}

const char *elf_dynamic_next(const struct elf_dynamic *dynamic, int64_t tag, size_t *at)
{
	while (*at < dynamic->count) {
		Elf64_Dyn entry = entry_get(dynamic, (*at)++);
		uint64_t start = entry.d_un.d_val;

		if (entry.d_tag == tag && start < dynamic->strings_bytes &&
		    memchr(dynamic->strings + start, '\0', dynamic->strings_bytes - start))
			return dynamic->strings + start;
	}
	return NULL;
}
