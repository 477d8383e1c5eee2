/* Threads of unit tests: see fake_task.h. Sleeping and waking is task/sleep.c's own; nobody polls. */
#include "tests/kernel/fake_task.h"

#include "arch.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/list.h"
#include "kernel/signal/signal.h"
#include "kernel/task/create.h"
#include "kernel/task/pid.h"
#include "kernel/task/process.h"
#include "kernel/vfs/wait.h"

#define THREADS_MAX 256

static struct process *process;
static struct thread threads[THREADS_MAX];
static uint32_t thread_count;

static struct thread *thread_next(void)
{
	uint32_t number = __atomic_fetch_add(&thread_count, 1, __ATOMIC_SEQ_CST);
	struct thread *thread = &threads[number];

	bug_on(number >= THREADS_MAX);
	*thread = (struct thread){.self = thread, .process = process, .tid = (int)number + 1, .references = 1};
	list_init(&thread->siblings);
	list_init(&thread->signals.queue);
	thread->signals.blocked = ~(signal_set_t)0;
	process_tree_lock();
	lock_acquire(&process->signal_lock);
	list_append(&process->threads, &thread->siblings);
	lock_release(&process->signal_lock);
	process_tree_unlock();
	arch_thread_set(thread);
	return thread;
}

/* Threads of a test may come all at once. */
static void process_ensure(void)
{
	static struct lock lock;

	lock_acquire(&lock);
	if (!process) {
		process = process_new();
		bug_on(!process);
		process->pid = 1;
		process_register(process);
	}
	lock_release(&lock);
}

struct process *fake_task_begin(void)
{
	process_ensure();
	if (!arch_thread_self())
		thread_next();
	process->thread_count = 1;
	process->umask = 022;
	for (unsigned i = 0; i < PROCESS_LIMITS; i++)
		process->limits[i].rlim_cur = RLIM64_INFINITY;
	process->credentials = (struct credentials){.bounding = CAPABILITIES_CONTAINER};
	fake_task_set_capabilities(CAPABILITIES_CONTAINER);
	return process;
}

struct thread *fake_thread_begin(void)
{
	process_ensure();
	return thread_next();
}

void fake_thread_interrupt(struct thread *thread)
{
	__atomic_fetch_or(&thread->kick, KICK_EXIT, __ATOMIC_SEQ_CST);
	thread_wake(thread);
}

void fake_task_set_limit(unsigned resource, uint64_t limit)
{
	process->limits[resource].rlim_cur = limit;
}

void fake_task_set_capabilities(uint64_t capabilities)
{
	process->credentials.permitted = capabilities;
	process->credentials.effective = capabilities;
}

bool fake_task_take_signal(int signal)
{
	siginfo_t info;

	return signal_take(SIGNAL_BIT(signal), &info) == signal;
}
