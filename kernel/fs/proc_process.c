/* /proc/PID: its table, and the small files. */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/fs/proc.h"
#include "kernel/fs/proc_net.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/task/cpu_clock.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/file.h"

struct process *proc_process(const struct pseudo_node *node)
{
	return process_find(node->pid);
}

struct address_space *proc_space(struct process *process)
{
	struct address_space *space;

	lock_acquire(&process->lock);
	space = process->space;
	if (space)
		space_get(space);
	lock_release(&process->lock);
	return space;
}

struct fd_table *proc_files(struct process *process)
{
	struct fd_table *files;

	lock_acquire(&process->lock);
	files = process->files;
	if (files)
		fd_table_pin(files);
	lock_release(&process->lock);
	return files;
}

static const char *const limit_names[PROCESS_LIMITS][2] = {
	[RLIMIT_CPU] = {"Max cpu time", "seconds"},         [RLIMIT_FSIZE] = {"Max file size", "bytes"},
	[RLIMIT_DATA] = {"Max data size", "bytes"},         [RLIMIT_STACK] = {"Max stack size", "bytes"},
	[RLIMIT_CORE] = {"Max core file size", "bytes"},    [RLIMIT_RSS] = {"Max resident set", "bytes"},
	[RLIMIT_NPROC] = {"Max processes", "processes"},    [RLIMIT_NOFILE] = {"Max open files", "files"},
	[RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},  [RLIMIT_AS] = {"Max address space", "bytes"},
	[RLIMIT_LOCKS] = {"Max file locks", "locks"},       [RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
	[RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"}, [RLIMIT_NICE] = {"Max nice priority", ""},
	[RLIMIT_RTPRIO] = {"Max realtime priority", ""},    [RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

static void limit_value(struct text *text, uint64_t value)
{
	if (value == RLIM64_INFINITY)
		text_print(text, "%-20s ", "unlimited");
	else
		text_print(text, "%-20lu ", value);
}

static int show_limits(const struct pseudo_node *node, struct text *text)
{
	struct process *process = proc_process(node);

	if (!process)
		return -ESRCH;
	text_print(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned i = 0; i < PROCESS_LIMITS; i++) {
		text_print(text, "%-25s ", limit_names[i][0]);
		limit_value(text, process->limits[i].rlim_cur);
		limit_value(text, process->limits[i].rlim_max);
		text_print(text, limit_names[i][1][0] ? "%-10s\n" : "\n", limit_names[i][1]);
	}
	process_put(process);
	return 0;
}

static int show_score_adjustment(const struct pseudo_node *node, struct text *text)
{
	struct process *process = proc_process(node);

	if (!process)
		return -ESRCH;
	text_print(text, "%d\n", process->oom_score_adjustment);
	process_put(process);
	return 0;
}

#define SCORE_ADJUSTMENT_MAX 1000

static int store_score_adjustment(const struct pseudo_node *node, char *bytes, size_t length)
{
	struct process *process;
	long value;
	int error = pseudo_number(bytes, &value);

	(void)length;
	if (error || value < -SCORE_ADJUSTMENT_MAX || value > SCORE_ADJUSTMENT_MAX)
		return -EINVAL;
	process = proc_process(node);
	if (!process)
		return -ESRCH;
	/* Back to where somebody who may put it, but no further. */
	if (value < process->oom_score_least && !process_capable(CAP_SYS_RESOURCE)) {
		error = -EACCES;
	} else {
		process->oom_score_adjustment = (int32_t)value;
		if (process_capable(CAP_SYS_RESOURCE))
			process->oom_score_least = (int32_t)value;
	}
	process_put(process);
	return error;
}

static int show_schedule(const struct pseudo_node *node, struct text *text)
{
	struct process *process = proc_process(node);
	char name[sizeof(current->name)] = "";
	const struct thread *thread;

	if (!process)
		return -ESRCH;
	process_tree_lock();
	thread = proc_leader(process);
	if (thread)
		memcpy(name, thread->name, sizeof(name));
	process_tree_unlock();
	text_print(text, "%.*s (%d, #threads: %u)\n", (int)sizeof(name), name, process->pid, process->thread_count);
	text_print(text, "-------------------------------------------------------------------\n");
	text_print(text, "%-45s:%21d\n%-45s:%21d\n", "policy", 0, "prio", 120);
	process_put(process);
	return 0;
}

static int show_timer_slack(const struct pseudo_node *node, struct text *text)
{
	struct process *process = proc_process(node);
	const struct thread *thread;
	uint64_t slack_ns = 0;

	if (!process)
		return -ESRCH;
	process_tree_lock();
	thread = proc_leader(process);
	if (thread)
		slack_ns = thread->timer_slack_ns;
	process_tree_unlock();
	process_put(process);
	text_print(text, "%lu\n", slack_ns ? slack_ns : TIMER_SLACK_NS);
	return 0;
}

/* Time on CPUs, time of waiting for one, and how often it got one: the host tells the first. */
static int show_schedule_times(const struct pseudo_node *node, struct text *text)
{
	struct process *process = proc_process(node);
	struct cpu_time used;

	if (!process)
		return -ESRCH;
	used = cpu_time_of_process(process);
	text_print(text, "%lu 0 1\n", used.user_ns + used.system_ns);
	process_put(process);
	return 0;
}

static int show_personality(const struct pseudo_node *node, struct text *text)
{
	struct process *process = proc_process(node);
	const struct thread *thread;

	if (!process)
		return -ESRCH;
	process_tree_lock();
	thread = proc_leader(process);
	text_print(text, "%08x\n", thread ? thread->personality : 0);
	process_tree_unlock();
	process_put(process);
	return 0;
}

/* Nobody has logged in. Without a line's end: getlogin(3) insists. */
static int show_login(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "4294967295");
	return 0;
}

/* No process of a guest has had input or output of the host's to count. */
#define IO_COUNTERS "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0"
#define ID_MAP "         0          0 4294967295"

static const struct pseudo_entry process_entries[] = {
	PSEUDO_DIRECTORY("attr", proc_attribute_entries),
	{.name = "auxv", .mode = S_IFREG | 0400, .show = proc_show_auxv},
	PSEUDO_CONSTANT("cgroup", "0::/"),
	PSEUDO_FILE("cmdline", proc_show_cmdline),
	{.name = "comm", .mode = S_IFREG | 0644, .show = proc_show_comm, .store = proc_store_comm},
	PSEUDO_CONSTANT("coredump_filter", "00000033"),
	PSEUDO_CONSTANT("cpuset", "/"),
	{.name = "cwd", .mode = S_IFLNK | 0777, .target = proc_cwd_target, .follow = proc_cwd_follow},
	{.name = "environ", .mode = S_IFREG | 0400, .show = proc_show_environ},
	{.name = "exe", .mode = S_IFLNK | 0777, .target = proc_exe_target, .follow = proc_exe_follow},
	{.name = "fd", .mode = S_IFDIR | 0500, .numbered = proc_fd_entry, .next = proc_fd_next},
	{.name = "fdinfo", .mode = S_IFDIR | 0555, .numbered = proc_fdinfo_entry, .next = proc_fd_next},
	PSEUDO_CONSTANT("gid_map", ID_MAP),
	{.name = "io", .mode = S_IFREG | 0400, .constant = IO_COUNTERS},
	PSEUDO_FILE("limits", show_limits),
	PSEUDO_FILE("loginuid", show_login),
	PSEUDO_FILE("maps", proc_show_maps),
	{.name = "mem", .mode = S_IFREG | 0600, .prepare = proc_mem_prepare},
	{.name = "mountinfo", .mode = S_IFREG | 0444, .show = proc_show_mountinfo, .polled = true},
	{.name = "mounts", .mode = S_IFREG | 0444, .show = proc_show_mounts, .polled = true},
	PSEUDO_DIRECTORY("net", proc_net_entries),
	PSEUDO_DIRECTORY("ns", proc_namespace_entries),
	PSEUDO_CONSTANT("oom_score", "0"),
	{.name = "oom_score_adj",
	 .mode = S_IFREG | 0644,
	 .show = show_score_adjustment,
	 .store = store_score_adjustment},
	{.name = "personality", .mode = S_IFREG | 0400, .show = show_personality},
	{.name = "root", .mode = S_IFLNK | 0777, .target = proc_root_target, .follow = proc_root_follow},
	PSEUDO_FILE("sched", show_schedule),
	PSEUDO_FILE("schedstat", show_schedule_times),
	PSEUDO_FILE("sessionid", show_login),
	PSEUDO_CONSTANT("setgroups", "allow"),
	PSEUDO_FILE("smaps", proc_show_smaps),
	PSEUDO_FILE("smaps_rollup", proc_show_smaps_rollup),
	PSEUDO_FILE("stat", proc_show_stat),
	PSEUDO_FILE("statm", proc_show_statm),
	PSEUDO_FILE("status", proc_show_status),
	{.name = "task", .mode = S_IFDIR | 0555, .numbered = proc_thread_entry, .next = proc_thread_next},
	PSEUDO_FILE("timerslack_ns", show_timer_slack),
	PSEUDO_CONSTANT("uid_map", ID_MAP),
	PSEUDO_CONSTANT("wchan", "0"),
	{0},
};

const struct pseudo_entry pseudo_process_entry[] = {PSEUDO_DIRECTORY("process", process_entries), {0}};
