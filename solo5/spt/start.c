/* Entry of an spt unikernel: everything that happens before solo5_app_main(). */
#include "abi/boot.h"
#include "abi/solo5_spt.h"
#include "bindings.h"
#include "elf_abi.h"
#include "spt/host.h"
#include "spt/target.h"

_Noreturn void _start(const struct spt_boot_info *boot);

bool bindings_tls_base_set(uintptr_t base)
{
	return host_set_tls_base(base) == 0;
}

void bindings_exit(int status)
{
	host_exit(status);
}

/* Runs on the stack the tender prepared; never returns, so its own frame may predate the canary. */
__attribute__((no_stack_protector)) void _start(const struct spt_boot_info *boot)
{
	static struct solo5_start_info info;
	const struct tend_handover *handover = handover_find(SPT_MEM_BASE);
	uint64_t stack_bottom = handover ? handover->stack_bottom : 0;

	mem_check(boot->mem_size, stack_bottom);
	/* Stray use of thread-local storage faults from here on. */
	solo5_set_tls_base(0);
	ssp_init(handover);
	time_init(handover ? handover->vdso : 0);
	yield_init(handover, boot->epollfd, boot->timerfd);
	block_init(handover);
	device_init((const struct mft *)(uintptr_t)boot->manifest);
	info.cmdline = cmdline_parse((const char *)(uintptr_t)boot->cmdline);
	mem_init(boot->mem_size, stack_bottom, &info);
	solo5_exit(solo5_app_main(&info));
}

ABI1_NOTE_DECLARE_BEGIN{.abi_target = SPT_ABI_TARGET, .abi_version = SPT_ABI_VERSION} ABI1_NOTE_DECLARE_END

	DECLARE_ELF_INTERP DECLARE_OPENBSD_NOTE
