/*
 * How threads leave: each at a safe point, holding no lock, and never by the host's exit_group while another thread of
 * the process lives. The first thread of a host process, its leader, stays until all others are gone: then it ends the
 * process, or goes on with the program that a thread before its end asked for (execve).
 */
#include <linux/errno.h>
#include <linux/futex.h>

#include "arch.h"
#include "kernel/core/core.h"
#include "kernel/host/host.h"
#include "kernel/lib/list.h"
#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"
#include "kernel/task/children.h"
#include "kernel/task/create.h"
#include "kernel/task/execution.h"
#include "kernel/task/exit.h"
#include "kernel/task/finish.h"
#include "kernel/task/pid.h"
#include "kernel/task/robust.h"

/*
 * In process->host_threads: a thread sleeps until there are fewer. Two may: one that executes a program, until only the
 * leader is left besides it, and a leader that has exited. Only the leader takes the mark off: it waits longest.
 */
#define WAITED (1u << 31)
/* Likewise: the leader has left and waits for the others. Only now may another thread hand its place over to it. */
#define LEADER_LEFT (1u << 30)
#define COUNT(host_threads) ((host_threads) & ~(WAITED | LEADER_LEFT))
#define EXIT_STATUS(code) (((code)&0xff) << 8)

/* Others use the memory, too: threads, or the parent of a vfork. */
static bool memory_is_shared(const struct thread *thread)
{
	return thread->lender || __atomic_load_n(&thread->process->thread_count, __ATOMIC_ACQUIRE) > 1;
}

void thread_memory_settle(struct thread *thread)
{
	user_t word = thread->clear_child_tid;

	robust_list_release(thread);
	if (word && memory_is_shared(thread) && user_range_ok(word, sizeof(uint32_t)) && put_user_u32(word, 0) == 0)
		host_futex(word, FUTEX_WAKE, 1, 0, 0, 0);
	thread->clear_child_tid = 0;
}

/* From here on nobody finds the thread, and no kick is on its way. */
static void hide(struct thread *thread)
{
	struct process *process = thread->process;

	process_tree_lock();
	lock_acquire(&process->signal_lock);
	thread_unlink(thread);
	thread->host_tid = 0;
	/* It may have been told of one that it did not take. */
	signal_retarget(process, ~(signal_set_t)0);
	lock_release(&process->signal_lock);
	process_tree_unlock();
}

/* The calling thread is the last one, but for a leader that has left. */
static bool others_are_gone(uint32_t host_threads)
{
	if (current->is_leader)
		return COUNT(host_threads) == 1;
	return COUNT(host_threads) == 2 && host_threads & LEADER_LEFT;
}

static void others_wait(struct process *process)
{
	uint32_t count = __atomic_or_fetch(&process->host_threads, WAITED, __ATOMIC_ACQ_REL);

	while (!others_are_gone(count)) {
		host_futex_wait_uninterruptible(&process->host_threads, count);
		count = __atomic_load_n(&process->host_threads, __ATOMIC_ACQUIRE);
	}
	if (current->is_leader)
		__atomic_fetch_and(&process->host_threads, ~(WAITED | LEADER_LEFT), __ATOMIC_RELAXED);
}

void host_threads_leave(struct process *process)
{
	uint32_t *count = &process->host_threads;

	if (__atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL) & WAITED)
		host_futex_wake(count, INT32_MAX);
}

/* Last steps without a lock: the leader may end the host process at any of them. */
_Noreturn static void follower_end(struct thread *thread)
{
	struct process *process = thread->process;

	thread_put(thread);
	host_threads_leave(process);
	host_exit_thread();
}

/* The thread that asked for the program left its signals for the leader, which goes on in its place. */
_Noreturn static void leader_inherit(struct thread *thread)
{
	struct process *process = thread->process;
	struct execution *execution = process->inheritance;
	struct frame *frame = thread_frame(thread);

	process->inheritance = NULL;
	thread->frame = frame;
	thread->call_number = CALL_NONE;
	execution_begin(execution, frame);
	if (__atomic_load_n(&thread->kick, __ATOMIC_SEQ_CST))
		(void)signals_deliver(frame);
	arch_enter_user(frame);
}

