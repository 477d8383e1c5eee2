/* Breakpoints and watchpoints of the debugger. */
#include <linux/mman.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/hvt/debug/debugger.h"
#include "tender/hvt/debug/registers.h"

#define BREAKPOINTS_MAX 64
#define BREAK_BYTES_MAX 4

static struct breakpoint {
	bool is_set;
	uint64_t address;
	uint8_t original[BREAK_BYTES_MAX];
} breakpoints[BREAKPOINTS_MAX];

static struct debug_point points[DEBUG_POINTS_MAX];

/* Protects the pages of the range as the image has them, or opens them for writing. */
static void pages_protect(const struct machine *machine, uint64_t address, size_t size, bool is_open)
{
	const struct elf_plan *plan = &machine->unikernel.plan;
	uint64_t base = (uint64_t)(uintptr_t)machine->context.memory.base;

	for (unsigned i = 0; i < plan->count; i++) {
		const struct elf_segment *segment = &plan->segments[i];

		if ((segment->prot & PROT_WRITE) || address >= segment->end || address + size <= segment->start)
			continue;
		host_mprotect(base + segment->start, segment->end - segment->start,
			      is_open ? PROT_READ | PROT_WRITE : PROT_READ);
	}
}

bool debug_memory_write(struct machine *machine, uint64_t address, const void *from, size_t size)
{
	const struct memory *memory = &machine->context.memory;

	if (!memory_readable(memory, gpa(address), size))
		return false;
	pages_protect(machine, address, size, true);
	memcpy(memory->base + address, from, size);
	pages_protect(machine, address, size, false);
	return true;
}

static struct breakpoint *breakpoint_find(uint64_t address, bool is_set)
{
	for (unsigned i = 0; i < BREAKPOINTS_MAX; i++) {
		if (breakpoints[i].is_set == is_set && (!is_set || breakpoints[i].address == address))
			return &breakpoints[i];
	}
	return NULL;
}

bool points_has(uint64_t address)
{
	return breakpoint_find(address, true);
}

static int breakpoint_set(struct machine *machine, uint64_t address)
{
	struct breakpoint *breakpoint = breakpoint_find(address, true);

	if (breakpoint)
		return 0;
	breakpoint = breakpoint_find(address, false);
	if (!breakpoint ||
	    !memory_copy_in(&machine->context.memory, gpa(address), breakpoint->original, debug_break_bytes) ||
	    !debug_memory_write(machine, address, debug_break, debug_break_bytes))
		return -1;
	breakpoint->is_set = true;
	breakpoint->address = address;
	return 0;
}

static int breakpoint_clear(struct machine *machine, uint64_t address)
{
	struct breakpoint *breakpoint = breakpoint_find(address, true);

	if (!breakpoint || !debug_memory_write(machine, address, breakpoint->original, debug_break_bytes))
		return -1;
	breakpoint->is_set = false;
	return 0;
}

static bool point_is(const struct debug_point *point, const struct debug_point *wanted)
{
	return point->is_set && point->type == wanted->type && point->address == wanted->address &&
	       point->size == wanted->size;
}

int points_set(struct machine *machine, enum gdb_point type, uint64_t address, uint64_t size, bool is_set)
{
	struct debug_point wanted = {.is_set = true, .type = type, .address = address, .size = size};

	if (type == GDB_POINT_SOFTWARE)
		return is_set ? breakpoint_set(machine, address) : breakpoint_clear(machine, address);
	if (!debug_point_exists(&wanted))
		return -1;
	for (unsigned i = 0; i < DEBUG_POINTS_MAX; i++) {
		if (is_set ? points[i].is_set : !point_is(&points[i], &wanted))
			continue;
		points[i] = wanted;
		points[i].is_set = is_set;
		return 0;
	}
	return -1;
}

void points_clear(struct machine *machine)
{
	for (unsigned i = 0; i < BREAKPOINTS_MAX; i++) {
		if (breakpoints[i].is_set)
			breakpoint_clear(machine, breakpoints[i].address);
	}
	for (unsigned i = 0; i < DEBUG_POINTS_MAX; i++)
		points[i].is_set = false;
}

long points_apply(const struct machine *machine, bool is_step)
{
	return debug_control(machine, points, is_step);
}
