/* First stage of a virtual machine: its unikernel, and how much memory it gets. */
#include "tender/hvt/machine.h"
#include "tender/solo5/tender.h"

/* --mem in whole units of what the CPU maps, told where that is less. */
static int memory_round(const struct options *options, const char *program, uint64_t *bytes, struct error *error)
{
	*bytes = options->mem_bytes & ~(HVT_MEM_UNIT - 1);
	if (*bytes == 0)
		return error_set(error, "--mem=%lu is less than a virtual machine can have, 2 MiB",
				 (unsigned long)(options->mem_bytes >> 20));
	if (*bytes > HVT_MEM_MAX)
		return error_set(error, "guest memory size %lu bytes exceeds the max size %lu bytes",
				 (unsigned long)*bytes, (unsigned long)HVT_MEM_MAX);
	if (*bytes != options->mem_bytes)
		tender_say("%s: adjusting memory to %lu bytes\n", program, (unsigned long)*bytes);
	return 0;
}

static bool has_network(const struct mft *mft)
{
	for (unsigned i = 0; i < mft->entries; i++) {
		if (mft->e[i].type == MFT_DEV_NET_BASIC)
			return true;
	}
	return false;
}

/* The net ring is taken from --mem. Without it frames go by hypercalls: that suits a guest with little memory. */
static void ring_place(struct machine *machine)
{
	const struct unikernel *unikernel = &machine->unikernel;

	machine->ring_address = 0;
	if (!has_network(&unikernel->mft) || unikernel->options.no_net_ring || machine->mem_bytes < 4 * HVT_RING_BYTES)
		return;
	machine->mem_bytes -= HVT_RING_BYTES;
	machine->ring_address = machine->mem_bytes;
}

int machine_decode(struct machine *machine, const struct start *start, int kernel_index, struct error *error)
{
	struct unikernel *unikernel = &machine->unikernel;

	if (unikernel_decode(unikernel, &tender_target, start->argc, start->argv, kernel_index, error) < 0 ||
	    memory_round(&unikernel->options, start->program, &machine->mem_bytes, error) < 0)
		return -1;
	ring_place(machine);
	if (unikernel_plan(unikernel, machine->mem_bytes, error) < 0)
		return -1;
	if (unikernel->kind != HOSTCALL_GUEST_TEND)
		return 0;
	machine->stack_bottom = unikernel_stack_bottom(unikernel, machine->mem_bytes, error);
	return machine->stack_bottom ? 0 : -1;
}

int machine_attach(struct machine *machine, struct error *error)
{
	return unikernel_attach(&machine->unikernel, HOSTCALL_GUEST_HVT, error);
}