_Noreturn static void leader_end(struct thread *thread)
{
	struct process *process = thread->process;

	if (__atomic_fetch_or(&process->host_threads, LEADER_LEFT, __ATOMIC_ACQ_REL) & WAITED)
		host_futex_wake(&process->host_threads, INT32_MAX);
	others_wait(process);
	if (process->inheritance)
		leader_inherit(thread);
	process_finish(process);
	/* Flushes a kick that came before hide. */
	host_signal_stack(NULL, 0);
	process_part(process, thread);
	arch_process_end(&thread->host_alive, 0);
}

/* The child of a vfork, which has its parent's host thread. */
_Noreturn static void borrower_end(struct thread *thread)
{
	struct thread *lender = thread->lender;
	struct process *process = thread->process;

	process_finish(process);
	process_part(process, thread);
	arch_thread_return(lender, lender->lender_sp);
}

void thread_leave(void)
{
	struct thread *thread = current;

	if (thread->tracee)
		tracee_event(PTRACE_EVENT_EXIT, (uint32_t)thread_exit_status(thread));
	if (!list_peek_empty(&thread->process->tracees))
		tracees_release();
	core_thread_note();
	thread_memory_settle(thread);
	if (__atomic_load_n(&thread->process->thread_count, __ATOMIC_ACQUIRE) > 1)
		children_of_thread_keep(thread, true);
	hide(thread);
	tracee_ended(thread);
	if (thread->lender)
		borrower_end(thread);
	if (thread->is_leader)
		leader_end(thread);
	/* A timer whose signal is queued here may be given up at this moment. */
	lock_acquire(&thread->process->signal_lock);
	signal_queue_clear(&thread->signals.queue);
	lock_release(&thread->process->signal_lock);
	follower_end(thread);
}

void thread_exit(int code)
{
	struct process *process = process_current();

	current->exit_status = EXIT_STATUS(code);
	current->exited = true;
	lock_acquire(&process->signal_lock);
	/* The process's, if nobody calls exit after this one. */
	if (!process->exiting)
		process->exit_status = EXIT_STATUS(code);
	lock_release(&process->signal_lock);
	thread_leave();
}

static void others_kick(struct process *process)
{
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread != current)
			thread_kick(thread, KICK_EXIT);
	}
	stop_look_up(process);
}

void process_exit(int status)
{
	struct process *process = process_current();

	lock_acquire(&process->signal_lock);
	if (!process->exiting) {
		process->exiting = true;
		process->exit_status = status;
		others_kick(process);
	}
	lock_release(&process->signal_lock);
	thread_leave();
}

void process_kill(int signal)
{
	process_exit(signal);
}

bool threads_end_others(void)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	bool first;

	lock_acquire(&process->signal_lock);
	first = !process->exiting && !process->remains;
	if (first) {
		process->remains = thread;
		others_kick(process);
	}
	lock_release(&process->signal_lock);
	if (first)
		others_wait(process);
	/* A signal may have ended the process meanwhile. */
	return first && !process->exiting;
}

/* The leader takes the place of the calling thread: its signals, and being findable. */
static void place_hand_over(struct thread *from, struct thread *to)
{
	struct process *process = from->process;

	process_tree_lock();
	lock_acquire(&process->signal_lock);
	thread_unlink(from);
	from->host_tid = 0;
	/* What was for the old leader alone went with it; it may have left in the middle of a sigsuspend. */
	signal_queue_clear(&to->signals.queue);
	list_splice(&to->signals.queue, &from->signals.queue);
	to->signals.pending = from->signals.pending;
	to->signals.blocked = from->signals.blocked;
	to->signals.restore_saved = false;
	to->restart_behind_handler = false;
	to->host_tid = to->host_pid;
	to->personality = from->personality;
	to->nice = from->nice;
	to->io_priority = from->io_priority;
	to->policy = from->policy;
	to->timer_slack_ns = from->timer_slack_ns;
	memcpy(to->cpus, from->cpus, sizeof(to->cpus));
	thread_link(to);
	__atomic_fetch_and(&to->kick, ~(uint32_t)KICK_EXIT, __ATOMIC_SEQ_CST);
	/* Whatever kicked the other one meanwhile is the leader's to see. */
	signal_kick_update(to);
	process->remains = NULL;
	tracee_hand_over(from, to);
	lock_release(&process->signal_lock);
	process_tree_unlock();
}

void thread_bequeath(struct execution *execution)
{
	struct thread *thread = current;
	struct process *process = thread->process;

	children_of_thread_keep(thread, false);
	place_hand_over(thread, process->leader);
	process->inheritance = execution;
	follower_end(thread);
}
