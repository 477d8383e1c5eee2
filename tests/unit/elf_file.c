/* An executable in the making: see elf_file.h. Nothing is checked, so that tests can make it wrong. */
#include "tests/unit/elf_file.h"

#include <errno.h>
#include <string.h>

#include "abi/solo5_spt.h"

_Static_assert(offsetof(struct elf_file, phdrs) == sizeof(Elf64_Ehdr), "program headers follow the ELF header");
_Static_assert(offsetof(struct elf_file, data) == sizeof(Elf64_Ehdr) + sizeof(((struct elf_file *)0)->phdrs),
	       "contents follow the program headers");

void elf_file_start(struct elf_file *file)
{
	memset(file, 0, sizeof(*file));
	memcpy(file->header.e_ident, ELFMAG, SELFMAG);
	file->header.e_ident[EI_CLASS] = ELFCLASS64;
	file->header.e_ident[EI_DATA] = ELFDATA2LSB;
	file->header.e_ident[EI_VERSION] = EV_CURRENT;
	file->header.e_type = ET_EXEC;
	file->header.e_machine = EM_X86_64;
	file->header.e_version = EV_CURRENT;
	file->header.e_entry = SPT_IMAGE_BASE;
	file->header.e_phoff = offsetof(struct elf_file, phdrs);
	file->header.e_ehsize = sizeof(Elf64_Ehdr);
	file->header.e_phentsize = sizeof(Elf64_Phdr);
}

Elf64_Phdr *elf_file_phdr(struct elf_file *file, uint32_t type)
{
	Elf64_Phdr *phdr = &file->phdrs[file->header.e_phnum++];

	memset(phdr, 0, sizeof(*phdr));
	phdr->p_type = type;
	return phdr;
}

static void data_append(struct elf_file *file, const void *bytes, size_t size)
{
	memcpy(file->data + file->data_used, bytes, size);
	file->data_used += size;
}

Elf64_Phdr *elf_file_note(struct elf_file *file, const char *name, uint32_t name_bytes, uint32_t type, const void *desc,
			  uint32_t desc_bytes)
{
	const uint32_t words[] = {name_bytes, desc_bytes, type};
	size_t begin = file->data_used;
	Elf64_Phdr *phdr = elf_file_phdr(file, PT_NOTE);

	data_append(file, words, sizeof(words));
	data_append(file, name, name_bytes);
	data_append(file, "\0\0\0", -name_bytes & 3);
	data_append(file, desc, desc_bytes);
	phdr->p_offset = offsetof(struct elf_file, data) + begin;
	phdr->p_filesz = file->data_used - begin;
	phdr->p_memsz = phdr->p_filesz;
	return phdr;
}

struct elf_source elf_file_source(const struct elf_file *file)
{
	return elf_source_memory(ELF_FILE_NAME, file, offsetof(struct elf_file, data) + file->data_used);
}

long nothing_read_at(const struct elf_source *source, void *buf, size_t size, uint64_t offset)
{
	(void)source;
	(void)buf;
	(void)size;
	(void)offset;
	return -EIO;
}
