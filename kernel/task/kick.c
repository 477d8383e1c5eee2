/* Kicks for all who run in an address space: see kick.h. */
#include "kernel/task/kick.h"

#include "kernel/lib/list.h"
#include "kernel/signal/send.h"
#include "kernel/task/pid.h"

void process_kick(struct process *process, uint32_t why)
{
	lock_acquire(&process->signal_lock);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		/* Else one is on its way, or was taken by the kernel, which looks when it is done. */
		if (!(__atomic_load_n(&thread->kick, __ATOMIC_SEQ_CST) & why))
			thread_kick(thread, why);
	}
	lock_release(&process->signal_lock);
}

void space_kick(const struct address_space *space, uint32_t why)
{
	struct process *process = process_next(1);

	while (process) {
		struct process *next = process_next(process->pid + 1);

		if (__atomic_load_n(&process->space, __ATOMIC_RELAXED) == space)
			process_kick(process, why);
		process_put(process);
		process = next;
	}
}
