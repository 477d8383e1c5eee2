/* The timers of a process, both kinds: see timers.h. */
#include "kernel/signal/timers.h"

#include "kernel/signal/cpu_limit.h"
#include "kernel/signal/itimer.h"
#include "kernel/signal/posix_timer.h"
#include "kernel/signal/send.h"
#include "kernel/task/process.h"

void process_timers_init(struct process *process)
{
	list_init(&process->timers.posix);
	itimers_init(process);
	cpu_limit_init(process);
}

void process_timers_exec(struct process *process)
{
	lock_acquire(&process->timers.lock);
	posix_timers_end(process);
	process->timers.next_id = 0;
	lock_release(&process->timers.lock);
}

void process_timers_end(struct process *process)
{
	lock_acquire(&process->timers.lock);
	posix_timers_end(process);
	itimers_end(process);
	cpu_limit_end(process);
	lock_release(&process->timers.lock);
}

void timers_look_request(struct process *process, int tid)
{
	/* In this order: a thread that stops being idle sees it, or is seen running. */
	__atomic_store_n(&process->timers.look_due, true, __ATOMIC_SEQ_CST);
	signal_kick_running(process, tid, KICK_TIMERS);
}

void timers_look_demand(struct process *process)
{
	__atomic_store_n(&process->timers.look_due, true, __ATOMIC_SEQ_CST);
	signal_kick_any(process, KICK_TIMERS);
}

void thread_idle_end(void)
{
	struct thread *thread = current;

	__atomic_store_n(&thread->idle, false, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&thread->process->timers.look_due, __ATOMIC_SEQ_CST))
		__atomic_fetch_or(&thread->kick, KICK_TIMERS, __ATOMIC_SEQ_CST);
}

void timers_look(void)
{
	struct process *process = process_current();

	/* A point that comes from here on asks again. */
	__atomic_store_n(&process->timers.look_due, false, __ATOMIC_SEQ_CST);
	__atomic_fetch_and(&current->kick, ~(uint32_t)KICK_TIMERS, __ATOMIC_SEQ_CST);
	lock_acquire(&process->timers.lock);
	itimers_look(process);
	posix_timers_look(process);
	cpu_limit_look(process);
	lock_release(&process->timers.lock);
}
