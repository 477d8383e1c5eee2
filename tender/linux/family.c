/* Starting the guest's processes in a private pid namespace: see family.h. */
#include "tender/linux/family.h"

#include <asm/signal.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>

#include "tender/host/host.h"
#include "tender/host/privileges.h"
#include "tender/host/spawn.h"

#define INIT_STACK_BYTES (64u << 10)

/* The value of a switch in /proc/sys, '\0' if this kernel has none of that name. */
static char switch_read(const char *path)
{
	char value = '\0';
	long fd = host_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return '\0';
	host_read((int)fd, &value, 1);
	host_close((int)fd);
	return value;
}

/* Every distribution has its own way of forbidding namespaces. */
static int namespace_error(long result, struct error *error)
{
	static const char text[] = "Linux guests need a private user and pid namespace, and the host refuses: %s; %s";
	const char *cure =
		"in a container, its seccomp profile must allow clone with CLONE_NEWUSER; in a chroot, Linux "
		"refuses it to all but root";

	if (result == -ENOSPC)
		cure = "raise the sysctls user.max_user_namespaces and user.max_pid_namespaces";
	else if (switch_read("/proc/sys/kernel/unprivileged_userns_clone") == '0')
		cure = "set the sysctl kernel.unprivileged_userns_clone to 1";
	else if (switch_read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == '1')
		cure = "set the sysctl kernel.apparmor_restrict_unprivileged_userns to 0, or give this program an "
		       "AppArmor profile that allows userns";
	else if (result == -EINVAL)
		cure = "this kernel is built without CONFIG_USER_NS or CONFIG_PID_NS";
	return error_set(error, text, error_name(-result), cure);
}

/*
 * Root makes a pid namespace alone, and init then gives up root. Others, and roots without that privilege, get it by
 * way of a user namespace; it needs no id map, as host ids mean nothing to a guest.
 */
static long init_spawn(struct linux_guest *guest)
{
	static uint8_t stack[INIT_STACK_BYTES] __attribute__((aligned(16)));
	const uint64_t all = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWCGROUP;
	const uint64_t flags = CLONE_VM | CLONE_NEWPID | SIGCHLD | (guest->options.has_all_namespaces ? all : 0);
	long result = -EPERM;

	if (guest->start->is_root)
		result = arch_spawn(flags, stack + sizeof(stack), init_run, guest);
	if (result == -EPERM && guest->start->is_root)
		result = identity_drop() < 0 ? -EPERM : result;
	if (result == -EPERM)
		result = arch_spawn(flags | CLONE_NEWUSER, stack + sizeof(stack), init_run, guest);
	return result;
}

int family_start(struct linux_guest *guest, struct error *error)
{
	const struct host_sigaction by_default = {.handler = (uint64_t)(uintptr_t)SIG_DFL};
	const struct host_sigaction ignored = {.handler = (uint64_t)(uintptr_t)SIG_IGN};
	const uint64_t taken = FAMILY_FORWARDED | HOST_SIGNAL_BIT(SIGCHLD) | HOST_SIGNAL_BIT(SIGTSTP);
	long result = host_signalfd(taken, O_CLOEXEC | O_NONBLOCK);

	if (result < 0)
		return error_set(error, "Could not take signals: %s", error_name(-result));
	guest->signal_fd = (int)result;
	/*
	 * Before init exists, so that none falls between. SIGCHLD may have been ignored by whoever started us. SIGTTOU
	 * stops front and guest, as it does any program that changes its terminal from the background; SIGTSTP the
	 * front takes to put the terminal in order before it stops.
	 */
	host_sigaction(SIGCHLD, &by_default);
	host_sigaction(SIGTTOU, &by_default);
	host_sigaction(SIGTSTP, &by_default);
	/* A limit for the size of files is an error for whoever writes one, and no end of the front. */
	host_sigaction(SIGXFSZ, &ignored);
	host_sigprocmask(SIG_UNBLOCK, HOST_SIGNAL_BIT(SIGTTOU));
	host_sigprocmask(SIG_BLOCK, taken);
	terminal_take(&guest->terminal, guest->stdio, guest->options.has_terminal);
	result = init_spawn(guest);
	if (result < 0) {
		terminal_give_back(&guest->terminal);
		return namespace_error(result, error);
	}
	/* Init and the members hold the guest's ends: when they are gone, the other end says so. */
	host_close(guest->control_fd);
	return (int)result;
}
