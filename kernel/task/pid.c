/* The guest's processes by id. */
#include "kernel/task/pid.h"

#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"

/* Linux's RESERVED_PIDS: where ids go on after the highest. */
#define PID_RESERVED 300

static struct lock tree_of_processes;
static struct list all_processes = {&all_processes, &all_processes}; /* by id, ascending */
static int last_id;
static bool ids_were_used; /* all of them, once: from now on they may be taken */

void process_tree_lock(void)
{
	lock_acquire(&tree_of_processes);
}

void process_tree_unlock(void)
{
	lock_release(&tree_of_processes);
}

static struct process *first_from(int pid)
{
	list_for_each(at, &all_processes)
	{
		struct process *process = list_entry(at, struct process, all);

		if (process->pid >= pid)
			return process;
	}
	return NULL;
}

struct process *process_next(int pid)
{
	struct process *process;

	process_tree_lock();
	process = first_from(pid);
	if (process)
		process->references++;
	process_tree_unlock();
	return process;
}

struct process *process_find(int pid)
{
	struct process *process;

	process_tree_lock();
	process = first_from(pid);
	if (process && process->pid != pid)
		process = NULL;
	if (process)
		process->references++;
	process_tree_unlock();
	return process;
}

static struct thread *thread_of(struct process *process, int tid)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid)
			return thread;
	}
	return NULL;
}

struct thread *thread_find(int tid, struct process **process)
{
	struct thread *thread = NULL;

	process_tree_lock();
	list_for_each(at, &all_processes)
	{
		struct process *candidate = list_entry(at, struct process, all);

		thread = thread_of(candidate, tid);
		if (thread) {
			candidate->references++;
			*process = candidate;
			break;
		}
	}
	process_tree_unlock();
	return thread;
}

struct process *process_find_by_thread(int tid)
{
	struct process *process = process_find(tid);

	if (!process)
		(void)thread_find(tid, &process);
	return process;
}

void process_get(struct process *process)
{
	process_tree_lock();
	process->references++;
	process_tree_unlock();
}

void process_put(struct process *process)
{
	bool last;

	if (!process)
		return;
	process_tree_lock();
	last = --process->references == 0;
	process_tree_unlock();
	if (last)
		heap_free(process);
}

/* Groups and sessions outlive the process they are named after. */
static bool id_is_used(int id)
{
	list_for_each(at, &all_processes)
	{
		struct process *process = list_entry(at, struct process, all);

		if (process->pid == id || process->group == id || process->session == id || thread_of(process, id))
			return true;
	}
	return false;
}

int pid_new(void)
{
	int pid;

	process_tree_lock();
	do {
		ids_were_used |= last_id == PID_MAX - 1;
		pid = last_id = last_id < PID_MAX - 1 ? last_id + 1 : PID_RESERVED;
	} while (ids_were_used && id_is_used(pid));
	process_tree_unlock();
	return pid;
}

/* In front of which member of the list a process with that id goes. */
static struct list *place_of(int pid)
{
	struct list *at = &all_processes;

	while (at->prev != &all_processes && list_entry(at->prev, struct process, all)->pid > pid)
		at = at->prev;
	return at;
}

void process_register(struct process *process)
{
	list_insert_before(place_of(process->pid), &process->all);
	if (process->parent)
		list_append(&process->parent->children, &process->siblings);
}

void process_unregister(struct process *process)
{
	process_tree_lock();
	list_remove(&process->all);
	list_remove(&process->siblings);
	process_tree_unlock();
}
