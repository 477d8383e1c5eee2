/* The guest runs; what it leaves the CPU for is served here. */
#include <errno.h>

#include "tender/host/host.h"
#include "tender/hvt/arch.h"
#include "tender/hvt/debug.h"
#include "tender/hvt/machine.h"

static int fault_error(const struct machine *machine, struct error *error)
{
	return error_set(error, "KVM: host/guest translation fault: rip=0x%lx", (unsigned long)arch_cpu_pc(machine));
}

static int other_error(const struct machine *machine, struct error *error)
{
	const struct kvm_run *run = machine->kvm.run;

	switch (run->exit_reason) {
	case KVM_EXIT_FAIL_ENTRY:
		return error_set(error, "KVM: entry failure: hw_entry_failure_reason=0x%lx",
				 (unsigned long)run->fail_entry.hardware_entry_failure_reason);
	case KVM_EXIT_INTERNAL_ERROR:
		return error_set(error, "KVM: internal error exit: suberror=0x%x, rip=0x%lx", run->internal.suberror,
				 (unsigned long)arch_cpu_pc(machine));
	default:
		return error_set(error, "KVM: unhandled exit: exit_reason=0x%x, rip=0x%lx", run->exit_reason,
				 (unsigned long)arch_cpu_pc(machine));
	}
}

/* Serves one exit: an enum hypercall_result. */
static int exit_serve(struct machine *machine, struct error *error)
{
	unsigned number = 0;
	uint32_t address = 0;
	uint32_t reason;

	switch (arch_exit_decode(machine, &number, &address, error)) {
	case ARCH_EXIT_HYPERCALL:
		return hypercall_serve(&machine->context, number, gpa(address), error);
	case ARCH_EXIT_KICK:
		return machine->context.ring && ring_drain(&machine->ring, error) < 0 ? HYPERCALL_ERROR
										      : HYPERCALL_DONE;
	case ARCH_EXIT_FAULT:
		return fault_error(machine, error);
	case ARCH_EXIT_INVALID:
		return HYPERCALL_ERROR;
	case ARCH_EXIT_OTHER:
		break;
	}
	reason = machine->kvm.run->exit_reason;
	if (reason == KVM_EXIT_DEBUG ||
	    (reason == KVM_EXIT_INTERNAL_ERROR && debug_is_breakpoint(arch_cpu_pc(machine))))
		return debug_stop(machine, error);
	return other_error(machine, error);
}

int machine_run(struct machine *machine, struct error *error)
{
	for (;;) {
		long result = host_ioctl(machine->kvm.vcpu_fd, KVM_RUN, NULL);
		int served;

		if (result == -EINTR)
			served = debug_interrupt(machine, error);
		else if (result == -EFAULT)
			served = fault_error(machine, error);
		else if (result < 0)
			served = kvm_error("Could not run", result, error);
		else
			served = exit_serve(machine, error);
		if (served == HYPERCALL_HALT)
			return 0;
		if (served < 0)
			return -1;
	}
}
