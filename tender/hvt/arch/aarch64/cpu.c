/* The aarch64 CPU: its state at entry, and what it was left for. */
#include "tender/hvt/arch/aarch64/cpu.h"

#include <string.h>

#include "abi/hostcall.h"
#include "tender/host/host.h"
#include "tender/hvt/arch.h"

_Static_assert(KVM_RUN == HOSTCALL_KVM_RUN, "the policy's number");
_Static_assert(KVM_GET_ONE_REG == HOSTCALL_KVM_PLACE, "the policy's number");

#define SCTLR_EL1 ARM64_SYS_REG(3, 0, 1, 0, 0)
#define CPACR_EL1 ARM64_SYS_REG(3, 0, 1, 0, 2)
#define TTBR0_EL1 ARM64_SYS_REG(3, 0, 2, 0, 0)
#define TCR_EL1 ARM64_SYS_REG(3, 0, 2, 0, 2)
#define MAIR_EL1 ARM64_SYS_REG(3, 0, 10, 2, 0)

/* Device nGnRnE at index 0, normal write-back at index 4. */
#define MAIR 0x000000ff00000000ull
/* 40 bits of addresses in either direction, 4 KiB pages, cacheable and shareable walks; nothing in the upper half. */
#define TCR ((64 - 40) | 1u << 8 | 1u << 10 | 3u << 12 | 1u << 23 | 2ull << 32)
#define SCTLR_ON (1u << 0 | 1u << 2 | 1u << 12) /* MMU, data cache, instruction cache */
#define CPACR_FP (3u << 20)
#define PSTATE_EL1H_MASKED 0x3c5u
#define STACK_SLACK 16u

long cpu_register_set(const struct kvm *kvm, uint64_t id, uint64_t value)
{
	struct kvm_one_reg one = {.id = id, .addr = (uint64_t)(uintptr_t)&value};

	return host_ioctl(kvm->vcpu_fd, KVM_SET_ONE_REG, &one);
}

long cpu_register_get(const struct kvm *kvm, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg one = {.id = id, .addr = (uint64_t)(uintptr_t)value};

	return host_ioctl(kvm->vcpu_fd, KVM_GET_ONE_REG, &one);
}

static long vcpu_init(const struct kvm *kvm)
{
	struct kvm_vcpu_init init;
	long result = host_ioctl(kvm->vm_fd, KVM_ARM_PREFERRED_TARGET, &init);

	return result < 0 ? result : host_ioctl(kvm->vcpu_fd, KVM_ARM_VCPU_INIT, &init);
}

int arch_cpu_init(const struct machine *machine, struct error *error)
{
	const struct kvm *kvm = &machine->kvm;
	uint64_t sctlr = 0;
	const uint64_t registers[][2] = {
		{MAIR_EL1, MAIR},
		{TCR_EL1, TCR},
		{TTBR0_EL1, CPU_ROOT_TABLE},
		{CPACR_EL1, CPACR_FP},
		{CPU_CORE_REGISTER(regs.pstate), PSTATE_EL1H_MASKED},
		{CPU_CORE_REGISTER(regs.pc), machine->unikernel.plan.entry},
		{CPU_CORE_REGISTER(sp_el1), machine->mem_bytes - STACK_SLACK},
		{CPU_CORE_REGISTER(regs.regs[0]), HVT_BOOT_INFO},
	};
	long result = vcpu_init(kvm);

	if (result >= 0)
		result = cpu_register_get(kvm, SCTLR_EL1, &sctlr);
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]) && result >= 0; i++)
		result = cpu_register_set(kvm, registers[i][0], registers[i][1]);
	if (result >= 0)
		result = cpu_register_set(kvm, SCTLR_EL1, sctlr | SCTLR_ON);
	return result < 0 ? kvm_error("Could not set the CPU's state", result, error) : 0;
}

int arch_cycles_find(struct machine *machine, struct error *error)
{
	(void)error;
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(machine->cycle_hz));
	return 0;
}

uint64_t arch_cpu_pc(const struct machine *machine)
{
	uint64_t pc = 0;

	cpu_register_get(&machine->kvm, CPU_CORE_REGISTER(regs.pc), &pc);
	return pc;
}

enum arch_exit arch_exit_decode(const struct machine *machine, unsigned *number, uint32_t *address, struct error *error)
{
	const struct kvm_run *run = machine->kvm.run;
	uint64_t place = run->mmio.phys_addr;

	if (run->exit_reason != KVM_EXIT_MMIO)
		return ARCH_EXIT_OTHER;
	if (place < machine->context.memory.bytes)
		return ARCH_EXIT_FAULT;
	if (place == HVT_MMIO_KICK && run->mmio.is_write)
		return ARCH_EXIT_KICK;
	if (!run->mmio.is_write || run->mmio.len != sizeof(*address) || place < HVT_MMIO_BASE || (place & 7) ||
	    place > HVT_MMIO_BASE + 8 * HVT_HYPERCALL_HALT) {
		error_set(error, "Invalid guest mmio access: mmio=0x%lx", (unsigned long)place);
		return ARCH_EXIT_INVALID;
	}
	*number = (unsigned)((place - HVT_MMIO_BASE) / 8);
	memcpy(address, run->mmio.data, sizeof(*address));
	return ARCH_EXIT_HYPERCALL;
}
