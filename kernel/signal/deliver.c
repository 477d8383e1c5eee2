/* What pending signals do on the way back to the application: see signal.h. */
#include <linux/errno.h>

#include "kernel/core/core.h"
#include "kernel/mm/mm.h"
#include "kernel/ptrace/memory.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"
#include "kernel/syscall/names.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/trace.h"
#include "kernel/task/exit.h"
#include "kernel/task/words_now.h"

/* Signals that dump core unless they are handled: signal(7). */
#define CORE_SIGNALS                                                                                                   \
	(SIGNAL_BIT(SIGQUIT) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGABRT) | SIGNAL_BIT(SIGBUS) |   \
	 SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGXCPU) | SIGNAL_BIT(SIGXFSZ) | SIGNAL_BIT(SIGSYS))
#define HAS_HANDLER(action) ((action).handler > (uint64_t)(uintptr_t)SIG_IGN)
/* In a status of wait4(2) */
#define STATUS_DUMPED 0x80

/* The frame is that of a call which a signal interrupted; a tracer may have made it so. */
static bool call_is_interrupted(const struct frame *frame)
{
	long result = (long)frame->rax;

	return current->call_number != CALL_NONE && result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

/* A handler is about to run: does the interrupted call fail, or run again behind it? signal(7), "Interruption". */
static void call_interrupt(struct frame *frame, const struct signal_action *action)
{
	long result = (long)frame->rax;
	bool again = result == -ERESTARTNOINTR || (result == -ERESTARTSYS && action->flags & SA_RESTART);

	if (again)
		arch_call_restart(frame, current->call_number);
	else
		frame->rax = (uint64_t)-EINTR;
	current->restart_deadline_ns = 0;
}

/* A copy: other threads may change the action meanwhile. */
static struct signal_action action_take(struct process *process, int signal)
{
	struct signal_action *action = &process->actions[signal - 1], taken;

	lock_acquire(&process->signal_lock);
	taken = *action;
	if (HAS_HANDLER(taken) && taken.flags & SA_RESETHAND)
		action->handler = (uint64_t)(uintptr_t)SIG_DFL;
	lock_release(&process->signal_lock);
	return taken;
}

/* Sets up the handler, or ends the process if its stack cannot take the frame. */
static void handler_enter(struct frame *frame, const siginfo_t *info, const struct signal_action *action)
{
	struct thread *thread = current;
	signal_set_t mask = thread->signals.restore_saved ? thread->signals.saved : thread->signals.blocked;

	if (arch_signal_frame_push(frame, action, info, mask) < 0) {
		const siginfo_t fault = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

		trace_event("--- SIGSEGV: no room for the frame of a handler ---");
		process_exit(core_dump(&fault) ? SIGSEGV | STATUS_DUMPED : SIGSEGV);
	}
	thread->signals.restore_saved = false;
	mask = thread->signals.blocked | action->mask;
	if (!(action->flags & SA_NODEFER))
		mask |= SIGNAL_BIT(info->si_signo);
	signal_mask_set(mask);
}

/* What a signal does by default. */
static void default_act(struct process *process, const siginfo_t *info)
{
	int signal = info->si_signo;

	if (signal_set_has(SIGNALS_IGNORED_BY_DEFAULT, signal) || signal_is_spared(process, info))
		return;
	if (signal_set_has(STOP_SIGNALS, signal))
		process_stop(process, signal);
	else if (signal_set_has(CORE_SIGNALS, signal) && core_dump(info))
		process_exit(signal | STATUS_DUMPED);
	else
		process_kill(signal);
}

/* What kicks are for, but signals. */
static void kicks_heed(struct thread *thread)
{
	if (thread->kick & KICK_EXIT)
		thread_leave();
	stop_observe(thread->process);
	if (thread->kick & KICK_TIMERS)
		timers_look();
	if (thread->kick & KICK_MEMORY)
		mm_refresh();
	if (thread->kick & KICK_WORDS)
		words_now_tell();
	if (thread->kick & KICK_ASKED)
		memory_serve();
}

/* The next signal to deliver, which a tracer had its say on; 0: there is none. */
static int signal_next(struct thread *thread, siginfo_t *info)
{
	int signal;

	do {
		if (thread->tracee)
			tracee_observe();
		signal = signal_take(~thread->signals.blocked, info);
	} while (signal && thread->tracee && (signal = tracee_signal(info)) == 0);
	return signal;
}

bool signals_deliver(struct frame *frame)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	siginfo_t info;
	int signal;

	kicks_heed(thread);
	while ((signal = signal_next(thread, &info)) != 0) {
		struct signal_action action = action_take(process, signal);

		trace_event("--- %s ---", names_signal(signal));
		if (!HAS_HANDLER(action)) {
			if (action.handler == (uint64_t)(uintptr_t)SIG_DFL)
				default_act(process, &info);
			stop_observe(process);
			continue;
		}
		if (call_is_interrupted(frame))
			call_interrupt(frame, &action);
		if (thread->tracee)
			tracee_handler_begin(frame);
		handler_enter(frame, &info, &action);
		if (thread->tracee)
			tracee_handler_entered();
	}
	/* It may have been told to end while it was stopped. */
	if (thread->kick & KICK_EXIT)
		thread_leave();
	signal_mask_restore();
	return call_is_interrupted(frame);
}
