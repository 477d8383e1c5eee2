/* fork, vfork, clone, clone3: what is to be shared. Rules: clone(2). */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/signal.h>

#include "kernel/host/boot.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/user_struct.h"
#include "kernel/task/clone.h"

/* New namespaces: as in an unprivileged container. */
#define NAMESPACES                                                                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |   \
	 CLONE_NEWTIME)
#define UNSUPPORTED CLONE_INTO_CGROUP
#define KNOWN (UINT32_MAX | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP)

static int flags_check(uint64_t flags)
{
	if (flags & ~KNOWN)
		return -EINVAL;
	if (flags & CLONE_FS && flags & (CLONE_NEWNS | CLONE_NEWUSER))
		return -EINVAL;
	/* The first process has no siblings. */
	if (flags & CLONE_PARENT && process_current()->pid == 1)
		return -EINVAL;
	if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) || (flags & CLONE_SIGHAND && !(flags & CLONE_VM)))
		return -EINVAL;
	if ((flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) == (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if (flags & CLONE_PIDFD && flags & (CLONE_DETACHED | CLONE_THREAD))
		return -EINVAL;
	if (flags & NAMESPACES)
		return -EPERM;
	return flags & UNSUPPORTED ? -EINVAL : 0;
}

/* Has who traces the calling thread learn of the new one. */
static long tell(const struct clone_request *request, long id)
{
	if (id > 0 && current->tracee)
		tracee_event(tracee_clone_event(request->flags, request->exit_signal), (uint64_t)id);
	return id;
}

static long clone(const struct clone_request *request)
{
	int error = flags_check(request->flags);

	/* clone(2): one word cannot take both. */
	if (!error && request->flags & CLONE_PIDFD && request->flags & CLONE_PARENT_SETTID &&
	    request->pidfd == request->parent_tid)
		error = -EINVAL;
	if (error)
		return error;
	/* As at the limit on processes, which is one. */
	if (kernel_boot()->policy == KERNEL_POLICY_STRICT)
		return -EAGAIN;
	if (request->flags & CLONE_THREAD)
		return tell(request, thread_clone(request));
	if (!(request->flags & CLONE_VM))
		return tell(request, process_fork(request));
	/* Which tells by itself. */
	return request->flags & CLONE_VFORK ? process_vfork(request) : -EINVAL;
}

SYSCALL_NO_ARGS(fork)
{
	return clone(&(struct clone_request){.exit_signal = SIGCHLD});
}

SYSCALL_NO_ARGS(vfork)
{
	return clone(&(struct clone_request){.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD});
}

SYSCALL(clone)
{
	uint64_t flags = (uint32_t)ARG_ULONG(args, 0);

	return clone(&(struct clone_request){
		.flags = flags & ~(uint64_t)CSIGNAL,
		.exit_signal = (int)(flags & CSIGNAL),
		.stack_top = ARG_USER(args, 1),
		.parent_tid = ARG_USER(args, 2),
		.pidfd = ARG_USER(args, 2),
		.child_tid = ARG_USER(args, 3),
		.tls = ARG_ULONG(args, 4),
	});
}

static int arguments_check(const struct clone_args *in)
{
	if (in->flags & (CSIGNAL | CLONE_DETACHED) || in->exit_signal > SIGNAL_COUNT)
		return -EINVAL;
	if (in->flags & (CLONE_THREAD | CLONE_PARENT) && in->exit_signal)
		return -EINVAL;
	if ((in->stack == 0) != (in->stack_size == 0) || in->set_tid_size || in->set_tid)
		return -EINVAL;
	return in->stack && !user_range_ok(in->stack, in->stack_size) ? -EINVAL : 0;
}

SYSCALL(clone3)
{
	struct clone_args in;
	int error = user_struct_copy(&in, sizeof(in), CLONE_ARGS_SIZE_VER0, ARG_USER(args, 0), ARG_ULONG(args, 1));

	if (!error)
		error = arguments_check(&in);
	if (error)
		return error;
	return clone(&(struct clone_request){
		.flags = in.flags,
		.exit_signal = (int)in.exit_signal,
		.stack_top = in.stack + in.stack_size,
		.parent_tid = in.parent_tid,
		.pidfd = in.pidfd,
		.child_tid = in.child_tid,
		.tls = in.tls,
	});
}
