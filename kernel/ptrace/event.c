/* When tracees stop: see ptrace.h. */
#include <linux/errno.h>
#include <linux/sched.h>

#include "arch.h"
#include "kernel/host/host.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/task/pid.h"

#define CODE_EVENT(event) (SIGTRAP | (event) << 8)
#define CODE_CALL 0x80 /* with PTRACE_O_TRACESYSGOOD */

/* What comes with stops that are no signal's: as Linux's ptrace_do_notify has it. */
static siginfo_t info_of(int signal, int code)
{
	const struct process *self = process_current();

	return (siginfo_t){
		.si_signo = signal, .si_code = code, .si_pid = current->tid, .si_uid = self->credentials.uid};
}

static int notify(int signal, int code, int why, uint64_t message, bool is_exit)
{
	siginfo_t info = info_of(signal, code);

	return tracee_stop(
		&(struct tracee_stop){.code = code, .why = why, .info = &info, .message = message, .is_exit = is_exit});
}

/* What the tracer resumed a stop with that no signal was: it is sent. */
static void signal_inject(int signal)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

	if (signal > 0 && signal <= SIGNAL_COUNT)
		signal_send_thread(process_current(), current->tid, &info);
}

bool tracee_stop_is_due(const struct thread *thread)
{
	const struct process *process = thread->process;

	return process->stopped && !(thread_is_traced(thread) && thread->tracee->stop_seen == process->stop_count);
}

static void trap(struct tracee *tracee)
{
	struct process *process = process_current();
	bool stopped;
	int signal;

	lock_acquire(&process->signal_lock);
	stopped = process->stopped;
	tracee->stop_seen = process->stop_count;
	signal = stopped ? process->stop_signal : SIGTRAP;
	lock_release(&process->signal_lock);
	if (tracee->seized)
		(void)notify(signal, signal | PTRACE_EVENT_STOP << 8, CLD_STOPPED, 0, false);
	else if (stopped)
		(void)tracee_stop(&(struct tracee_stop){.code = signal, .why = CLD_STOPPED});
}

/* Nobody traces it any more: its stubs may be used again, and what was to stop it is forgotten. */
static void settle(struct thread *thread)
{
	struct tracee *tracee = thread->tracee;

	process_tree_lock();
	if (!tracee->tracer) {
		__atomic_store_n(&tracee->traps, 0, __ATOMIC_SEQ_CST);
		tracee->resume = 0;
		tracee_entry_choose(thread);
	}
	process_tree_unlock();
}

static bool is_killed(const struct thread *thread)
{
	return thread->kick & KICK_EXIT || (thread->process->pending | thread->signals.pending) & SIGNAL_BIT(SIGKILL);
}

void tracee_observe(void)
{
	struct thread *thread = current;
	struct tracee *tracee = thread->tracee;

	for (;;) {
		__atomic_fetch_and(&thread->kick, ~(uint32_t)KICK_TRACE, __ATOMIC_SEQ_CST);
		if (!thread_is_traced(thread)) {
			settle(thread);
			return;
		}
		if (is_killed(thread))
			return;
		if (!__atomic_load_n(&tracee->traps, __ATOMIC_SEQ_CST) && !tracee_stop_is_due(thread))
			return;
		trap(tracee);
		/* One that is not seized has nothing to report but its process's stop. */
		if (!tracee->seized)
			__atomic_store_n(&tracee->traps, 0, __ATOMIC_SEQ_CST);
	}
}

int tracee_signal(siginfo_t *info)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	int code;

	if (!thread_is_traced(thread) || info->si_signo == SIGKILL)
		return info->si_signo;
	/* The tracer may make a stop signal of it, which a SIGCONT from now on cancels. */
	lock_acquire(&process->signal_lock);
	process->stop_taken = true;
	lock_release(&process->signal_lock);
	code = tracee_stop(&(struct tracee_stop){.code = info->si_signo, .why = CLD_TRAPPED, .info = info});
	if (code == TRACEE_FREE)
		return info->si_signo;
	if (code == 0)
		return 0;
	if (thread->tracee->has_info)
		*info = thread->tracee->info;
	if (info->si_signo != code) {
		*info = info_of(code, SI_USER);
		process_tree_lock();
		info->si_pid = thread->tracee->tracer ? thread->tracee->tracer->pid : 0;
		process_tree_unlock();
	}
	if (code != SIGKILL && signal_set_has(thread->signals.blocked, code)) {
		signal_send_thread(process, thread->tid, info);
		return 0;
	}
	return code;
}

