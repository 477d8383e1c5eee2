/* Programs that another host thread executes: see execution.h. */
#include "kernel/task/execution.h"

#include "kernel/lib/heap.h"
#include "kernel/mm/copy.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/task/process.h"

struct execution *execution_new(const struct exec *exec)
{
	struct execution *execution = heap_new(struct execution);

	if (!execution)
		return NULL;
	execution->exec = *exec;
	execution->references = 1;
	return execution;
}

void execution_put(struct execution *execution)
{
	if (__atomic_sub_fetch(&execution->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	heap_free(execution->hidden);
	heap_free(execution);
}

/* The child of a vfork leaves its parent's memory. */
static void space_leave(struct execution *execution)
{
	struct process *process = process_current();
	struct address_space *old = process->space;

	hidden_memory_clear(execution->hidden);
	lock_acquire(&process->lock);
	process->space = execution->space;
	lock_release(&process->lock);
	space_put(old);
}

void execution_begin(struct execution *execution, struct frame *frame)
{
	current->execution = NULL;
	if (execution->space)
		space_leave(execution);
	exec_commit(&execution->exec, frame);
	execution_put(execution);
	/* The call has begun elsewhere, and ends here. */
	if (thread_is_traced(current))
		tracee_call_end(frame);
}
