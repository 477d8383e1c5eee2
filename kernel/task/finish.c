/* The end of a process: see finish.h. */
#include "kernel/task/finish.h"

#include <linux/signal.h>
#include <linux/wait.h>

#include "kernel/core/core.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/ipc/sem.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/mm.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/waiters.h"
#include "kernel/syscall/names.h"
#include "kernel/syscall/trace.h"
#include "kernel/task/children.h"
#include "kernel/task/create.h"
#include "kernel/task/pid.h"
#include "kernel/task/timekeeper.h"
#include "kernel/task/words.h"
#include "kernel/tty/tty.h"
#include "kernel/vfs/file.h"

#define EXIT_CODE(status) ((status) >> 8 & 0xff)
#define EXIT_SIGNAL(status) ((status)&0x7f)

static void tell(int status)
{
	if (EXIT_SIGNAL(status))
		trace_event("+++ killed by %s +++", names_signal(EXIT_SIGNAL(status)));
	else
		trace_event("+++ exited with %d +++", EXIT_CODE(status));
}

/* As shells have it: 128 and the signal. */
_Noreturn static void guest_end(int status)
{
	kernel_statistics()->arena_bytes = pages_used() * PAGE_BYTES;
	timekeeper_dismiss();
	host_exit_group(EXIT_SIGNAL(status) ? 128 + EXIT_SIGNAL(status) : EXIT_CODE(status));
}

/* What others may look at meanwhile goes under the lock that they look under. */
static void possessions_drop(struct process *process)
{
	struct fd_table *files;
	struct address_space *space;
	struct path root, directory, executable;

	lock_acquire(&process->lock);
	files = process->files;
	space = process->space;
	root = process->root;
	directory = process->directory;
	executable = process->executable;
	/* Nobody else may look at it from here on; closing needs to know which table it is. */
	process->files = NULL;
	process->space = NULL;
	process->root = process->directory = process->executable = (struct path){0};
	lock_release(&process->lock);
	fd_table_leave(files);
	space_put(space);
	dentry_put(root.dentry);
	dentry_put(directory.dentry);
	executable_put(executable.dentry);
	words_set(process, NULL);
	core_free(process->core);
	process->core = NULL;
}

void process_finish(struct process *process)
{
	tell(process->exit_status);
	if (process->pid == 1)
		guest_end(process->exit_status);
	if (process->session == process->pid)
		tty_session_end(process);
	if (!list_is_empty(&process->sem_undos))
		sem_undo(process);
	process_timers_end(process);
	(void)cpu_time_of_process(process);
	possessions_drop(process);
	signal_waiters_leave(process);
	signal_queue_clear(&process->signal_queue);
	process_tree_lock();
	process->references++;
	process_tree_unlock();
	children_give_away(process);
	child_ended(process);
}

void process_part(struct process *process, struct thread *thread)
{
	signal_queue_clear(&thread->signals.queue);
	process_put(process);
	thread_put(thread);
}
