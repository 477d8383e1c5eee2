/* First stage of an spt guest: what its unikernel says, and the memory it gets. */
#include "tender/solo5/tender.h"
#include "tender/spt/guest.h"

/* Guest memory must end below the tender itself: see the link address in tender.lds. */
#define MEM_BYTES_MAX 0x3f00000000ull

int guest_decode(struct guest *guest, int argc, char *const *argv, int kernel_index, struct error *error)
{
	struct unikernel *unikernel = &guest->unikernel;
	uint64_t mem_bytes;

	if (unikernel_decode(unikernel, &tender_target, argc, argv, kernel_index, error) < 0)
		return -1;
	mem_bytes = unikernel->options.mem_bytes;
	if (mem_bytes > MEM_BYTES_MAX)
		return error_set(error, "--mem=%lu is more than this tender can map, %lu MiB",
				 (unsigned long)(mem_bytes >> 20), (unsigned long)(MEM_BYTES_MAX >> 20));
	if (unikernel_plan(unikernel, mem_bytes, error) < 0)
		return -1;
	if (unikernel->kind != HOSTCALL_GUEST_TEND)
		return 0;
	guest->stack_bottom = unikernel_stack_bottom(unikernel, mem_bytes, error);
	return guest->stack_bottom ? 0 : -1;
}
