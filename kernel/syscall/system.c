/* The system as a whole: uname(2), sysinfo(2), and what only its administrator may do, which is nobody in a guest. */
#include <linux/errno.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>

#include "arch.h"
#include "kernel/host/host.h"
#include "kernel/lib/print.h"
#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/task/system.h"
#include "kernel/task/time.h"

SYSCALL(uname)
{
	struct new_utsname name = {0};

	text_format(name.sysname, sizeof(name.sysname), "%s", SYSTEM_NAME);
	text_format(name.nodename, sizeof(name.nodename), "%s", system_host_name());
	text_format(name.release, sizeof(name.release), "%s", system_release());
	text_format(name.version, sizeof(name.version), "%s", SYSTEM_VERSION);
	text_format(name.machine, sizeof(name.machine), "%s", SYSTEM_MACHINE);
	text_format(name.domainname, sizeof(name.domainname), "%s", SYSTEM_DOMAIN);
	return copy_to_user(ARG_USER(args, 0), &name, sizeof(name));
}

SYSCALL(sysinfo)
{
	struct system_memory memory;
	struct sysinfo info = {.mem_unit = 1};
	unsigned processes, threads;
	int last_pid;

	system_memory(&memory);
	system_tasks(&processes, &threads, &last_pid);
	info.uptime = (long)(host_monotonic_ns() / NS_PER_SECOND);
	info.totalram = memory.total_bytes;
	info.freeram = memory.free_bytes;
	info.sharedram = memory.file_bytes;
	info.procs = (uint16_t)threads;
	return copy_to_user(ARG_USER(args, 0), &info, sizeof(info));
}

/* The third argument has meant nothing for long. */
SYSCALL(getcpu)
{
	if (ARG_USER(args, 0) && put_user_u32(ARG_USER(args, 0), arch_cpu() % system_cpu_count()))
		return -EFAULT;
	return ARG_USER(args, 1) ? put_user_u32(ARG_USER(args, 1), 0) : 0;
}

/* --- refused, as to a container's root ---------------------------------------------------------------------------- */

#define REFUSED(name)                                                                                                  \
	SYSCALL_NO_ARGS(name)                                                                                          \
	{                                                                                                              \
		return -EPERM;                                                                                         \
	}

REFUSED(syslog)
REFUSED(vhangup)
REFUSED(pivot_root)
REFUSED(acct)
REFUSED(mount)
REFUSED(umount2)
REFUSED(swapon)
REFUSED(swapoff)
REFUSED(reboot)
REFUSED(sethostname)
REFUSED(setdomainname)
REFUSED(iopl)
REFUSED(ioperm)
REFUSED(init_module)
REFUSED(finit_module)
REFUSED(delete_module)
REFUSED(kexec_load)