void tracee_handler_begin(struct frame *frame)
{
	struct tracee *tracee = current->tracee;

	if (tracee->forced_step)
		frame->rflags &= ~RFLAGS_TRAP;
	tracee->forced_step = false;
}

void tracee_handler_entered(void)
{
	if (current->tracee->resume & RESUME_STEP)
		(void)notify(SIGTRAP, SIGTRAP, CLD_TRAPPED, 0, false);
}

static void call_stop(uint64_t message)
{
	int code = SIGTRAP | (current->tracee->options & PTRACE_O_TRACESYSGOOD ? CODE_CALL : 0);

	signal_inject(notify(SIGTRAP, code, CLD_TRAPPED, message, false));
}

bool tracee_call_begin(struct frame *frame)
{
	struct thread *thread = current;
	const struct tracee *tracee = thread->tracee;
	bool emulated = tracee->resume & RESUME_EMULATION;

	frame->rax = (uint64_t)-ENOSYS;
	if (!(tracee->resume & (RESUME_CALLS | RESUME_EMULATION)))
		return true;
	call_stop(PTRACE_EVENTMSG_SYSCALL_ENTRY);
	return !emulated && thread->call_number <= UINT32_MAX && !is_killed(thread);
}

/* As Linux reports that a step has ended in a system call. */
static void step_report(const struct frame *frame)
{
	const siginfo_t info = {.si_signo = SIGTRAP, .si_code = TRAP_BRKPT, .si_addr = (void *)(uintptr_t)frame->rip};

	signal_send_fault(&info);
}

void tracee_call_end(struct frame *frame)
{
	const struct tracee *tracee = current->tracee;

	if (tracee->resume & RESUME_EMULATION)
		return;
	if (tracee->resume & RESUME_STEP)
		step_report(frame);
	else if (tracee->resume & RESUME_CALLS)
		call_stop(PTRACE_EVENTMSG_SYSCALL_EXIT);
}

static bool event_is_wanted(int event)
{
	return thread_is_traced(current) && current->tracee->options & 1u << event;
}

void tracee_event(int event, uint64_t message)
{
	if (event && event_is_wanted(event))
		(void)notify(SIGTRAP, CODE_EVENT(event), CLD_TRAPPED, message, event == PTRACE_EVENT_EXIT);
}

int tracee_clone_event(uint64_t flags, int exit_signal)
{
	int event = flags & CLONE_VFORK      ? PTRACE_EVENT_VFORK
		    : exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE
					     : PTRACE_EVENT_FORK;

	return !(flags & CLONE_UNTRACED) && event_is_wanted(event) ? event : 0;
}

bool tracee_vfork_begin(int pid, uint64_t flags, int exit_signal)
{
	int event = tracee_clone_event(flags, exit_signal);
	siginfo_t info = info_of(SIGTRAP, CODE_EVENT(event));

	return event && tracee_stop_begin(&(struct tracee_stop){.code = CODE_EVENT(event),
								.why = CLD_TRAPPED,
								.info = &info,
								.message = (uint64_t)(uint32_t)pid});
}

void tracee_vfork_end(bool has_begun, int pid)
{
	if (has_begun)
		(void)tracee_stop_end(false);
	tracee_event(PTRACE_EVENT_VFORK_DONE, (uint64_t)(uint32_t)pid);
}

void tracee_executed(void)
{
	siginfo_t info = info_of(SIGTRAP, SI_USER);
	struct tracee *tracee = current->tracee;
	int old_tid = tracee->former_tid ? tracee->former_tid : tracee->tid;

	tracee->former_tid = 0;
	if (!thread_is_traced(current))
		return;
	if (event_is_wanted(PTRACE_EVENT_EXEC))
		tracee_event(PTRACE_EVENT_EXEC, (uint64_t)(uint32_t)old_tid);
	else if (!tracee->seized)
		signal_send_thread(process_current(), current->tid, &info);
}

void tracees_continue(struct process *process)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);
		struct tracee *tracee = thread->tracee;
		uint32_t listens = TRACEE_LISTENS;

		if (!thread_is_traced(thread) || !tracee->seized)
			continue;
		__atomic_fetch_or(&tracee->traps, TRAP_NOTIFY, __ATOMIC_SEQ_CST);
		(void)__atomic_compare_exchange_n(&tracee->state, &listens, TRACEE_RUNS, false, __ATOMIC_SEQ_CST,
						  __ATOMIC_SEQ_CST);
		thread_kick(thread, KICK_TRACE);
	}
}
