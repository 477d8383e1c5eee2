/* Threads of unit tests: see fake_task.h. Sleeping and waking is task/sleep.c's own; nobody polls. */
#include "tests/kernel/fake_task.h"

#include "kernel/signal/send.h"
#include "kernel/task/poller.h"
#include "kernel/task/process.h"
#include "kernel/task/timer.h"
#include "kernel/vfs/wait.h"

#define THREADS_MAX 256

bool fake_capable;
uint64_t fake_limit = UINT64_MAX;
unsigned fake_signals_sent[SIGNAL_COUNT + 1];
_Thread_local struct thread *arch_thread_current;

static struct process process;
static struct thread threads[THREADS_MAX];
static bool interrupted[THREADS_MAX];
static uint32_t thread_count;

struct thread *fake_thread_begin(void)
{
	struct thread *thread = &threads[__atomic_fetch_add(&thread_count, 1, __ATOMIC_SEQ_CST)];

	*thread = (struct thread){.self = thread, .process = &process};
	arch_thread_current = thread;
	return thread;
}

void fake_thread_interrupt(struct thread *thread)
{
	__atomic_store_n(&interrupted[thread - threads], true, __ATOMIC_SEQ_CST);
	thread_wake(thread);
}

bool thread_is_interrupted(const struct thread *thread)
{
	return __atomic_load_n(&interrupted[thread - threads], __ATOMIC_SEQ_CST);
}

void signal_send_current(int signal)
{
	fake_signals_sent[signal]++;
}

uint64_t process_limit(unsigned resource)
{
	(void)resource;
	return fake_limit;
}

bool process_capable(int capability)
{
	(void)capability;
	return fake_capable;
}

bool poller_enter(void)
{
	return false;
}

void poller_poll(uint64_t timeout_ns)
{
	(void)timeout_ns;
}

void poller_leave(void)
{
}

void poller_wake(void)
{
}

void timekeeper_notify(void)
{
}
