/* Entry of an hvt unikernel: everything that happens before solo5_app_main(), and the end. */
#include "abi/boot.h"
#include "bindings.h"
#include "elf_abi.h"
#include "hvt/hypercall.h"
#include "hvt/target.h"

_Noreturn void _start(const struct hvt_boot_info *boot);

void halt(int status, volatile void *cookie)
{
	volatile struct hvt_halt arguments = {.cookie = (uintptr_t)cookie, .exit_status = status};

	for (;;)
		hypercall(HVT_HYPERCALL_HALT, &arguments);
}

void bindings_exit(int status)
{
	halt(status, NULL);
}

bool bindings_tls_base_set(uintptr_t base)
{
	tls_base_set(base);
	return true;
}

/* Runs on the stack the tender prepared; never returns, so its own frame may predate the canary. */
__attribute__((no_stack_protector)) void _start(const struct hvt_boot_info *boot)
{
	static struct solo5_start_info info;
	const struct tend_handover *handover = handover_find(HVT_HANDOVER);
	uint64_t stack_bottom = handover ? handover->stack_bottom : 0;
	bool has_ring = handover && (boot->host_features & HVT_FEATURE_NET_RING);

	mem_check(boot->mem_size, stack_bottom);
	traps_init();
	/* Stray use of thread-local storage faults from here on. */
	solo5_set_tls_base(0);
	ssp_init(handover);
	time_init(boot->cpu_cycle_freq);
	/* Behind the ring of another tender there is no room for frames. */
	ring_init(has_ring ? boot->net_ring : 0);
	device_init((const struct mft *)(uintptr_t)boot->manifest);
	info.cmdline = cmdline_parse((const char *)(uintptr_t)boot->cmdline);
	mem_init(boot->mem_size, stack_bottom, &info);
	solo5_exit(solo5_app_main(&info));
}

ABI1_NOTE_DECLARE_BEGIN{.abi_target = HVT_ABI_TARGET, .abi_version = HVT_ABI_VERSION} ABI1_NOTE_DECLARE_END

	DECLARE_ELF_INTERP DECLARE_OPENBSD_NOTE
