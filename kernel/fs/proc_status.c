/* /proc/PID/stat, status and comm: see proc(5). */
#include <linux/errno.h>
#include <linux/signal.h>

#include "kernel/fs/proc.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/task/pid.h"
#include "kernel/task/system.h"

#define NS_PER_TICK 10000000
#define PRIORITY_NORMAL 20
#define KIB(pages) ((pages) * (PAGE_BYTES >> 10))

/* What both files say of a process, taken at one time. */
struct snapshot {
	struct process *process;
	char name[16];
	char state;
	int tid, parent, tracer, nice;
	unsigned threads;
	signal_set_t pending, shared_pending, blocked, ignored, caught;
	struct mm_totals totals;
	struct address_space *space;
};

static void signals_take(struct snapshot *snapshot)
{
	struct process *process = snapshot->process;

	lock_acquire(&process->signal_lock);
	snapshot->shared_pending = process->pending;
	for (int signal = 1; signal <= SIGNAL_COUNT; signal++) {
		uint64_t handler = process->actions[signal - 1].handler;

		if (handler == (uint64_t)SIG_IGN)
			snapshot->ignored |= SIGNAL_BIT(signal);
		else if (handler != (uint64_t)SIG_DFL)
			snapshot->caught |= SIGNAL_BIT(signal);
	}
	lock_release(&process->signal_lock);
}

static char state_of(const struct thread *thread)
{
	if (thread_is_traced(thread) && thread->tracee->state != TRACEE_RUNS)
		return 't';
	if (tracee_stop_is_due(thread))
		return 'T';
	return thread == current || !__atomic_load_n(&thread->idle, __ATOMIC_RELAXED) ? 'R' : 'S';
}

static void thread_take(struct snapshot *snapshot, const struct pseudo_node *node)
{
	const struct thread *thread;

	process_tree_lock();
	snapshot->parent = snapshot->process->parent ? snapshot->process->parent->pid : 0;
	thread = proc_thread(snapshot->process, node);
	/* A leader that has ended is one of them, until the others have. */
	snapshot->threads = snapshot->process->thread_count + !proc_leader(snapshot->process);
	/* Without threads and not ended: on the last steps. */
	if (snapshot->process->state == PROCESS_ALIVE && !snapshot->process->thread_count)
		snapshot->state = 'R';
	if (!thread && snapshot->process->leader) {
		memcpy(snapshot->name, snapshot->process->leader->name, sizeof(snapshot->name));
	} else if (thread) {
		memcpy(snapshot->name, thread->name, sizeof(snapshot->name));
		snapshot->tid = thread->tid;
		snapshot->nice = thread->nice;
		snapshot->pending = thread->signals.pending;
		snapshot->blocked = thread->signals.blocked;
		snapshot->state = state_of(thread);
		snapshot->tracer = thread_is_traced(thread) ? thread->tracee->tracer_tid : 0;
	}
	process_tree_unlock();
}

static int snapshot_take(struct snapshot *snapshot, const struct pseudo_node *node)
{
	*snapshot = (struct snapshot){.process = proc_process(node), .state = 'Z', .tid = node->pid};
	if (!snapshot->process)
		return -ESRCH;
	thread_take(snapshot, node);
	signals_take(snapshot);
	snapshot->space = proc_space(snapshot->process);
	if (snapshot->space)
		mm_totals(snapshot->space, &snapshot->totals);
	return 0;
}

static void snapshot_end(struct snapshot *snapshot)
{
	if (snapshot->space)
		space_put(snapshot->space);
	process_put(snapshot->process);
}

/* In /proc/PID/task/TID, of one thread: the host tells no process of another's, unless it is the only one. */
static void stat_times(struct text *text, const struct pseudo_node *node, const struct snapshot *snapshot)
{
	struct cpu_time own, children = cpu_time_of_children(snapshot->process);

	if (!node->number || snapshot->threads <= 1)
		own = cpu_time_of_process(snapshot->process);
	else
		own = cpu_time_of_thread(snapshot->process, snapshot->tid);
	text_print(text, " %lu %lu %lu %lu", own.user_ns / NS_PER_TICK, own.system_ns / NS_PER_TICK,
		   children.user_ns / NS_PER_TICK, children.system_ns / NS_PER_TICK);
}

static void stat_memory(struct text *text, const struct snapshot *snapshot)
{
	static const struct address_space nothing;
	const struct address_space *space = snapshot->space ? snapshot->space : &nothing;

	text_print(text, " %lu %lu %lu %lu %lu %lu 0 0", snapshot->totals.total * PAGE_BYTES,
		   proc_resident_pages(&snapshot->totals), (uint64_t)snapshot->process->limits[RLIMIT_RSS].rlim_cur,
		   space->code_start, space->code_end, space->stack_start);
	text_print(text, " %lu %lu %lu %lu 0 0 0 17 0 0 0 0 0 0", snapshot->pending | snapshot->shared_pending,
		   snapshot->blocked, snapshot->ignored, snapshot->caught);
	text_print(text, " %lu %lu %lu", space->data_start, space->data_end, space->brk_start);
}

