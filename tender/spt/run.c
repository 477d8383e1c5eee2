/* solo5-spt: runs a Solo5 unikernel as a process under seccomp. */
#include "tender/solo5/tender.h"
#include "tender/spt/guest.h"
#include "tender/spt/lockdown.h"

const struct unikernel_target tender_target = {
	.name = "solo5-spt",
	.abi_target = SPT_ABI_TARGET,
	.version_oldest = SPT_ABI_VERSION_OLDEST,
	.version = SPT_ABI_VERSION,
};

/* Page-aligned so that it touches few pages. It starts as zeroes. */
static struct guest guest __attribute__((aligned(4096)));

void tender_run(const struct start *start, int kernel_index, struct error *error)
{
	if (guest_decode(&guest, start->argc, start->argv, kernel_index, error) < 0)
		return;
	if (guest.unikernel.options.exec_heap)
		tender_say("%s: WARNING: --x-exec-heap makes the guest's heap and stack executable\n", start->program);
	if (guest_attach(&guest, error) < 0 || guest_load(&guest, start, error) < 0)
		return;
	lockdown_enter(&guest, start, error);
}
