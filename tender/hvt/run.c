/* solo5-hvt: runs a Solo5 unikernel as a virtual machine on KVM. */
#include "tender/host/host.h"
#include "tender/hvt/debug.h"
#include "tender/hvt/lockdown.h"
#include "tender/hvt/machine.h"
#include "tender/solo5/tender.h"

const struct unikernel_target tender_target = {
	.name = "solo5-hvt",
	.abi_target = HVT_ABI_TARGET,
	.version_oldest = HVT_ABI_VERSION,
	.version = HVT_ABI_VERSION,
};

/* It starts as zeroes. */
static struct machine machine;

void tender_run(const struct start *start, int kernel_index, struct error *error)
{
	if (machine_decode(&machine, start, kernel_index, error) < 0 || machine_attach(&machine, error) < 0 ||
	    machine_load(&machine, start, error) < 0 || lockdown_enter(&machine, start, error) < 0 ||
	    debug_start(&machine, error) < 0)
		return;
	if (machine_run(&machine, error) < 0) {
		debug_fail(&machine, start->program);
		return;
	}
	debug_end(&machine, start->program);
	host_exit(machine.context.exit_status);
}
