/*
 * vfork(2): the child runs in its parent's memory and on its parent's host thread, which the parent lends until the
 * child executes a program or exits. Only then the host makes a process, without the parent's memory: the cost does not
 * grow with it.
 */
#include <linux/errno.h>
#include <linux/sched.h>

#include "abi/hostcall.h"
#include "arch.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/mm/copy.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/task/clone.h"
#include "kernel/task/create.h"
#include "kernel/task/execution.h"
#include "kernel/task/exit.h"
#include "kernel/task/pid.h"
#include "kernel/task/vfork.h"

#define XSTATE_ALIGN 64

/* The registers that a child may change and a system call does not. */
struct kept_state {
	void *block;
	void *xstate; /* inside the block, aligned */
	uint64_t fs;
};

static int state_keep(struct kept_state *state)
{
	uintptr_t place;

	state->block = heap_alloc(arch_xstate_bytes() + XSTATE_ALIGN);
	if (!state->block)
		return -ENOMEM;
	place = ((uintptr_t)state->block + XSTATE_ALIGN - 1) & ~(uintptr_t)(XSTATE_ALIGN - 1);
	state->xstate = (void *)place;
	arch_xstate_keep(state->xstate);
	state->fs = arch_get_fs();
	return 0;
}

static void state_bring_back(struct kept_state *state)
{
	arch_xstate_bring_back(state->xstate);
	arch_set_fs(state->fs);
	heap_free(state->block);
}

static void host_thread_take(struct thread *child)
{
	lock_acquire(&child->process->signal_lock);
	child->can_be_kicked = false;
	child->offered_tid = 0;
	child->host_tid = 0;
	child->host_pid = 0; /* it will be another one's */
	child->lender = NULL;
	lock_release(&child->process->signal_lock);
}

static void host_thread_lend(struct thread *child)
{
	child->lender = current;
	child->can_be_kicked = true;
	thread_publish(child, thread_host_await(), thread_host_tid());
	arch_thread_lend(thread_frame(child), child, &current->lender_sp);
}

/* The parent's memory is left out. -errno: there is no host process. */
static long detached_clone(struct thread *child, struct execution *execution)
{
	struct address_space *space = process_current()->space;
	long host = -ENOMEM;

	lock_acquire(&space->lock);
	execution->hidden = space_hide(space);
	if (execution->hidden) {
		host = host_clone(HOSTCALL_CLONE_FORK, thread_frame(child), child, NULL, 0);
		space_show(space, execution->hidden);
	}
	lock_release(&space->lock);
	return host;
}

/*
 * A host process for the child, which goes on there with the program it wants to execute. False: there is none to be
 * had, and the child's execve fails.
 */
static bool child_detach(struct thread *child)
{
	struct execution *execution = child->execution;
	long host;

	host_thread_take(child);
	thread_lead(child);
	execution->references = 2;
	host = detached_clone(child, execution);
	if (host > 0) {
		thread_publish(child, (int)host, (int)host);
	} else {
		child->is_leader = false;
		child->process->leader = NULL;
		child->host_alive = 0;
		child->execution = NULL;
		thread_frame(child)->rax = (uint64_t)-EAGAIN;
		space_put(execution->space);
		exec_cancel(&execution->exec);
		execution_put(execution);
	}
	execution_put(execution);
	return host > 0;
}

static void child_run(struct thread *child)
{
	if (child->set_tls)
		arch_set_fs(child->set_tls);
	if (child->set_child_tid)
		(void)put_user_u32(child->set_child_tid, (uint32_t)child->tid);
	do {
		host_thread_lend(child);
	} while (child->execution && !child_detach(child));
}

long process_vfork(const struct clone_request *request)
{
	struct process *process = process_copy(request);
	struct thread *child = process ? thread_copy(process, request) : NULL;
	struct kept_state state;
	bool stopped;
	int error, pid;

	if (!child || state_keep(&state)) {
		thread_put(child);
		if (process)
			process_drop(process);
		return -ENOMEM;
	}
	space_get(process_current()->space);
	process->space = process_current()->space;
	if (request->flags & CLONE_SETTLS)
		child->set_tls = request->tls;
	error = process_introduce(process, child, request);
	if (error) {
		heap_free(state.block);
		return error;
	}
	mm_refresh_if_stale();
	tracee_inherit(child, request->flags, request->exit_signal);
	pid = process->pid;
	thread_get(child);
	stopped = tracee_vfork_begin(pid, request->flags, request->exit_signal);
	child_run(child);
	state_bring_back(&state);
	thread_put(child);
	tracee_vfork_end(stopped, pid);
	return pid;
}

long vfork_execute(const struct exec *exec)
{
	struct thread *child = current;
	struct execution *execution = execution_new(exec);

	if (!execution)
		return -ENOMEM;
	execution->space = space_new();
	if (!execution->space) {
		heap_free(execution);
		return -ENOMEM;
	}
	child->execution = execution;
	arch_thread_return(child->lender, child->lender->lender_sp);
}
