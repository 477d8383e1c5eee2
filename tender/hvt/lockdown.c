/* Privileges, descriptors, the I/O thread and the filter: see lockdown.h. */
#include "tender/hvt/lockdown.h"

#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "tender/host/host.h"
#include "tender/host/privileges.h"
#include "tender/hvt/debug.h"
#include "tender/solo5/lockdown.h"

static int filter_install(const struct policy_guest *policy, struct error *error)
{
	static struct policy_rule rules[POLICY_RULES_MAX];
	static struct sock_filter filter[POLICY_FILTER_MAX];
	struct sock_fprog program = {.filter = filter};
	long result;

	program.len = (unsigned short)policy_assemble(rules, policy_rules(policy, rules), filter, POLICY_FILTER_MAX);
	if (program.len == 0)
		return error_set(error, "The seccomp filter for this many devices exceeds the kernel's limit");
	/* For the I/O thread too. */
	result = host_seccomp_filter(SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (result == 0)
		return 0;
	return error_set(error, "Could not install the seccomp filter: %s",
			 result < 0 ? error_name(-result) : "a thread has another");
}

int lockdown_enter(struct machine *machine, const struct start *start, struct error *error)
{
	struct policy_guest *policy = &machine->unikernel.policy;
	long result;

	signals_set(start);
	if (!debug_is_sandboxed)
		return io_start(machine, start, error);
	core_dumps_disable();
	if (privileges_give_up(start, error) < 0)
		return -1;
	result = host_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (result < 0)
		return error_set(error, "Could not drop privileges: %s", error_name(-result));
	/* The machine and /dev/kvm too: what is left of KVM is the CPU. */
	if (descriptors_close(policy, true, error) < 0 || io_start(machine, start, error) < 0)
		return -1;
	return filter_install(policy, error);
}
