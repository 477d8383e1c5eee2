/* A member of the guest's family becomes the library kernel: see family.h. It is its own main: it says and exits. */
#include <asm/signal.h>
#include <elf.h>
#include <linux/prctl.h>
#include <linux/resource.h>

#include "tender/host/descriptors.h"
#include "tender/host/host.h"
#include "tender/linux/family.h"
#include "tender/linux/say.h"

/* sa_restorer is given; a libc hides this flag. */
#define SIGNAL_RESTORER 0x04000000u
#define HANDLER_FLAGS (SA_SIGINFO | SA_ONSTACK | SIGNAL_RESTORER)

/* No initial stack is deeper below the tender's arguments: nothing here recurses. */
#define INITIAL_STACK_BYTES (1u << 20)

/* Linked in front of the first segment. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static void check(const char *what, long result)
{
	if (result >= 0)
		return;
	say("Could not %s: %s", what, error_name(-result));
	host_exit(1);
}

static const uint8_t handled[] = {SIGSYS, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
/* One inside another's handler would go by the registers of that, and pile up on the signal stack. */
static const uint8_t handled_singly[] = {KERNEL_KICK_SIGNAL};
/*
 * What the front forwards also comes to its process group, from a terminal: the guest must not see it twice. SIGPIPE
 * and SIGXFSZ are errors to the library kernel. Stopping and continuing stay as they are: Ctrl-Z and reading from the
 * terminal in the background stop front and guest alike, since both are in one process group.
 */
static const uint8_t ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGPIPE, SIGXFSZ};
static const uint8_t by_default[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD};

static long actions_set(const uint8_t *signals, size_t count, const struct host_sigaction *action)
{
	long result = 0;

	for (size_t i = 0; i < count && result >= 0; i++)
		result = host_sigaction(signals[i], action);
	return result;
}

static void signals_set(const struct linux_guest *guest, enum kernel_role role)
{
	const struct host_sigaction one_by_one = {
		.handler = guest->layout.slot + guest->plan.signal_handler,
		.flags = HANDLER_FLAGS,
		.restorer = guest->layout.slot + guest->plan.signal_return,
	};
	const struct host_sigaction handler = {
		.handler = one_by_one.handler,
		.flags = HANDLER_FLAGS | SA_NODEFER,
		.restorer = one_by_one.restorer,
	};
	const struct host_sigaction ignore = {.handler = (uint64_t)(uintptr_t)SIG_IGN};
	const struct host_sigaction usual = {.handler = (uint64_t)(uintptr_t)SIG_DFL};
	const struct host_stack stack = {
		.base = guest->layout.arena + guest->layout.signal_stacks[role],
		.bytes = KERNEL_SIGNAL_STACK_BYTES,
	};

	check("set up signals", actions_set(handled, sizeof(handled), &handler));
	check("set up signals", actions_set(handled_singly, sizeof(handled_singly), &one_by_one));
	check("set up signals", actions_set(ignored, sizeof(ignored), &ignore));
	check("set up signals", actions_set(by_default, sizeof(by_default), &usual));
	check("set up the signal stack", host_sigaltstack(&stack));
	/*
	 * The kick stays blocked until the filter is installed and the library kernel lets it through: a member that is
	 * ahead may be hostile already, and could change the registers saved in the arena's signal stack.
	 */
	check("unblock signals", host_sigprocmask(SIG_SETMASK, HOST_SIGNAL_BIT(KERNEL_KICK_SIGNAL)));
}

static void limit_lower(int resource, uint64_t value)
{
	const struct host_limit wanted = {value, value};
	struct host_limit now;

	check("read limits", host_prlimit(resource, NULL, &now));
	if (now.hard > value)
		check("lower a limit", host_prlimit(resource, &wanted, NULL));
}

/* What limits hold without control groups, which they replace badly: this is each process's own memory. */
static void limits_set(const struct linux_guest *guest)
{
	/* Counted per user namespace, so per guest; but root's guests share the count of "nobody". */
	if (!guest->cgroup.limits_processes)
		limit_lower(RLIMIT_NPROC, GUEST_PROCESSES_MAX);
	if (guest->cgroup.count == 0)
		limit_lower(RLIMIT_DATA, guest->layout.arena_bytes);
}

