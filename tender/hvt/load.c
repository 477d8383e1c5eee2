/* A virtual machine's memory and what is in it when the guest starts. */
#include <linux/mman.h>
#include <string.h>

#include "abi/boot.h"
#include "tender/host/host.h"
#include "tender/hvt/arch.h"
#include "tender/hvt/machine.h"

#define NO_FD (-1)

static int memory_make(struct machine *machine, uint64_t bytes, struct error *error)
{
	struct memory *memory = &machine->context.memory;
	long result = host_mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FD,
				0);

	if (result < 0)
		return error_set(error, "Error allocating guest memory of %lu MiB: %s", (unsigned long)(bytes >> 20),
				 error_name(-result));
	*memory = (struct memory){.base = (uint8_t *)result, .bytes = bytes, .plan = &machine->unikernel.plan};
	return 0;
}

static int segment_load(const struct machine *machine, const struct elf_source *source,
			const struct elf_segment *segment, struct error *error)
{
	uint8_t *base = machine->context.memory.base;
	long result = elf_segment_read(source, segment, base + segment->address);

	/* What the guest executes, the host only reads. */
	if (result >= 0 && !(segment->prot & PROT_WRITE))
		result = host_mprotect((uint64_t)(uintptr_t)(base + segment->start), segment->end - segment->start,
				       PROT_READ);
	if (result < 0)
		return error_set(error, "%s: Could not load the segment at 0x%lx: %s", source->name,
				 (unsigned long)segment->address, error_name(-result));
	return 0;
}

static int image_load(struct machine *machine, struct error *error)
{
	struct elf_source source = unikernel_source(&machine->unikernel);
	const struct elf_plan *plan = &machine->unikernel.plan;

	for (unsigned i = 0; i < plan->count; i++) {
		if (segment_load(machine, &source, &plan->segments[i], error) < 0)
			return -1;
	}
	return 0;
}

static void handover_write(const struct machine *machine, const struct start *start)
{
	struct tend_handover *handover = (void *)(machine->context.memory.base + HVT_HANDOVER);

	if (machine->unikernel.kind != HOSTCALL_GUEST_TEND)
		return;
	handover->magic = TEND_HANDOVER_MAGIC;
	handover->stack_bottom = machine->stack_bottom;
	memcpy(handover->random, start->random, sizeof(handover->random));
}

static void boot_info_write(const struct machine *machine)
{
	struct hvt_boot_info *info = (void *)(machine->context.memory.base + HVT_BOOT_INFO);
	uint64_t manifest = HVT_BOOT_INFO + sizeof(*info);

	_Static_assert(HVT_BOOT_INFO + sizeof(*info) + UNIKERNEL_TEXTS_MAX <= HVT_HANDOVER, "room for all");
	*info = (struct hvt_boot_info){
		.mem_size = machine->mem_bytes,
		.kernel_end = machine->unikernel.plan.kernel_end,
		.cpu_cycle_freq = machine->cycle_hz,
		.cmdline = manifest + machine->unikernel.mft_bytes,
		.manifest = manifest,
		.host_features = machine->ring_address ? HVT_FEATURE_NET_RING : 0,
		.net_ring = machine->ring_address,
	};
	unikernel_texts_write(&machine->unikernel, (char *)(info + 1));
}

/* The ring is part of --mem: its last 2 MiB. */
static int ring_make(struct machine *machine, struct error *error)
{
	long result;

	if (!machine->ring_address)
		return 0;
	result = host_eventfd(0, 0);
	if (result < 0)
		return error_set(error, "Could not make the net ring's kick: %s", error_name(-result));
	machine->unikernel.policy.kick_fd = (int)result;
	if (kvm_kick_set(&machine->kvm, (int)result, error) < 0)
		return -1;
	ring_init(&machine->ring, (void *)(machine->context.memory.base + machine->ring_address), &machine->context);
	ring_needs_kick(&machine->ring, true);
	machine->context.ring = &machine->ring;
	return 0;
}

int machine_load(struct machine *machine, const struct start *start, struct error *error)
{
	uint64_t bytes = machine->mem_bytes + (machine->ring_address ? HVT_RING_BYTES : 0);

	if (kvm_open(&machine->kvm, error) < 0 || memory_make(machine, bytes, error) < 0)
		return -1;
	machine->context.mft = &machine->unikernel.mft;
	machine->unikernel.policy.vcpu_fd = machine->kvm.vcpu_fd;
	if (image_load(machine, error) < 0 || arch_cycles_find(machine, error) < 0)
		return -1;
	arch_tables_make(machine);
	handover_write(machine, start);
	boot_info_write(machine);
	if (kvm_memory_set(&machine->kvm, &machine->context.memory, error) < 0 || ring_make(machine, error) < 0)
		return -1;
	return arch_cpu_init(machine, error);
}
