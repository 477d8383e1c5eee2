/* Actions, masks, alternate stacks, and waiting for signals. */
#include <linux/errno.h>

#include "kernel/signal/signal.h"
#include "kernel/syscall/table.h"
#include "kernel/task/exit.h"
#include "kernel/task/time.h"
#include "kernel/vfs/wait.h"

#define SET_BYTES sizeof(signal_set_t)
#define UNCHANGEABLE(signal) ((signal) == SIGKILL || (signal) == SIGSTOP)
#define ACTION_FLAGS                                                                                                   \
	(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_RESTORER)
#define MINIMUM_STACK_BYTES 2048

SYSCALL(rt_sigaction)
{
	int signal = ARG_INT(args, 0);
	user_t new_address = ARG_USER(args, 1);
	user_t old_address = ARG_USER(args, 2);
	struct process *process = process_current();
	struct signal_action action;
	struct signal_action old;

	if (ARG_ULONG(args, 3) != SET_BYTES)
		return -EINVAL;
	if (new_address && copy_from_user(&action, new_address, sizeof(action)) < 0)
		return -EFAULT;
	if (signal < 1 || signal > SIGNAL_COUNT || (new_address && UNCHANGEABLE(signal)))
		return -EINVAL;
	lock_acquire(&process->signal_lock);
	old = process->actions[signal - 1];
	if (new_address) {
		action.flags &= ACTION_FLAGS;
		action.mask &= ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
		process->actions[signal - 1] = action;
	}
	lock_release(&process->signal_lock);
	if (new_address && signal_is_ignored(process, signal))
		signal_drop_ignored(process, signal);
	else if (new_address)
		timers_unignored(process, signal);
	return old_address ? copy_to_user(old_address, &old, sizeof(old)) : 0;
}

SYSCALL(rt_sigprocmask)
{
	user_t new_address = ARG_USER(args, 1);
	user_t old_address = ARG_USER(args, 2);
	signal_set_t old = current->signals.blocked;
	signal_set_t set;

	if (ARG_ULONG(args, 3) != SET_BYTES)
		return -EINVAL;
	if (new_address) {
		if (copy_from_user(&set, new_address, sizeof(set)) < 0)
			return -EFAULT;
		switch (ARG_INT(args, 0)) {
		case SIG_BLOCK:
			set |= old;
			break;
		case SIG_UNBLOCK:
			set = old & ~set;
			break;
		case SIG_SETMASK:
			break;
		default:
			return -EINVAL;
		}
		signal_mask_set(set);
	}
	return old_address ? copy_to_user(old_address, &old, sizeof(old)) : 0;
}

SYSCALL(rt_sigpending)
{
	signal_set_t set = signals_pending() & current->signals.blocked;

	if (ARG_ULONG(args, 1) > SET_BYTES)
		return -EINVAL;
	return copy_to_user(ARG_USER(args, 0), &set, ARG_ULONG(args, 1));
}

SYSCALL_NO_ARGS(rt_sigreturn)
{
	struct frame *frame = current->frame;
	signal_set_t mask;

	if (arch_signal_frame_pop(frame, &mask) < 0)
		process_kill(SIGSEGV);
	signal_mask_set(mask);
	return (long)frame->rax;
}

static bool is_on_stack(const struct signal_state *signals)
{
	return signals->stack_bytes && current->frame->rsp > signals->stack_base &&
	       current->frame->rsp - signals->stack_base <= signals->stack_bytes;
}

static long stack_set(struct signal_state *signals, user_t address)
{
	stack_t stack;
	uint32_t mode;

	if (copy_from_user(&stack, address, sizeof(stack)) < 0)
		return -EFAULT;
	if (is_on_stack(signals) && !(signals->stack_flags & SS_AUTODISARM))
		return -EPERM;
	mode = (uint32_t)stack.ss_flags & ~(uint32_t)SS_AUTODISARM;
	if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode == SS_DISABLE)
		stack = (stack_t){.ss_flags = stack.ss_flags};
	else if (stack.ss_size < MINIMUM_STACK_BYTES)
		return -ENOMEM;
	signals->stack_base = (uint64_t)(uintptr_t)stack.ss_sp;
	signals->stack_bytes = stack.ss_size;
	signals->stack_flags = (uint32_t)stack.ss_flags;
	return 0;
}

SYSCALL(sigaltstack)
{
	struct signal_state *signals = &current->signals;
	stack_t old = {
		.ss_sp = (void *)(uintptr_t)signals->stack_base,
		.ss_size = signals->stack_bytes,
		.ss_flags = (int)((signals->stack_bytes == 0 ? SS_DISABLE
				   : is_on_stack(signals)    ? SS_ONSTACK
							     : 0) |
				  (signals->stack_flags & SS_AUTODISARM)),
	};
	long result = ARG_USER(args, 0) ? stack_set(signals, ARG_USER(args, 0)) : 0;

	if (result == 0 && ARG_USER(args, 1))
		result = copy_to_user(ARG_USER(args, 1), &old, sizeof(old));
	return result;
}

/* Until a signal is delivered. */
static long pause_for_signal(void)
{
	thread_sleep_prepare();
	while (thread_sleep(WAIT_FOREVER) != -EINTR)
		thread_sleep_prepare();
	return -ERESTARTNOHAND;
}

SYSCALL_NO_ARGS(pause)
{
	return pause_for_signal();
}

SYSCALL(rt_sigsuspend)
{
	signal_set_t mask;

	if (ARG_ULONG(args, 1) != SET_BYTES)
		return -EINVAL;
	if (copy_from_user(&mask, ARG_USER(args, 0), sizeof(mask)) < 0)
		return -EFAULT;
	signal_mask_set_temporarily(mask);
	return pause_for_signal();
}

/* Waits for one of the set to become pending; those are blocked, so it is the mask that lets them end the sleep. */
static int wait_for(signal_set_t set, uint64_t deadline_ns, siginfo_t *info)
{
	signal_set_t blocked = current->signals.blocked;
	int signal;

	for (;;) {
		int ended = 0;

		signal = signal_take(set, info);
		if (signal)
			break;
		signal_mask_set(blocked & ~set);
		thread_sleep_prepare();
		ended = thread_sleep(deadline_ns);
		signal_mask_set(blocked);
		signal = signal_take(set, info);
		if (!signal && ended == -ETIMEDOUT)
			signal = -EAGAIN;
		else if (!signal && thread_is_interrupted(current))
			signal = -EINTR;
		if (signal)
			break;
	}
	return signal;
}

SYSCALL(rt_sigtimedwait)
{
	uint64_t deadline = WAIT_FOREVER;
	struct __kernel_timespec timeout;
	signal_set_t set;
	siginfo_t info;
	int signal;

	if (ARG_ULONG(args, 3) != SET_BYTES)
		return -EINVAL;
	if (copy_from_user(&set, ARG_USER(args, 0), sizeof(set)) < 0)
		return -EFAULT;
	if (ARG_USER(args, 2)) {
		if (copy_from_user(&timeout, ARG_USER(args, 2), sizeof(timeout)) < 0)
			return -EFAULT;
		if (!timespec_is_valid(&timeout))
			return -EINVAL;
		deadline = deadline_after(timespec_to_ns(&timeout));
	}
	signal = wait_for(set & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP)), deadline, &info);
	if (signal > 0 && ARG_USER(args, 1) && copy_to_user(ARG_USER(args, 1), &info, sizeof(info)) < 0)
		return -EFAULT;
	return signal;
}
