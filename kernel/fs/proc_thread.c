/* /proc/PID/task: a process's threads. */
#include "kernel/fs/proc.h"
#include "kernel/task/pid.h"

static struct thread *thread_by_id(struct process *process, int tid)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid)
			return thread;
	}
	return NULL;
}

struct thread *proc_thread(struct process *process, const struct pseudo_node *node)
{
	return thread_by_id(process, node->number ? node->number : process->pid);
}

struct thread *proc_leader(struct process *process)
{
	return thread_by_id(process, process->pid);
}

int proc_thread_next(const struct pseudo_node *dir, int from)
{
	struct process *process = proc_process(dir);
	int next = -1;

	if (!process)
		return -1;
	process_tree_lock();
	/* A leader stays until all others are gone. */
	if (process->pid >= from)
		next = process->pid;
	list_for_each(at, &process->threads)
	{
		int tid = list_entry(at, struct thread, siblings)->tid;

		if (tid >= from && (next < 0 || tid < next))
			next = tid;
	}
	process_tree_unlock();
	process_put(process);
	return next;
}

static const struct pseudo_entry thread_entries[] = {
	PSEUDO_FILE("cmdline", proc_show_cmdline),
	{.name = "comm", .mode = S_IFREG | 0644, .show = proc_show_comm, .store = proc_store_comm},
	{.name = "exe", .mode = S_IFLNK | 0777, .target = proc_exe_target, .follow = proc_exe_follow},
	PSEUDO_FILE("maps", proc_show_maps),
	{.name = "mem", .mode = S_IFREG | 0600, .prepare = proc_mem_prepare},
	PSEUDO_FILE("stat", proc_show_stat),
	PSEUDO_FILE("statm", proc_show_statm),
	PSEUDO_FILE("status", proc_show_status),
	{0},
};

const struct pseudo_entry proc_thread_entry[] = {PSEUDO_DIRECTORY("thread", thread_entries), {0}};
