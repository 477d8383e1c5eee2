/* Applies the kernel's relocations, all of which are R_X86_64_RELATIVE (the linker script's assertion is here). */
#include "relocate.h"

#include <linux/elf.h>
#include <stdint.h>

#include "kernel/lib/bug.h"

extern const char kernel_image_start[];
extern const Elf64_Rela relocations_start[];
extern const Elf64_Rela relocations_end[];

#define R_X86_64_RELATIVE 8

void arch_relocate(void)
{
	uint64_t base = (uint64_t)(uintptr_t)kernel_image_start;

	// cppcheck-suppress comparePointers ; one array, whose ends the linker script names
	for (const Elf64_Rela *relocation = relocations_start; relocation < relocations_end; relocation++) {
		bug_on(ELF64_R_TYPE(relocation->r_info) != R_X86_64_RELATIVE);
		*(uint64_t *)(uintptr_t)(base + relocation->r_offset) = base + (uint64_t)relocation->r_addend;
	}
}
