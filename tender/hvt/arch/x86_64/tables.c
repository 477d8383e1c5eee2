/*
 * The x86-64 CPU's tables in guest memory, where the hvt ABI puts them: segments, and pages that map memory one to one.
 *
 * Foreign guests get what the ABI says: everything from the image on is writable and executable, and the host's own
 * protection of memory keeps read-only segments as they are. Guests of our bindings execute nothing but their code, and
 * the page beneath their stack is not there.
 */
#include <linux/mman.h>
#include <string.h>

#include "tender/hvt/arch.h"
#include "tender/hvt/arch/x86_64/cpu.h"
#include "tender/hvt/machine.h"

#define GDT_CODE 0x00af99000000ffffull
#define GDT_DATA 0x00cf93000000ffffull

#define PAGE_PRESENT (1ull << 0)
#define PAGE_WRITABLE (1ull << 1)
#define PAGE_ACCESSED (1ull << 5)
#define PAGE_DIRTY (1ull << 6)
#define PAGE_LARGE (1ull << 7)
#define PAGE_NO_EXECUTE (1ull << 63)
#define TABLE_FLAGS (PAGE_PRESENT | PAGE_WRITABLE | PAGE_ACCESSED)

#define ENTRIES 512u
#define LARGE_BYTES (2ull << 20)
#define GIB (1ull << 30)

static uint64_t *table_at(const struct machine *machine, uint64_t address)
{
	return (uint64_t *)(void *)(machine->context.memory.base + address);
}

static bool is_code(const struct elf_plan *plan, uint64_t address)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct elf_segment *segment = &plan->segments[i];

		if ((segment->prot & PROT_EXEC) && address >= segment->start && address < segment->end)
			return true;
	}
	return false;
}

/* How the page at the address is mapped. */
static uint64_t page_flags(const struct machine *machine, uint64_t address)
{
	uint64_t flags = PAGE_PRESENT | PAGE_ACCESSED | PAGE_DIRTY;

	if (address < HVT_LOW_END)
		return 0;
	if (machine->stack_bottom && address == machine->stack_bottom - HVT_PAGE_BYTES)
		return 0;
	if (address >= HVT_IMAGE_BASE)
		flags |= PAGE_WRITABLE;
	if (cpu_has_no_execute(machine) && !is_code(&machine->unikernel.plan, address))
		flags |= PAGE_NO_EXECUTE;
	return flags;
}

static bool is_between(uint64_t address, uint64_t start)
{
	return address > start && address < start + LARGE_BYTES;
}

/* Whether not all pages of the 2 MiB at `start` are mapped alike. */
static bool is_mixed(const struct machine *machine, uint64_t start)
{
	const struct elf_plan *plan = &machine->unikernel.plan;

	if (start == 0)
		return true;
	if (machine->stack_bottom &&
	    (is_between(machine->stack_bottom, start) || is_between(machine->stack_bottom - HVT_PAGE_BYTES, start)))
		return true;
	for (unsigned i = 0; cpu_has_no_execute(machine) && i < plan->count; i++) {
		const struct elf_segment *segment = &plan->segments[i];

		if ((segment->prot & PROT_EXEC) &&
		    (is_between(segment->start, start) || is_between(segment->end, start)))
			return true;
	}
	return false;
}

static void small_pages_make(const struct machine *machine, uint64_t *table, uint64_t start)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		uint64_t address = start + i * (uint64_t)HVT_PAGE_BYTES;
		uint64_t flags = page_flags(machine, address);

		table[i] = flags ? address | flags : 0;
	}
}

static void directories_make(const struct machine *machine)
{
	uint64_t next_table = CPU_SMALL_TABLES;

	for (uint64_t start = 0; start < machine->context.memory.bytes; start += LARGE_BYTES) {
		uint64_t *entry = table_at(machine, CPU_DIRECTORIES) + start / LARGE_BYTES;

		if (is_mixed(machine, start) && next_table < HVT_LOW_END) {
			small_pages_make(machine, table_at(machine, next_table), start);
			*entry = next_table | TABLE_FLAGS;
			next_table += HVT_PAGE_BYTES;
		} else if (is_mixed(machine, start)) {
			/* An image of many pieces: no table is left to tell them apart. */
			*entry = start | PAGE_LARGE | PAGE_DIRTY | TABLE_FLAGS;
		} else {
			*entry = start | PAGE_LARGE | page_flags(machine, start);
		}
	}
}

void arch_tables_make(const struct machine *machine)
{
	uint64_t *gdt = table_at(machine, CPU_GDT);

	gdt[CPU_CODE_SELECTOR / 8] = GDT_CODE;
	gdt[CPU_DATA_SELECTOR / 8] = GDT_DATA;
	*table_at(machine, CPU_ROOT_TABLE) = CPU_GIB_TABLE | TABLE_FLAGS;
	for (uint64_t i = 0; i * GIB < HVT_MEM_MAX; i++)
		table_at(machine, CPU_GIB_TABLE)[i] = (CPU_DIRECTORIES + i * HVT_PAGE_BYTES) | TABLE_FLAGS;
	directories_make(machine);
}
