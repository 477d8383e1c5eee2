/* Functions of the host's vDSO: a small ELF shared object that the tender left mapped. */
#include "freestanding/vdso.h"

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

#include "freestanding/text_equal.h"

struct vdso {
	uintptr_t base; /* to add to addresses in the file */
	const Elf64_Sym *symbols;
	const char *strings;
	const uint32_t *hash;
	const uint32_t *gnu_hash;
};

static void dynamic_read(const Elf64_Dyn *dynamic, struct vdso *vdso)
{
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		uintptr_t address = vdso->base + dynamic->d_un.d_ptr;

		switch (dynamic->d_tag) {
		case DT_SYMTAB:
			vdso->symbols = (const Elf64_Sym *)address;
			break;
		case DT_STRTAB:
			vdso->strings = (const char *)address;
			break;
		case DT_HASH:
			vdso->hash = (const uint32_t *)address;
			break;
		case DT_GNU_HASH:
			vdso->gnu_hash = (const uint32_t *)address;
			break;
		default:
			break;
		}
	}
}

/* The number of symbols: DT_HASH says it, DT_GNU_HASH shows it in the longest chain's end. */
static uint32_t symbol_count(const struct vdso *vdso)
{
	const uint32_t *gnu = vdso->gnu_hash;
	const uint32_t *buckets;
	const uint32_t *chain;
	uint32_t last = 0;

	if (vdso->hash)
		return vdso->hash[1];
	if (!gnu)
		return 0;
	buckets = gnu + 4 + 2 * gnu[2];
	chain = buckets + gnu[0];
	for (uint32_t i = 0; i < gnu[0]; i++) {
		if (buckets[i] > last)
			last = buckets[i];
	}
	if (last < gnu[1])
		return 0;
	while (!(chain[last - gnu[1]] & 1))
		last++;
	return last + 1;
}

static bool vdso_open(uint64_t address, struct vdso *vdso)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)(uintptr_t)address;
	const Elf64_Phdr *phdr = (const Elf64_Phdr *)(uintptr_t)(address + header->e_phoff);
	const Elf64_Phdr *dynamic = NULL;
	bool loaded = false;

	for (unsigned i = 0; i < header->e_phnum; i++, phdr++) {
		if (phdr->p_type == PT_LOAD && !loaded) {
			vdso->base = address + phdr->p_offset - phdr->p_vaddr;
			loaded = true;
		} else if (phdr->p_type == PT_DYNAMIC) {
			dynamic = phdr;
		}
	}
	if (!loaded || !dynamic)
		return false;
	dynamic_read((const Elf64_Dyn *)(vdso->base + dynamic->p_vaddr), vdso);
	return vdso->symbols && vdso->strings;
}

uintptr_t vdso_lookup(uint64_t address, const char *name)
{
	struct vdso vdso = {0};
	uint32_t count;

	if (!address || !vdso_open(address, &vdso))
		return 0;
	count = symbol_count(&vdso);
	for (uint32_t i = 0; i < count; i++) {
		const Elf64_Sym *symbol = &vdso.symbols[i];

		if (symbol->st_shndx != SHN_UNDEF && text_equal(vdso.strings + symbol->st_name, name))
			return vdso.base + symbol->st_value;
	}
	return 0;
}
