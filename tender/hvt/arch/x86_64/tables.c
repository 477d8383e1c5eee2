/* The x86-64 CPU's tables in guest memory, where the hvt ABI puts them: segments, and pages one to one. */
#include "tender/hvt/arch.h"
#include "tender/hvt/arch/x86_64/cpu.h"
#include "tender/hvt/pages.h"

#define GDT_CODE 0x00af99000000ffffull
#define GDT_DATA 0x00cf93000000ffffull

#define PAGE_PRESENT (1ull << 0)
#define PAGE_WRITABLE (1ull << 1)
#define PAGE_ACCESSED (1ull << 5)
#define PAGE_DIRTY (1ull << 6)
#define PAGE_LARGE (1ull << 7)
#define PAGE_NO_EXECUTE (1ull << 63)
#define TABLE_FLAGS (PAGE_PRESENT | PAGE_WRITABLE | PAGE_ACCESSED)

#define GIB (1ull << 30)

static uint64_t *table_at(const struct machine *machine, uint64_t address)
{
	return (uint64_t *)(void *)(machine->context.memory.base + address);
}

static uint64_t flags(enum pages_access access)
{
	uint64_t bits = PAGE_PRESENT | PAGE_ACCESSED | PAGE_DIRTY;

	if (access & PAGES_WRITE)
		bits |= PAGE_WRITABLE;
	if (!(access & PAGES_EXECUTE))
		bits |= PAGE_NO_EXECUTE;
	return bits;
}

static void small_pages_make(const struct machine *machine, uint64_t *table, uint64_t start)
{
	for (unsigned i = 0; i < PAGES_PER_AREA; i++) {
		uint64_t address = start + i * (uint64_t)HVT_PAGE_BYTES;
		enum pages_access access = pages_access(machine, address);

		table[i] = access ? address | flags(access) : 0;
	}
}

static void directories_make(const struct machine *machine)
{
	uint64_t next_table = CPU_SMALL_TABLES;

	for (uint64_t start = 0; start < machine->context.memory.bytes; start += PAGES_AREA_BYTES) {
		uint64_t *entry = table_at(machine, CPU_DIRECTORIES) + start / PAGES_AREA_BYTES;

		if (pages_are_mixed(machine, start) && next_table < HVT_LOW_END) {
			small_pages_make(machine, table_at(machine, next_table), start);
			*entry = next_table | TABLE_FLAGS;
			next_table += HVT_PAGE_BYTES;
		} else {
			*entry = start | flags(pages_area_access(machine, start)) | PAGE_LARGE;
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
