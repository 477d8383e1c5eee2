/* The x86-64 CPU: its state at entry, and what it was left for. */
#include <string.h>

#include "abi/hostcall.h"
#include "tender/host/host.h"
#include "tender/hvt/arch.h"
#include "tender/hvt/arch/x86_64/cpu.h"

_Static_assert(KVM_RUN == HOSTCALL_KVM_RUN, "the policy's number");
_Static_assert(KVM_GET_REGS == HOSTCALL_KVM_PLACE, "the policy's number");

#define CR0 0x80010021u /* PE NE WP PG */
#define CR4 0x620u      /* PAE OSFXSR OSXMMEXCPT */
#define EFER 0x500u     /* LME LMA */
#define EFER_NO_EXECUTE 0x800u
#define RFLAGS 2u
#define STACK_SLACK 8u /* as if a return address had been pushed */
#define CPUID_MAX 256

static const struct kvm_segment code_segment = {
	.base = 0,
	.limit = 0xffffffff,
	.selector = CPU_CODE_SELECTOR,
	.type = 9,
	.present = 1,
	.s = 1,
	.l = 1,
	.g = 1,
};

static const struct kvm_segment data_segment = {
	.base = 0,
	.limit = 0xffffffff,
	.selector = CPU_DATA_SELECTOR,
	.type = 3,
	.present = 1,
	.s = 1,
	.db = 1,
	.g = 1,
};

/* Every feature the host has. */
static long features_set(const struct kvm *kvm)
{
	static uint8_t buffer[sizeof(struct kvm_cpuid2) + CPUID_MAX * sizeof(struct kvm_cpuid_entry2)]
		__attribute__((aligned(8)));
	struct kvm_cpuid2 *cpuid = (struct kvm_cpuid2 *)(void *)buffer;
	long result;

	cpuid->nent = CPUID_MAX;
	result = host_ioctl(kvm->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid);
	return result < 0 ? result : host_ioctl(kvm->vcpu_fd, KVM_SET_CPUID2, cpuid);
}

static long special_registers_set(const struct machine *machine)
{
	struct kvm_sregs sregs;
	long result = host_ioctl(machine->kvm.vcpu_fd, KVM_GET_SREGS, &sregs);

	if (result < 0)
		return result;
	sregs.cr0 = CR0;
	sregs.cr3 = CPU_ROOT_TABLE;
	sregs.cr4 = CR4;
	sregs.efer = EFER | (machine->unikernel.kind == HOSTCALL_GUEST_TEND ? EFER_NO_EXECUTE : 0);
	sregs.cs = code_segment;
	sregs.ss = sregs.ds = sregs.es = sregs.fs = sregs.gs = data_segment;
	sregs.tr = (struct kvm_segment){.type = 11, .present = 1};
	sregs.ldt = (struct kvm_segment){.unusable = 1};
	sregs.gdt = (struct kvm_dtable){.base = CPU_GDT, .limit = CPU_GDT_BYTES - 1};
	return host_ioctl(machine->kvm.vcpu_fd, KVM_SET_SREGS, &sregs);
}

static long registers_set(const struct machine *machine)
{
	struct kvm_regs regs = {
		.rip = machine->unikernel.plan.entry,
		.rflags = RFLAGS,
		.rsp = machine->mem_bytes - STACK_SLACK,
		.rdi = HVT_BOOT_INFO,
	};

	return host_ioctl(machine->kvm.vcpu_fd, KVM_SET_REGS, &regs);
}

int arch_cpu_init(const struct machine *machine, struct error *error)
{
	long result = features_set(&machine->kvm);

	if (result >= 0)
		result = special_registers_set(machine);
	if (result >= 0)
		result = registers_set(machine);
	return result < 0 ? kvm_error("Could not set the CPU's state", result, error) : 0;
}

int arch_cycles_find(struct machine *machine, struct error *error)
{
	long khz = host_ioctl(machine->kvm.vcpu_fd, KVM_GET_TSC_KHZ, NULL);

	if (khz <= 0)
		return kvm_error("Could not find out how fast its cycle counter runs", khz, error);
	machine->cycle_hz = (uint64_t)khz * 1000;
	return 0;
}

uint64_t arch_cpu_pc(const struct machine *machine)
{
	struct kvm_regs regs = {.rip = 0};

	host_ioctl(machine->kvm.vcpu_fd, KVM_GET_REGS, &regs);
	return regs.rip;
}

static enum arch_exit port_decode(const struct kvm_run *run, unsigned *number, uint32_t *address, struct error *error)
{
	unsigned port = run->io.port;

	if (run->io.direction != KVM_EXIT_IO_OUT || run->io.size != 4 || run->io.count != 1 ||
	    ((port < HVT_PORT_BASE || port > HVT_PORT_BASE + HVT_HYPERCALL_HALT) && port != HVT_PORT_KICK)) {
		error_set(error, "Invalid guest port access: port=0x%x", port);
		return ARCH_EXIT_INVALID;
	}
	if (port == HVT_PORT_KICK)
		return ARCH_EXIT_KICK;
	*number = port - HVT_PORT_BASE;
	memcpy(address, (const uint8_t *)run + run->io.data_offset, sizeof(*address));
	return ARCH_EXIT_HYPERCALL;
}

enum arch_exit arch_exit_decode(const struct machine *machine, unsigned *number, uint32_t *address, struct error *error)
{
	const struct kvm_run *run = machine->kvm.run;

	if (run->exit_reason == KVM_EXIT_IO)
		return port_decode(run, number, address, error);
	/* Some KVMs hand on a write that the host's protection forbids as one to a device. */
	if (run->exit_reason == KVM_EXIT_MMIO && run->mmio.phys_addr < machine->context.memory.bytes)
		return ARCH_EXIT_FAULT;
	return ARCH_EXIT_OTHER;
}
