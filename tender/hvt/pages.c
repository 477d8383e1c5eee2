/* The rules of pages.h. */
#include "tender/hvt/pages.h"

#include <linux/mman.h>

/* Only guests of our bindings know that pages can be not executable. */
static bool can_forbid_execution(const struct machine *machine)
{
	return machine->unikernel.kind == HOSTCALL_GUEST_TEND;
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

enum pages_access pages_access(const struct machine *machine, uint64_t address)
{
	enum pages_access access = PAGES_READ;

	if (address < HVT_LOW_END)
		return PAGES_NONE;
	if (machine->stack_bottom && address == machine->stack_bottom - HVT_PAGE_BYTES)
		return PAGES_NONE;
	if (address >= HVT_IMAGE_BASE)
		access |= PAGES_WRITE;
	if (!can_forbid_execution(machine) || is_code(&machine->unikernel.plan, address))
		access |= PAGES_EXECUTE;
	return access;
}

static bool is_between(uint64_t address, uint64_t start)
{
	return address > start && address < start + PAGES_AREA_BYTES;
}

bool pages_are_mixed(const struct machine *machine, uint64_t start)
{
	const struct elf_plan *plan = &machine->unikernel.plan;
	uint64_t stack = machine->stack_bottom;

	if (start == 0)
		return true;
	if (stack && (is_between(stack, start) || is_between(stack - HVT_PAGE_BYTES, start)))
		return true;
	for (unsigned i = 0; can_forbid_execution(machine) && i < plan->count; i++) {
		const struct elf_segment *segment = &plan->segments[i];

		if ((segment->prot & PROT_EXEC) &&
		    (is_between(segment->start, start) || is_between(segment->end, start)))
			return true;
	}
	return false;
}

enum pages_access pages_area_access(const struct machine *machine, uint64_t start)
{
	if (pages_are_mixed(machine, start))
		return PAGES_READ | PAGES_WRITE | PAGES_EXECUTE;
	return pages_access(machine, start);
}
