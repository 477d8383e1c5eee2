/* A guest that ignores the bindings and writes behind its device's end is killed: the file never grows. */
#include "test.h"

#include <asm/unistd.h>

#include "abi/manifest.h"
#include "abi/solo5_spt.h"
#include "syscall.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	static uint8_t block[1024];
	const struct spt_boot_info *boot = (const struct spt_boot_info *)(uintptr_t)SPT_BOOT_INFO;
	const struct mft_entry *entry;

	(void)info;
	/* The compiler must not reason about an object at a constant address. */
	__asm__("" : "+r"(boot));
	entry = &((const struct mft *)(uintptr_t)boot->manifest)->e[1];
	arch_syscall(__NR_pwrite64, entry->b.hostfd, (long)block, 1024, (long)entry->u.block_basic.capacity - 512, 0,
		     0);
	return survived();
}
