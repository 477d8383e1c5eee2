/* How a tracee stops, and what it does until it is resumed: see ptrace.h. */
#include "kernel/ptrace/ptrace.h"

#include <linux/eventpoll.h>

#include "arch.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/mm/plain.h"
#include "kernel/ptrace/memory.h"
#include "kernel/signal/send.h"
#include "kernel/task/pid.h"
#include "kernel/task/words_now.h"

#define VECTORS_ALIGN 64

extern const char kernel_entry[], trap_entry[];

void tracee_ring(struct tracee *tracee)
{
	__atomic_fetch_add(&tracee->bell, 1, __ATOMIC_SEQ_CST);
	host_futex_wake(&tracee->bell, 1);
}

void tracer_tell(struct process *tracer, const siginfo_t *info, bool is_end)
{
	if (is_end || !(tracer->actions[SIGCHLD - 1].flags & SA_NOCLDSTOP))
		signal_send_process(tracer, info);
	wait_queue_wake(&tracer->children_queue, EPOLLIN);
}

/* SIGKILL is pending, or the thread is to leave. */
static bool is_to_end(const struct thread *thread, bool is_exit)
{
	if (!is_exit && __atomic_load_n(&thread->kick, __ATOMIC_SEQ_CST) & KICK_EXIT)
		return true;
	/* A process that ends takes no signals. */
	if (is_exit && thread->process->exiting)
		return false;
	return (thread->process->pending | thread->signals.pending) & SIGNAL_BIT(SIGKILL);
}

static void vectors_prepare(struct tracee *tracee)
{
	size_t bytes = arch_xstate_bytes();

	if (!tracee->vectors_block) {
		tracee->vectors_block = heap_alloc_zero(bytes + VECTORS_ALIGN);
		tracee->vectors = (void *)(((uintptr_t)tracee->vectors_block + VECTORS_ALIGN - 1) &
					   ~(uintptr_t)(VECTORS_ALIGN - 1));
	}
	if (!tracee->vectors_block)
		tracee->vectors = NULL;
	else
		arch_core_vectors(tracee->vectors);
}

static void registers_save(struct tracee *tracee)
{
	vectors_prepare(tracee);
	tracee->vectors_changed = false;
	tracee->fs = arch_get_fs();
	if (tracee->forced_step)
		current->frame->rflags &= ~RFLAGS_TRAP;
	tracee->forced_step = false;
}

static void registers_bring_back(struct tracee *tracee)
{
	if (tracee->vectors_changed)
		arch_xstate_bring_back(tracee->vectors);
	tracee->vectors_changed = false;
	arch_set_fs(tracee->fs);
	if (tracee->resume & RESUME_STEP && !(current->frame->rflags & RFLAGS_TRAP)) {
		current->frame->rflags |= RFLAGS_TRAP;
		tracee->forced_step = true;
	}
}

static siginfo_t report_of(const struct tracee *tracee)
{
	return (siginfo_t){
		.si_signo = SIGCHLD,
		.si_code = tracee->why,
		._sifields._sigchld =
			{
				._pid = tracee->tid,
				._uid = tracee->process->credentials.uid,
				._status = tracee->code & 0x7f,
			},
	};
}

void tracee_entry_choose(struct thread *thread)
{
	thread->entry = (uint64_t)(uintptr_t)(thread_is_traced(thread) ? trap_entry : kernel_entry);
}

bool tracee_stop_begin(const struct tracee_stop *stop)
{
	struct thread *thread = current;
	struct tracee *tracee = thread->tracee;
	struct process *tracer;
	siginfo_t report;

	mm_text_restore(thread->frame);
	registers_save(tracee);
	process_tree_lock();
	tracer = tracee->tracer;
	if (!tracer || is_to_end(thread, stop->is_exit)) {
		process_tree_unlock();
		return false;
	}
	tracer->references++;
	tracee->code = stop->code;
	tracee->why = stop->why;
	tracee->has_info = stop->info;
	if (stop->info)
		tracee->info = *stop->info;
	tracee->message = stop->message;
	tracee->resume = 0;
	__atomic_fetch_and(&tracee->traps,
			   ~(uint32_t)(TRAP_STOP | (stop->code >> 8 == PTRACE_EVENT_STOP ? TRAP_NOTIFY : 0)),
			   __ATOMIC_SEQ_CST);
	__atomic_store_n(&tracee->state, TRACEE_STOPPED, __ATOMIC_SEQ_CST);
	report = report_of(tracee);
	process_tree_unlock();
	tracer_tell(tracer, &report, false);
	process_put(tracer);
	return true;
}

/* Serves those who ask for memory until the tracer resumes the thread, lets go of it, or it is killed. */
static void park(struct tracee *tracee, bool is_exit)
{
	for (;;) {
		uint32_t rung = __atomic_load_n(&tracee->bell, __ATOMIC_SEQ_CST);

		if (__atomic_load_n(&current->kick, __ATOMIC_SEQ_CST) & KICK_ASKED)
			memory_serve();
		if (__atomic_load_n(&current->kick, __ATOMIC_SEQ_CST) & KICK_WORDS)
			words_now_tell();
		if (__atomic_load_n(&tracee->state, __ATOMIC_SEQ_CST) == TRACEE_RUNS || is_to_end(current, is_exit))
			break;
		host_futex_wait_uninterruptible(&tracee->bell, rung);
	}
}

int tracee_stop_end(bool is_exit)
{
	struct thread *thread = current;
	struct tracee *tracee = thread->tracee;
	bool killed;
	int code;

	thread_idle_begin();
	park(tracee, is_exit);
	thread_idle_end();
	process_tree_lock();
	killed = is_to_end(thread, is_exit);
	code = killed ? 0 : tracee->code;
	tracee->code = 0;
	__atomic_store_n(&tracee->state, TRACEE_RUNS, __ATOMIC_SEQ_CST);
	registers_bring_back(tracee);
	tracee_entry_choose(thread);
	process_tree_unlock();
	return code;
}

int tracee_stop(const struct tracee_stop *stop)
{
	if (tracee_stop_begin(stop))
		return tracee_stop_end(stop->is_exit);
	return thread_is_traced(current) ? 0 : TRACEE_FREE;
}
