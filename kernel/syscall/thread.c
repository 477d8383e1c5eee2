/* What the C library tells the kernel of each thread: set_tid_address(2), set_robust_list(2). */
#include <linux/errno.h>
#include <linux/futex.h>

#include "kernel/mm/user.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"

SYSCALL(set_tid_address)
{
	current->clear_child_tid = ARG_USER(args, 0);
	return current->tid;
}

SYSCALL(set_robust_list)
{
	if (ARG_ULONG(args, 1) != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = ARG_USER(args, 0);
	current->robust_list_bytes = ARG_ULONG(args, 1);
	return 0;
}

SYSCALL(get_robust_list)
{
	int tid = ARG_INT(args, 0);
	struct process *process = NULL;
	struct thread *thread = !tid || tid == current->tid ? current : thread_find(tid, &process);
	uint64_t head;

	if (!thread)
		return -ESRCH;
	head = thread->robust_list;
	process_put(process);
	if (put_user_u64(ARG_USER(args, 2), sizeof(struct robust_list_head)))
		return -EFAULT;
	return put_user_u64(ARG_USER(args, 1), head);
}
