/* Memory above the image: heap, guard page, stack. */
#include "bindings.h"

#define PAGE_BYTES 4096ull
#define FREE_BYTES_MIN 0x80000ull

/* Set by the linker script. */
extern const char _stext[], _etext[], _erodata[], _end[];

static void memory_map_log(uint64_t mem_bytes, uint64_t start, uint64_t end)
{
	/* One write: a console costs a host call each time. */
	log_write(LOG_INFO,
		  "Solo5: Bindings of Tend " TEND_VERSION "\n"
		  "Solo5: Memory map: %lu MB addressable:\n"
		  "Solo5:   reserved @ (0x0 - 0x%lx)\n"
		  "Solo5:       text @ (0x%lx - 0x%lx)\n"
		  "Solo5:     rodata @ (0x%lx - 0x%lx)\n"
		  "Solo5:       data @ (0x%lx - 0x%lx)\n"
		  "Solo5:       heap @ (0x%lx - 0x%lx)\n"
		  "Solo5:      stack < 0x%lx\n",
		  (unsigned long)(mem_bytes >> 20), (uintptr_t)_stext - 1, (uintptr_t)_stext, (uintptr_t)_etext - 1,
		  (uintptr_t)_etext, (uintptr_t)_erodata - 1, (uintptr_t)_erodata, (uintptr_t)_end - 1, start, end - 1,
		  mem_bytes);
}

static uint64_t heap_start(void)
{
	return ((uintptr_t)_end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static uint64_t heap_end(uint64_t mem_bytes, uint64_t stack_bottom)
{
	return stack_bottom ? stack_bottom - PAGE_BYTES : mem_bytes;
}

void mem_check(uint64_t mem_bytes, uint64_t stack_bottom)
{
	if (heap_start() + FREE_BYTES_MIN > mem_bytes || heap_start() >= heap_end(mem_bytes, stack_bottom))
		bindings_panic("mem.c", "Not enough memory");
}

void mem_init(uint64_t mem_bytes, uint64_t stack_bottom, struct solo5_start_info *info)
{
	info->heap_start = heap_start();
	info->heap_size = heap_end(mem_bytes, stack_bottom) - info->heap_start;
	memory_map_log(mem_bytes, info->heap_start, info->heap_start + info->heap_size);
}