int proc_show_stat(const struct pseudo_node *node, struct text *text)
{
	struct snapshot snapshot;
	const struct process *process;
	int error = snapshot_take(&snapshot, node);

	if (error)
		return error;
	process = snapshot.process;
	text_print(text, "%d (%.*s) %c %d %d %d 0 -1 4194304 0 0 0 0", snapshot.tid, (int)sizeof(snapshot.name),
		   snapshot.name, snapshot.state, snapshot.parent, process->group, process->session);
	stat_times(text, node, &snapshot);
	text_print(text, " %d %d %u 0 %lu", PRIORITY_NORMAL + snapshot.nice, snapshot.nice, snapshot.threads,
		   process->start_ns / NS_PER_TICK);
	stat_memory(text, &snapshot);
	text_print(text, " %lu %lu %lu %lu %d\n", process->arguments_start, process->arguments_end,
		   process->environment_start, process->environment_end, process->exit_status);
	snapshot_end(&snapshot);
	return 0;
}

static const char *state_name(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'S':
		return "sleeping";
	case 'T':
		return "stopped";
	case 't':
		return "tracing stop";
	default:
		return "zombie";
	}
}

static void status_ids(struct text *text, const struct snapshot *snapshot)
{
	const struct process *process = snapshot->process;
	const struct credentials *ids = &process->credentials;

	text_print(text, "Name:\t%.*s\nUmask:\t%04o\nState:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n",
		   (int)sizeof(snapshot->name), snapshot->name, process->umask, snapshot->state,
		   state_name(snapshot->state), process->pid, snapshot->tid, snapshot->parent);
	text_print(text, "TracerPid:\t%d\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t64\nGroups:\t",
		   snapshot->tracer, ids->uid, ids->euid, ids->suid, ids->fsuid, ids->gid, ids->egid, ids->sgid,
		   ids->fsgid);
	for (uint32_t i = 0; i < ids->group_count; i++)
		text_print(text, "%u ", ids->groups[i]);
	/* The blank is there even behind nothing. */
	text_print(text, "%s\nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n",
		   ids->group_count ? "" : " ", process->pid, snapshot->tid, process->group, process->session);
}

static void status_memory(struct text *text, const struct snapshot *snapshot)
{
	const struct mm_totals *totals = &snapshot->totals;
	uint64_t resident = KIB(proc_resident_pages(totals));

	if (!snapshot->space)
		return;
	text_print(text, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmPin:\t%8u kB\n", KIB(totals->total),
		   KIB(totals->total), KIB(totals->locked), 0u);
	text_print(text, "VmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\nRssAnon:\t%8lu kB\nRssFile:\t%8lu kB\nRssShmem:\t%8u kB\n",
		   resident, resident, KIB(totals->data), KIB(totals->code), 0u);
	text_print(text, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmLib:\t%8u kB\nVmPTE:\t%8u kB\n",
		   KIB(totals->data), KIB(totals->stack), KIB(totals->code), 0u, 0u);
	text_print(text, "VmSwap:\t%8u kB\nHugetlbPages:\t%8u kB\nCoreDumping:\t0\nTHP_enabled:\t1\n", 0u, 0u);
}

static void status_rights(struct text *text, const struct snapshot *snapshot)
{
	const struct process *process = snapshot->process;
	const struct credentials *ids = &process->credentials;

	text_print(text, "Threads:\t%u\nSigQ:\t0/%lu\n", snapshot->threads,
		   (uint64_t)process->limits[RLIMIT_SIGPENDING].rlim_cur);
	text_print(text, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n",
		   snapshot->pending, snapshot->shared_pending, snapshot->blocked, snapshot->ignored, snapshot->caught);
	text_print(text, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
		   ids->inheritable, ids->permitted, ids->effective, ids->bounding, ids->ambient);
	text_print(text, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n", process->no_new_privileges);
}

static void status_machine(struct text *text)
{
	unsigned cpus = system_cpu_count();

	text_print(text, "Speculation_Store_Bypass:\tnot vulnerable\nSpeculationIndirectBranch:\tunknown\n");
	text_print(text, "Cpus_allowed:\t%lx\nCpus_allowed_list:\t", cpus < 64 ? (1ul << cpus) - 1 : ~0ul);
	proc_cpu_range(text);
	text_print(text, "Mems_allowed:\t1\nMems_allowed_list:\t0\n");
	text_print(text, "voluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n");
}

int proc_show_status(const struct pseudo_node *node, struct text *text)
{
	struct snapshot snapshot;
	int error = snapshot_take(&snapshot, node);

	if (error)
		return error;
	status_ids(text, &snapshot);
	status_memory(text, &snapshot);
	status_rights(text, &snapshot);
	status_machine(text);
	snapshot_end(&snapshot);
	return 0;
}

int proc_show_comm(const struct pseudo_node *node, struct text *text)
{
	struct snapshot snapshot;
	int error = snapshot_take(&snapshot, node);

	if (error)
		return error;
	text_print(text, "%.*s\n", (int)sizeof(snapshot.name), snapshot.name);
	snapshot_end(&snapshot);
	return 0;
}

/* A process may name its own threads. */
int proc_store_comm(const struct pseudo_node *node, char *bytes, size_t length)
{
	struct process *process = proc_process(node);
	struct thread *thread;
	int error = -EINVAL;

	if (!process)
		return -ESRCH;
	if (process == process_current()) {
		process_tree_lock();
		thread = proc_thread(process, node);
		if (thread) {
			if (length && bytes[length - 1] == '\n')
				length--;
			length = length < sizeof(thread->name) ? length : sizeof(thread->name) - 1;
			memset(thread->name, 0, sizeof(thread->name));
			memcpy(thread->name, bytes, length);
			error = 0;
		}
		process_tree_unlock();
	}
	process_put(process);
	return error;
}
