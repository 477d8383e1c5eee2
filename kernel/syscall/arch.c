/* arch_prctl: segment bases of x86-64. */
#include <asm/prctl.h>
#include <linux/errno.h>

#include "arch.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"

/* Linux's limit of the address space of a program, which is the host's. */
#define ADDRESS_MAX 0x7ffffffff000ull

SYSCALL(arch_prctl)
{
	uint64_t value = ARG_ULONG(args, 1);

	switch (ARG_INT(args, 0)) {
	case ARCH_SET_FS:
		if (value >= ADDRESS_MAX)
			return -EPERM;
		arch_set_fs(value);
		return 0;
	case ARCH_GET_FS:
		return put_user_u64(value, arch_get_fs());
	case ARCH_GET_CPUID:
		return 1;
	default:
		return -EINVAL;
	}
}
