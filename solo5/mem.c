/* Memory above the image: heap, guard page, stack. */
#include "bindings.h"

#define PAGE_BYTES 4096ull
#define FREE_BYTES_MIN 0x80000ull

/* Set by the linker script. */
extern const char _stext[], _etext[], _erodata[], _end[];

static void range_log(const char *what, uint64_t start, uint64_t end)
{
	log_write(LOG_INFO, "Solo5: %s @ (0x%lx - 0x%lx)\n", what, (unsigned long)start, (unsigned long)(end - 1));
}

static void memory_map_log(uint64_t mem_bytes, uint64_t heap_start, uint64_t heap_end)
{
	log_write(LOG_INFO, "Solo5: Bindings of Tend " TEND_VERSION "\nSolo5: Memory map: %lu MB addressable:\n",
		  (unsigned long)(mem_bytes >> 20));
	range_log("  reserved", 0, (uintptr_t)_stext);
	range_log("      text", (uintptr_t)_stext, (uintptr_t)_etext);
	range_log("    rodata", (uintptr_t)_etext, (uintptr_t)_erodata);
	range_log("      data", (uintptr_t)_erodata, (uintptr_t)_end);
	range_log("      heap", heap_start, heap_end);
	if (heap_end < mem_bytes)
		range_log("     stack", heap_end + PAGE_BYTES, mem_bytes);
}

void mem_init(uint64_t mem_bytes, uint64_t stack_bottom, struct solo5_start_info *info)
{
	uint64_t heap_start = ((uintptr_t)_end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	uint64_t heap_end = stack_bottom ? stack_bottom - PAGE_BYTES : mem_bytes;

	if (heap_start + FREE_BYTES_MIN > mem_bytes || heap_start >= heap_end)
		bindings_panic("mem.c", "Not enough memory");
	memory_map_log(mem_bytes, heap_start, heap_end);
	info->heap_start = heap_start;
	info->heap_size = heap_end - heap_start;
}
