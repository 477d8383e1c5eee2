/* The ELF header and the program headers of a Solo5 executable. */
#include <string.h>

#include "tender/elf/elf.h"

static const char *machine_name(uint16_t machine)
{
	switch (machine) {
	case EM_X86_64:
		return "x86_64";
	case EM_AARCH64:
		return "aarch64";
	case EM_PPC64:
		return "ppc64";
	default:
		return "another machine";
	}
}

static int type_check(const Elf64_Ehdr *header, const char *name, uint16_t type, struct error *error)
{
	if (header->e_type == type)
		return 0;
	if (type == ET_EXEC)
		return error_set(error,
				 "%s: Invalid or unsupported executable: ELF type %u, a unikernel has 2 (ET_EXEC); "
				 "link it with -no-pie",
				 name, header->e_type);
	return error_set(error, "%s: Invalid or unsupported executable: ELF type %u instead of %u", name,
			 header->e_type, type);
}

static int header_check(const Elf64_Ehdr *header, const char *name, uint16_t machine, uint16_t type,
			struct error *error)
{
	const unsigned char *ident = header->e_ident;

	if (memcmp(ident, ELFMAG, SELFMAG) != 0)
		return error_set(error, "%s: Invalid or unsupported executable: not an ELF file", name);
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return error_set(error, "%s: Invalid or unsupported executable: not 64-bit little-endian ELF", name);
	if (ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
		return error_set(error, "%s: Invalid or unsupported executable: ELF version %u instead of 1", name,
				 ident[EI_VERSION] != EV_CURRENT ? ident[EI_VERSION] : header->e_version);
	if (header->e_machine != machine)
		return error_set(error, "%s: Invalid or unsupported executable: built for %s, this tender runs %s",
				 name, machine_name(header->e_machine), machine_name(machine));
	if (type_check(header, name, type, error) < 0)
		return -1;
	if (header->e_ehsize != sizeof(Elf64_Ehdr) || header->e_phentsize != sizeof(Elf64_Phdr))
		return error_set(error, "%s: Invalid or unsupported executable: wrong ELF header sizes", name);
	if (header->e_phnum < 1 || header->e_phnum > ELF_PHDR_MAX)
		return error_set(error, "%s: Invalid or unsupported executable: %u program headers (1 to %u can be)",
				 name, header->e_phnum, ELF_PHDR_MAX);
	if (header->e_phoff > UINT64_MAX - ELF_PHDR_MAX * sizeof(Elf64_Phdr))
		return error_set(error, "%s: Invalid or unsupported executable: program header offset out of range",
				 name);
	return 0;
}

static int bytes_read(const struct elf_source *source, void *to, size_t size, uint64_t offset, size_t *got,
		      struct error *error)
{
	long result = source->read_at(source, to, size, offset);

	if (result < 0)
		return error_set(error, "%s: Could not read: %s", source->name, error_name(-result));
	*got = (size_t)result;
	return 0;
}

int elf_image_read_type(const struct elf_source *source, uint16_t machine, uint16_t type, struct elf_image *image,
			struct error *error)
{
	const Elf64_Ehdr *header = &image->header;
	size_t phdr_bytes;
	size_t got = 0;

	if (bytes_read(source, image, sizeof(*image), 0, &got, error) < 0)
		return -1;
	if (got < sizeof(*header))
		return error_set(error, "%s: Invalid or unsupported executable: shorter than an ELF header",
				 source->name);
	if (header_check(header, source->name, machine, type, error) < 0)
		return -1;
	phdr_bytes = header->e_phnum * sizeof(Elf64_Phdr);
	if (header->e_phoff == offsetof(struct elf_image, phdrs))
		got -= sizeof(*header);
	else if (bytes_read(source, image->phdrs, phdr_bytes, header->e_phoff, &got, error) < 0)
		return -1;
	if (got < phdr_bytes)
		return error_set(error,
				 "%s: Invalid or unsupported executable: the file ends inside its program headers",
				 source->name);
	return 0;
}

int elf_image_read(const struct elf_source *source, uint16_t machine, struct elf_image *image, struct error *error)
{
	return elf_image_read_type(source, machine, ET_EXEC, image, error);
}
