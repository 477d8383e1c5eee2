/* clone(2): new threads, and how every new host thread begins. See clone.h. */
#include "kernel/task/clone.h"

#include <linux/errno.h>
#include <linux/sched.h>

#include "abi/hostcall.h"
#include "arch.h"
#include "kernel/host/host.h"
#include "kernel/lib/list.h"
#include "kernel/lib/string.h"
#include "kernel/mm/copy.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/cpu_limit.h"
#include "kernel/signal/signal.h"
#include "kernel/task/create.h"
#include "kernel/task/execution.h"
#include "kernel/task/exit.h"
#include "kernel/task/pid.h"

struct thread *thread_copy(struct process *process, const struct clone_request *request)
{
	const struct thread *self = current;
	struct thread *thread = thread_new(process);
	struct frame *frame;

	if (!thread)
		return NULL;
	memcpy(thread->name, self->name, sizeof(thread->name));
	thread->personality = self->personality;
	thread->nice = self->nice;
	thread->io_priority = self->io_priority;
	thread->timer_slack_ns = self->timer_slack_ns;
	/* Of the policies that there are, it only takes back what made things better. */
	thread->policy = self->policy & ~SCHED_RESET_ON_FORK;
	if (self->policy & SCHED_RESET_ON_FORK && thread->nice < 0)
		thread->nice = 0;
	memcpy(thread->cpus, self->cpus, sizeof(thread->cpus));
	thread->signals.blocked = self->signals.restore_saved ? self->signals.saved : self->signals.blocked;
	thread->signals.stack_flags = SS_DISABLE;
	/* sigaltstack(2): a thread with the same memory starts without one, but for vfork's. */
	if (!(request->flags & CLONE_VM) || request->flags & CLONE_VFORK) {
		thread->signals.stack_base = self->signals.stack_base;
		thread->signals.stack_bytes = self->signals.stack_bytes;
		thread->signals.stack_flags = self->signals.stack_flags;
	}
	if (request->flags & CLONE_CHILD_SETTID)
		thread->set_child_tid = request->child_tid;
	if (request->flags & CLONE_CHILD_CLEARTID)
		thread->clear_child_tid = request->child_tid;
	frame = thread_frame(thread);
	*frame = *self->frame;
	frame->rax = 0;
	/* A step is the tracer's, of the calling thread. */
	if (self->tracee && self->tracee->forced_step)
		frame->rflags &= ~RFLAGS_TRAP;
	if (request->stack_top)
		frame->rsp = request->stack_top;
	return thread;
}

/* False: the process is about to end or to execute another program. */
static bool join(struct thread *thread)
{
	struct process *process = thread->process;
	bool may;

	process_tree_lock();
	lock_acquire(&process->signal_lock);
	may = !process->exiting && !process->remains;
	if (may) {
		thread_link(thread);
		__atomic_fetch_add(&process->host_threads, 1, __ATOMIC_RELAXED);
	}
	lock_release(&process->signal_lock);
	process_tree_unlock();
	return may;
}

static void leave(struct thread *thread)
{
	struct process *process = thread->process;

	process_tree_lock();
	lock_acquire(&process->signal_lock);
	thread_unlink(thread);
	lock_release(&process->signal_lock);
	process_tree_unlock();
	thread->host_alive = 0;
	host_threads_leave(process);
}

/* One reference is the new thread's own, the other ours until its host id is known. */
static long start(struct thread *thread, uint64_t tls)
{
	int tid = thread->tid;
	long host;

	thread_get(thread);
	thread->host_pid = thread_host_await();
	host = host_clone(HOSTCALL_CLONE_THREAD, thread_frame(thread), thread, &thread->host_alive, tls);
	if (host < 0) {
		leave(thread);
		tracee_forget(thread);
		thread_put(thread);
	} else {
		thread_publish(thread, thread->host_pid, (int)host);
	}
	thread_put(thread);
	return host < 0 ? -EAGAIN : tid;
}

long thread_clone(const struct clone_request *request)
{
	struct thread *thread;

	/* On a borrowed host thread there is no host process for it to be in. */
	if (current->lender)
		return -EINVAL;
	thread = thread_copy(process_current(), request);
	if (!thread)
		return -ENOMEM;
	thread->tid = pid_new();
	if (!join(thread)) {
		thread_put(thread);
		return -EAGAIN;
	}
	if (request->flags & CLONE_PARENT_SETTID)
		(void)put_user_u32(request->parent_tid, (uint32_t)thread->tid);
	tracee_inherit(thread, request->flags, request->exit_signal);
	return start(thread, request->flags & CLONE_SETTLS ? request->tls : arch_get_fs());
}

/*
 * A new process has none of the arena's pages in its page tables. The host maps sixteen at once where one is missed
 * that is to be read, and only that one where it is to be written: so what is about to be written is read first.
 */
static void arena_look(const struct thread *thread)
{
	const struct process *process = thread->process;

	(void)lock_is_held(&process->signal_lock);
	(void)lock_is_held(&process->space->lock);
	(void)__atomic_load_n(&thread->calls_served[0], __ATOMIC_RELAXED);
}

void thread_begin(struct frame *frame)
{
	struct thread *thread = current;

	if (thread->is_leader)
		arena_look(thread);
	host_signal_stack(thread->signal_stack, KERNEL_SIGNAL_STACK_BYTES);
	lock_acquire(&thread->process->signal_lock);
	thread->can_be_kicked = true;
	thread->host_tid = thread->offered_tid;
	lock_release(&thread->process->signal_lock);
	thread->frame = frame;
	thread->call_number = CALL_NONE;
	if (thread->execution)
		execution_begin(thread->execution, frame);
	else if (thread->is_leader)
		space_inherit(thread->process->space);
	if (thread->set_tls)
		arch_set_fs(thread->set_tls);
	if (thread->set_child_tid)
		(void)put_user_u32(thread->set_child_tid, (uint32_t)thread->tid);
	mm_refresh_if_stale();
	if (thread->is_leader)
		cpu_limit_inherit();
	/* What came for it before its host id was known. */
	if (__atomic_load_n(&thread->kick, __ATOMIC_SEQ_CST))
		(void)signals_deliver(frame);
}