static const char *last_component(const char *path)
{
	const char *last = path;

	for (; *path; path++) {
		if (path[0] == '/' && path[1])
			last = path + 1;
	}
	return last;
}

/* What ps and top show: the program's name, and the command line from its copy. */
static void process_describe(const struct linux_guest *guest, enum kernel_role role)
{
	uint64_t slot = guest->layout.slot;
	struct prctl_mm_map map = {
		.start_code = slot,
		.end_code = slot + guest->plan.segments[guest->plan.count - 1].end,
		.start_data = slot + guest->plan.data.start,
		.end_data = slot + guest->plan.data.end - 1,
		.start_brk = slot + guest->plan.data.end,
		.brk = slot + guest->plan.data.end,
		.arg_start = guest->command_line,
		.start_stack = guest->layout.arena + guest->layout.stacks[role],
		.exe_fd = (uint32_t)-1,
	};
	const char *name = role == KERNEL_ROLE_APPLICATION ? last_component(guest->start->argv[guest->options.program])
							   : "tend-service";

	map.arg_end = map.arg_start + start_arguments_bytes(guest->start);
	map.env_start = map.arg_end;
	map.env_end = map.arg_end;
	host_prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
	/* Kernels without CONFIG_CHECKPOINT_RESTORE show an empty command line. */
	host_prctl(PR_SET_MM, PR_SET_MM_MAP, (unsigned long)&map, sizeof(map), 0);
}

static void descriptors_keep(const struct linux_guest *guest)
{
	const int maybe[] = {
		guest->image_fd,   guest->arena_fd, guest->wake_fd,
		guest->control_fd, guest->trace_fd, guest->options.network.net.fd,
	};
	int kept[KERNEL_STDIO_COUNT + sizeof(maybe) / sizeof(maybe[0]) + KERNEL_MOUNTS_MAX] = {0, 1, 2};
	size_t count = KERNEL_STDIO_COUNT;

	for (size_t i = 0; i < sizeof(maybe) / sizeof(maybe[0]); i++) {
		if (maybe[i] >= 0)
			kept[count++] = maybe[i];
	}
	for (unsigned i = 0; i < guest->options.mount_count; i++) {
		if (guest->volumes[i].bytes)
			kept[count++] = guest->volumes[i].fd;
	}
	check("close descriptors (it takes Linux 5.9)", descriptors_close_others(kept, count));
}

/* The tender's data and the initial stack, with the caller's environment. */
static void unmap_plan(const struct linux_guest *guest, struct linux_tail *tail)
{
	const Elf64_Phdr *phdrs = (const Elf64_Phdr *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	const struct start *start = guest->start;
	uint64_t stack_start = linux_page_down((uint64_t)(uintptr_t)start->argv) - INITIAL_STACK_BYTES;
	uint64_t vdso_end = start->vdso ? linux_page_up(start->vdso + 1) : 0;

	/* Where the vDSO lies below the stack. Its second page may be in the way too; there is never a third. */
	if (vdso_end && start->vdso < start->stack_top && stack_start < vdso_end + LINUX_PAGE_BYTES)
		stack_start = vdso_end + LINUX_PAGE_BYTES;
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		if (phdrs[i].p_type != PT_LOAD || !(phdrs[i].p_flags & PF_W))
			continue;
		tail->unmap[0][0] = linux_page_down(phdrs[i].p_vaddr);
		tail->unmap[0][1] = linux_page_up(phdrs[i].p_vaddr + phdrs[i].p_memsz) - tail->unmap[0][0];
	}
	tail->unmap[1][0] = stack_start;
	tail->unmap[1][1] = start->stack_top - stack_start;
}

void member_become(struct linux_guest *guest, enum kernel_role role)
{
	struct linux_tail *tail = guest->tail;

	check("enter the guest's control group", cgroup_enter(&guest->cgroup));
	limits_set(guest);
	signals_set(guest, role);
	process_describe(guest, role);
	descriptors_keep(guest);
	unmap_plan(guest, tail);
	tail->role = role;
	tail->stack = guest->layout.arena + guest->layout.stacks[role];
	linux_tail_enter(tail);
}
