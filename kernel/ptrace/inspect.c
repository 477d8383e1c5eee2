/* What a tracer asks of a stopped tracee's signals and system call: see ptrace.h. */
#include <linux/audit.h>
#include <linux/errno.h>

#include "arch.h"
#include "kernel/lib/string.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/signal.h"

#define CALL_CODE (SIGTRAP | 0x80)

long tracee_info_access(struct tracee *tracee, const struct ptrace_request *request)
{
	if (!tracee->has_info)
		return -EINVAL;
	if (request->number == PTRACE_GETSIGINFO)
		return copy_to_user(request->data, &tracee->info, sizeof(tracee->info));
	return copy_from_user(&tracee->info, request->data, sizeof(tracee->info));
}

long tracee_mask_access(const struct tracee *tracee, const struct ptrace_request *request)
{
	struct signal_state *signals = &tracee->thread->signals;
	struct process *process = tracee->process;
	signal_set_t mask = signals->restore_saved ? signals->saved : signals->blocked;

	if (request->address != sizeof(mask))
		return -EINVAL;
	if (request->number == PTRACE_GETSIGMASK)
		return copy_to_user(request->data, &mask, sizeof(mask));
	if (copy_from_user(&mask, request->data, sizeof(mask)) < 0)
		return -EFAULT;
	lock_acquire(&process->signal_lock);
	signals->blocked = mask & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
	signals->restore_saved = false;
	signal_kick_update(tracee->thread);
	lock_release(&process->signal_lock);
	return 0;
}

/* Signal number `index` of those queued; false: there are fewer. */
static bool pending_get(const struct tracee *tracee, bool shared, uint64_t index, siginfo_t *out)
{
	struct process *process = tracee->process;
	struct list *queue = shared ? &process->signal_queue : &tracee->thread->signals.queue;
	bool found = false;

	lock_acquire(&process->signal_lock);
	list_for_each(at, queue)
	{
		if (index-- == 0) {
			*out = list_entry(at, struct signal_info, list)->info;
			found = true;
			break;
		}
	}
	lock_release(&process->signal_lock);
	return found;
}

long tracee_pending_peek(const struct tracee *tracee, const struct ptrace_request *request)
{
	struct ptrace_peeksiginfo_args which;
	siginfo_t info;
	int32_t count;

	if (copy_from_user(&which, request->address, sizeof(which)) < 0)
		return -EFAULT;
	if (which.flags & ~(uint32_t)PTRACE_PEEKSIGINFO_SHARED || which.nr < 0)
		return -EINVAL;
	if (which.off > INT64_MAX)
		return 0;
	for (count = 0; count < which.nr; count++) {
		if (!pending_get(tracee, which.flags & PTRACE_PEEKSIGINFO_SHARED, which.off + (uint32_t)count, &info))
			break;
		if (copy_to_user(request->data + (uint32_t)count * sizeof(info), &info, sizeof(info)) < 0)
			return count ? count : -EFAULT;
	}
	return count;
}

static size_t call_info_fill(struct ptrace_syscall_info *out, const struct tracee *tracee)
{
	const struct frame *frame = tracee->thread->frame;
	int64_t result = (int64_t)frame->rax;

	*out = (struct ptrace_syscall_info){
		.arch = AUDIT_ARCH_X86_64, .instruction_pointer = frame->rip, .stack_pointer = frame->rsp};
	if (!tracee->has_info || tracee->info.si_code != CALL_CODE)
		return offsetof(struct ptrace_syscall_info, entry);
	if (tracee->message == PTRACE_EVENTMSG_SYSCALL_ENTRY) {
		const uint64_t arguments[] = {frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9};

		out->op = PTRACE_SYSCALL_INFO_ENTRY;
		out->entry.nr = tracee->thread->call_number;
		memcpy(out->entry.args, arguments, sizeof(arguments));
		return offsetof(struct ptrace_syscall_info, entry.args) + sizeof(out->entry.args);
	}
	out->op = PTRACE_SYSCALL_INFO_EXIT;
	out->exit.rval = result;
	out->exit.is_error = result < 0 && result >= -4095;
	return offsetof(struct ptrace_syscall_info, exit.is_error) + sizeof(out->exit.is_error);
}

long tracee_call_info_get(const struct tracee *tracee, const struct ptrace_request *request)
{
	struct ptrace_syscall_info info;
	size_t bytes = call_info_fill(&info, tracee);

	if (copy_to_user(request->data, &info, request->address < bytes ? request->address : bytes) < 0)
		return -EFAULT;
	return (long)bytes;
}
