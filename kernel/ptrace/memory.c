/* Memory of other processes: see memory.h. */
#include "kernel/ptrace/memory.h"

#include <linux/errno.h>

#include "kernel/lib/list.h"
#include "kernel/mm/plain.h"
#include "kernel/mm/vma.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/stop.h"
#include "kernel/task/kick.h"
#include "kernel/task/pid.h"
#include "kernel/task/time.h"

/* Who was told and does not answer may have ended: then another thread is told. */
#define PATIENCE_NS 10000000

enum asked_state { ASKED_WAITS, ASKED_SERVED, ASKED_DONE };

/* On the kernel stack of the thread that asks. */
struct asked {
	struct list list; /* space->asked */
	uint64_t address;
	void *buffer;
	size_t bytes;
	size_t done;
	bool write;
	bool force;
	uint32_t state; /* enum asked_state; guarded by space->asked_lock */
	struct thread *asker;
};

/* In the calling process's own memory. */
static size_t copy(const struct asked *asked)
{
	size_t done = asked->write ? user_write(asked->address, asked->buffer, asked->bytes)
				   : user_read(asked->buffer, asked->address, asked->bytes);

	if (done < asked->bytes && asked->force)
		done += mm_force(asked->address + done, (char *)asked->buffer + done, asked->bytes - done,
				 asked->write);
	return done;
}

/* The next request that waits; from now on its asker waits until it is done. */
static struct asked *asked_take(struct address_space *space)
{
	struct asked *asked = NULL;

	lock_acquire(&space->asked_lock);
	if (!list_is_empty(&space->asked)) {
		asked = list_entry(space->asked.next, struct asked, list);
		list_remove(&asked->list);
		asked->state = ASKED_SERVED;
	}
	lock_release(&space->asked_lock);
	return asked;
}

void memory_serve(void)
{
	struct address_space *space = process_current()->space;
	struct asked *asked;

	__atomic_fetch_and(&current->kick, ~(uint32_t)KICK_ASKED, __ATOMIC_SEQ_CST);
	while (space && (asked = asked_take(space))) {
		struct thread *asker = asked->asker;

		asked->done = copy(asked);
		/* From here on it is gone with the asker's stack. */
		__atomic_store_n(&asked->state, ASKED_DONE, __ATOMIC_RELEASE);
		thread_wake(asker);
	}
}

static bool is_done(const struct asked *asked)
{
	return __atomic_load_n(&asked->state, __ATOMIC_ACQUIRE) == ASKED_DONE;
}

/* A thread of each process that has the memory: a child of vfork has its parent's. */
static void one_kick(struct process *process)
{
	struct thread *chosen = NULL;

	lock_acquire(&process->signal_lock);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		/* A parked tracee answers at once, and interrupts nothing. */
		if (!chosen || (thread->tracee && thread->tracee->state != TRACEE_RUNS))
			chosen = thread;
	}
	if (chosen)
		thread_kick(chosen, KICK_ASKED);
	if (process->stopped)
		stop_look_up(process);
	lock_release(&process->signal_lock);
}

/* False: nobody has the memory any more. */
static bool space_tell(const struct address_space *space, bool everybody)
{
	struct process *process = process_next(1);
	bool found = false;

	while (process) {
		struct process *next = process_next(process->pid + 1);

		if (__atomic_load_n(&process->space, __ATOMIC_RELAXED) == space &&
		    __atomic_load_n(&process->thread_count, __ATOMIC_ACQUIRE)) {
			found = true;
			if (everybody)
				process_kick(process, KICK_ASKED);
			one_kick(process);
		}
		process_put(process);
		process = next;
	}
	return found;
}

/* True: nobody has begun to serve it, and nobody will. */
static bool withdraw(struct address_space *space, struct asked *asked)
{
	bool withdrawn;

	lock_acquire(&space->asked_lock);
	withdrawn = asked->state == ASKED_WAITS;
	if (withdrawn)
		list_remove(&asked->list);
	lock_release(&space->asked_lock);
	return withdrawn;
}

static bool is_to_end(const struct thread *thread)
{
	return thread->kick & KICK_EXIT || (thread->process->pending | thread->signals.pending) & SIGNAL_BIT(SIGKILL);
}

/* Until it is done, or given up: 0, -ESRCH, -EINTR. */
static long wait_for(struct address_space *space, struct asked *asked)
{
	long error = 0;

	for (bool again = false; !is_done(asked); again = true) {
		if (!error && !space_tell(space, again))
			error = -ESRCH;
		if (is_to_end(current))
			error = -EINTR;
		if (error && withdraw(space, asked))
			return error;
		thread_sleep_prepare();
		if (!is_done(asked))
			(void)thread_sleep(deadline_after(PATIENCE_NS));
	}
	return 0;
}

static long ask(struct address_space *space, struct asked *asked)
{
	long error;

	lock_acquire(&space->asked_lock);
	list_append(&space->asked, &asked->list);
	lock_release(&space->asked_lock);
	error = wait_for(space, asked);
	return error ? error : (long)asked->done;
}

long memory_access(struct process *process, uint64_t address, void *buffer, size_t bytes, bool write, bool force)
{
	struct asked asked = {
		.address = address, .buffer = buffer, .bytes = bytes, .write = write, .force = force, .asker = current};
	struct address_space *space;
	long result;

	list_init(&asked.list);
	lock_acquire(&process->lock);
	space = process->space;
	if (space)
		space_get(space);
	lock_release(&process->lock);
	if (!space)
		return -ESRCH;
	if (space == process_current()->space)
		result = (long)copy(&asked);
	else
		result = ask(space, &asked);
	space_put(space);
	return result;
}
