/*
 * The aarch64 CPU's page tables in guest memory, where the hvt ABI puts them: memory one to one, and behind it 1 GiB of
 * device memory, stores to which are hypercalls. Foreign guests may write and execute all from the image on, as the ABI
 * says; guests of our bindings execute nothing but their code, and the page beneath their stack is not there.
 */
#include "tender/hvt/arch.h"
#include "tender/hvt/arch/aarch64/cpu.h"
#include "tender/hvt/pages.h"

#define ENTRY_BLOCK 1ull
#define ENTRY_TABLE 3ull
#define ENTRY_PAGE 3ull
#define NORMAL (4ull << 2) /* index into MAIR_EL1 */
#define DEVICE (0ull << 2)
#define READ_ONLY (1ull << 7)
#define INNER_SHAREABLE (3ull << 8)
#define ACCESSED (1ull << 10)
#define NO_EXECUTE (3ull << 53) /* PXN, UXN */

#define GIB (1ull << 30)

static uint64_t *table_at(const struct machine *machine, uint64_t address)
{
	return (uint64_t *)(void *)(machine->context.memory.base + address);
}

static uint64_t attributes(enum pages_access access)
{
	uint64_t bits = NORMAL | INNER_SHAREABLE | ACCESSED;

	if (!(access & PAGES_WRITE))
		bits |= READ_ONLY;
	if (!(access & PAGES_EXECUTE))
		bits |= NO_EXECUTE;
	return bits;
}

static void small_pages_make(const struct machine *machine, uint64_t *table, uint64_t start)
{
	for (unsigned i = 0; i < PAGES_PER_AREA; i++) {
		uint64_t address = start + i * (uint64_t)HVT_PAGE_BYTES;
		enum pages_access access = pages_access(machine, address);

		table[i] = access ? address | attributes(access) | ENTRY_PAGE : 0;
	}
}

static void directories_make(const struct machine *machine)
{
	uint64_t next_table = CPU_SMALL_TABLES;

	for (uint64_t start = 0; start < machine->context.memory.bytes; start += PAGES_AREA_BYTES) {
		uint64_t *entry = table_at(machine, CPU_DIRECTORIES) + start / PAGES_AREA_BYTES;

		if (pages_are_mixed(machine, start) && next_table < HVT_LOW_END) {
			small_pages_make(machine, table_at(machine, next_table), start);
			*entry = next_table | ENTRY_TABLE;
			next_table += HVT_PAGE_BYTES;
		} else {
			*entry = start | attributes(pages_area_access(machine, start)) | ENTRY_BLOCK;
		}
	}
}

void arch_tables_make(const struct machine *machine)
{
	uint64_t *gibs = table_at(machine, CPU_GIB_TABLE);

	*table_at(machine, CPU_ROOT_TABLE) = CPU_GIB_TABLE | ENTRY_TABLE;
	for (uint64_t i = 0; i * GIB < HVT_MEM_MAX; i++)
		gibs[i] = (CPU_DIRECTORIES + i * HVT_PAGE_BYTES) | ENTRY_TABLE;
	gibs[HVT_MMIO_BASE / GIB] = HVT_MMIO_BASE | DEVICE | ACCESSED | NO_EXECUTE | ENTRY_BLOCK;
	directories_make(machine);
}
