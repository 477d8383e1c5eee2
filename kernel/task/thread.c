/*
 * The memory of threads: structure, kernel stack and signal stack, kept together and used for threads for ever, because
 * wakes and kicks may come after a thread's end (vfs/wait.h).
 */
#include <linux/errno.h>

#include "frame.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/task/create.h"
#include "kernel/task/pid.h"

extern const char kernel_entry[];

static struct lock pool_lock;
static struct list pool = {&pool, &pool};

static uint64_t *table_choose(void)
{
	static uint32_t next;

	return kernel_statistics()->calls[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % KERNEL_CALL_TABLES];
}

static bool host_is_done(struct thread *thread)
{
	return !__atomic_load_n(&thread->host_alive, __ATOMIC_ACQUIRE);
}

/*
 * The host does not clear host_alive of a thread that its leader's exit overtook on the last steps. A kick tells:
 * it does nothing to a thread that is on its way out, nor to whoever else may have got its host's ids.
 */
static bool host_is_gone(struct thread *thread)
{
	return !thread->is_leader && host_kick(thread->host_pid, (int)thread->host_alive) == -ESRCH;
}

/* A structure whose host thread is gone, or NULL. */
static struct thread *pool_take(bool (*is_over)(struct thread *thread))
{
	struct thread *found = NULL;

	lock_acquire(&pool_lock);
	list_for_each(at, &pool)
	{
		struct thread *thread = list_entry(at, struct thread, free);

		if (is_over(thread)) {
			list_remove(&thread->free);
			found = thread;
			break;
		}
	}
	lock_release(&pool_lock);
	return found;
}

static struct thread *memory_new(void)
{
	struct thread *thread = pool_take(host_is_done);

	if (!thread)
		thread = pool_take(host_is_gone);
	if (thread)
		return thread;
	thread = heap_new(struct thread);
	if (!thread)
		return NULL;
	thread->kernel_stack_pages = pages_alloc((KERNEL_STACK_BYTES + KERNEL_SIGNAL_STACK_BYTES) / PAGE_BYTES);
	if (!thread->kernel_stack_pages) {
		heap_free(thread);
		return NULL;
	}
	list_init(&thread->free);
	return thread;
}

struct thread *thread_new(struct process *process)
{
	struct thread *thread = memory_new();
	uint8_t *stacks;

	if (!thread)
		return NULL;
	stacks = thread->kernel_stack_pages;
	memset(thread, 0, sizeof(*thread));
	thread->kernel_stack_pages = stacks;
	thread->signal_stack = stacks;
	thread->self = thread;
	thread->kernel_stack = (uint64_t)(uintptr_t)stacks + KERNEL_SIGNAL_STACK_BYTES + KERNEL_STACK_BYTES;
	thread->entry = (uint64_t)(uintptr_t)kernel_entry;
	thread->process = process;
	thread->references = 1;
	thread->calls_served = table_choose();
	list_init(&thread->free);
	list_init(&thread->siblings);
	list_init(&thread->signals.queue);
	return thread;
}

void thread_get(struct thread *thread)
{
	__atomic_fetch_add(&thread->references, 1, __ATOMIC_RELAXED);
}

void thread_put(struct thread *thread)
{
	if (!thread || __atomic_sub_fetch(&thread->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	lock_acquire(&pool_lock);
	list_append(&pool, &thread->free);
	lock_release(&pool_lock);
}

void thread_link(struct thread *thread)
{
	struct process *process = thread->process;

	list_append(&process->threads, &thread->siblings);
	__atomic_fetch_add(&process->thread_count, 1, __ATOMIC_RELEASE);
}

void thread_unlink(struct thread *thread)
{
	list_remove(&thread->siblings);
	__atomic_fetch_sub(&thread->process->thread_count, 1, __ATOMIC_RELEASE);
}

void thread_lead(struct thread *thread)
{
	thread->is_leader = true;
	thread->host_alive = 1;
	thread->process->host_threads = 1;
	thread->process->leader = thread;
}

void thread_publish(struct thread *thread, int host_pid, int host_tid)
{
	struct process *process = thread->process;

	lock_acquire(&process->signal_lock);
	if (__atomic_exchange_n(&thread->host_pid, host_pid, __ATOMIC_ACQ_REL) < 0)
		host_futex_wake((uint32_t *)&thread->host_pid, INT32_MAX);
	/* It may have ended already. */
	if (!list_is_empty(&thread->siblings)) {
		thread->offered_tid = host_tid;
		if (thread->can_be_kicked)
			thread->host_tid = host_tid;
		if (thread->can_be_kicked && __atomic_load_n(&thread->kick, __ATOMIC_SEQ_CST))
			host_kick(host_pid, host_tid);
	}
	lock_release(&process->signal_lock);
}

int thread_host_await(void)
{
	struct thread *thread = current;
	int32_t unknown = 0;

	__atomic_compare_exchange_n(&thread->host_pid, &unknown, -1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	while (__atomic_load_n(&thread->host_pid, __ATOMIC_ACQUIRE) < 0)
		host_futex_wait_uninterruptible((uint32_t *)&thread->host_pid, (uint32_t)-1);
	return thread->host_pid;
}

int thread_host_tid(void)
{
	return current->is_leader ? current->host_pid : (int)current->host_alive;
}
