/* Last stage of a guest: privileges, descriptors, what ps shows, and the jump. See lockdown.h. */
#include "tender/spt/lockdown.h"

#include <linux/prctl.h>

#include "abi/boot.h"
#include "abi/solo5_spt.h"
#include "arch.h"
#include "tender/host/host.h"
#include "tender/host/privileges.h"
#include "tender/solo5/lockdown.h"
#include "tender/spt/defence.h"
#include "tender/spt/tail.h"

/* The vDSO's data pages lie directly below it. Neither they nor the vDSO are ever larger than this. */
#define VDSO_BYTES_MAX 0x10000u

static int privileges_drop(const struct start *start, struct error *error)
{
	long result;

	core_dumps_disable();
	if (spt_defends(SPT_DEFENCE_PRIVILEGES) && privileges_give_up(start, error) < 0)
		return -1;
	result = host_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (result < 0)
		return error_set(error, "Could not drop privileges: %s", error_name(-result));
	return 0;
}

/*
 * Tells the kernel where the arguments are now and what is code, data and stack, for ps and /proc/PID. Kernels without
 * CONFIG_CHECKPOINT_RESTORE show an empty command line. Older ones want the heap to begin behind the data's end.
 */
static void process_describe(const struct guest *guest)
{
	uint64_t mem_end = guest->unikernel.options.mem_bytes;
	struct prctl_mm_map map = {
		.start_code = SPT_IMAGE_BASE,
		.end_code = guest->unikernel.plan.kernel_end,
		.start_data = SPT_IMAGE_BASE,
		.end_data = guest->unikernel.plan.kernel_end - 1,
		.start_brk = guest->unikernel.plan.kernel_end,
		.brk = guest->unikernel.plan.kernel_end,
		.start_stack = mem_end - ARCH_STACK_SLACK,
		.arg_start = guest->arguments,
		.arg_end = guest->arguments_end,
		.env_start = guest->arguments_end,
		.env_end = guest->arguments_end,
		.exe_fd = (uint32_t)-1,
	};

	host_prctl(PR_SET_MM, PR_SET_MM_MAP, (unsigned long)&map, sizeof(map), 0);
}

/*
 * Everything above guest memory goes, but for the vDSO and its data where the guest was told of them. The initial stack
 * may lie directly below those.
 */
static void unmap_plan(const struct guest *guest, const struct start *start, struct tail *tail)
{
	uint64_t vdso_end = start->vdso + VDSO_BYTES_MAX;
	uint64_t begin = guest->unikernel.options.mem_bytes;
	uint64_t end = start->stack_top > vdso_end ? start->stack_top : vdso_end;

	if (!spt_defends(SPT_DEFENCE_UNMAP))
		return;
	if (guest->unikernel.kind == HOSTCALL_GUEST_TEND && start->vdso) {
		uint64_t kept = start->vdso - VDSO_BYTES_MAX;

		if (start->stack_top > kept && start->stack_top <= start->vdso)
			kept = start->stack_top;
		tail->unmap[0][0] = begin;
		tail->unmap[0][1] = kept - begin;
		begin = vdso_end;
	}
	tail->unmap[1][0] = begin;
	tail->unmap[1][1] = end - begin;
}

/* What is built at the top of the guest's stack: the tail's data, the filter, and the rules it is made from. */
#define SCRATCH_BYTES(rules, filter)                                                                                   \
	(sizeof(struct tail) + (filter) * sizeof(struct sock_filter) + (rules) * sizeof(struct policy_rule))

_Static_assert(SCRATCH_BYTES(POLICY_RULES_MAX, POLICY_FILTER_MAX) <= TEND_STACK_MIN, "it fits on the smallest stack");

/* Everything is built where it is used last; the tail wipes it. For few devices that is one page. */
static struct tail *tail_place(struct guest *guest, const struct start *start, struct error *error)
{
	size_t rule_count = policy_rule_count(&guest->unikernel.policy);
	size_t filter_max = policy_filter_bound(rule_count);
	uint64_t mem_end = guest->unikernel.options.mem_bytes;
	uint64_t bytes = (SCRATCH_BYTES(rule_count, filter_max) + 15) & ~15ull;
	struct tail *tail = (struct tail *)(uintptr_t)(mem_end - bytes);
	struct policy_rule *rules = (struct policy_rule *)(tail->instructions + filter_max);
	size_t length;

	if (guest->unikernel.plan.kernel_end > mem_end - bytes) {
		error_set(error, "%s: %lu MiB of guest memory leave no room for a stack, give more with --mem",
			  guest->unikernel.options.kernel, (unsigned long)(mem_end >> 20));
		return NULL;
	}
	length = policy_assemble(rules, policy_rules(&guest->unikernel.policy, rules), tail->instructions, filter_max);
	if (length == 0) {
		error_set(error, "The seccomp filter for this many devices exceeds the kernel's limit");
		return NULL;
	}
	tail->filter_length = spt_defends(SPT_DEFENCE_FILTER) ? length : 0;
	tail->filter = (uint64_t)(uintptr_t)tail->instructions;
	tail->entry = guest->unikernel.plan.entry;
	tail->boot_info = SPT_BOOT_INFO;
	tail->stack = mem_end - ARCH_STACK_SLACK;
	tail->tls = guest->tls;
	tail->bytes = bytes;
	unmap_plan(guest, start, tail);
	return tail;
}

int lockdown_enter(struct guest *guest, const struct start *start, struct error *error)
{
	struct tail *tail = tail_place(guest, start, error);

	if (!tail || privileges_drop(start, error) < 0)
		return -1;
	if (host_seccomp_action_avail(SECCOMP_RET_KILL_PROCESS) < 0)
		return error_set(error, "This kernel has no seccomp filters that kill a process (Linux 4.14)");
	process_describe(guest);
	if (spt_defends(SPT_DEFENCE_CLOSE) && descriptors_close(&guest->unikernel.policy, false, error) < 0)
		return -1;
	tail_enter((const void *)(uintptr_t)GUEST_TAIL, tail);
}
