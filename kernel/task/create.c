/* Making processes and threads: see create.h. */
#include "kernel/task/create.h"

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/task/pid.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

extern const char kernel_entry[];

/* As Docker's default, which is the host's but for the number of files. */
static const struct rlimit64 default_limits[PROCESS_LIMITS] = {
	[RLIMIT_CPU] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_FSIZE] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_DATA] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_STACK] = {8 * MIB, RLIM64_INFINITY},
	[RLIMIT_CORE] = {0, RLIM64_INFINITY},
	[RLIMIT_RSS] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_NPROC] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_NOFILE] = {1024, 1048576},
	[RLIMIT_MEMLOCK] = {8 * MIB, 8 * MIB},
	[RLIMIT_AS] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_LOCKS] = {RLIM64_INFINITY, RLIM64_INFINITY},
	[RLIMIT_SIGPENDING] = {4096, 4096},
	[RLIMIT_MSGQUEUE] = {819200, 819200},
	[RLIMIT_NICE] = {0, 0},
	[RLIMIT_RTPRIO] = {0, 0},
	[RLIMIT_RTTIME] = {RLIM64_INFINITY, RLIM64_INFINITY},
};

static void credentials_init(struct credentials *credentials, uint32_t uid, uint32_t gid)
{
	uint64_t capabilities = uid == 0 ? CAPABILITIES_CONTAINER : 0;

	*credentials = (struct credentials){
		.uid = uid,
		.euid = uid,
		.suid = uid,
		.fsuid = uid,
		.gid = gid,
		.egid = gid,
		.sgid = gid,
		.fsgid = gid,
		.permitted = capabilities,
		.effective = capabilities,
		.bounding = CAPABILITIES_CONTAINER,
	};
}

struct process *process_new(void)
{
	struct process *process = heap_new(struct process);

	if (!process)
		return NULL;
	process->references = 1;
	process->umask = 022;
	process->dumpable = true;
	process->start_ns = host_monotonic_ns();
	list_init(&process->children);
	list_init(&process->siblings);
	list_init(&process->all);
	list_init(&process->threads);
	list_init(&process->signal_queue);
	process_timers_init(process);
	wait_queue_init(&process->children_queue);
	for (unsigned i = 0; i < PROCESS_LIMITS; i++)
		process->limits[i] = default_limits[i];
	credentials_init(&process->credentials, kernel_boot()->user_id, kernel_boot()->group_id);
	return process;
}

/* Structures of threads that ended. A late wake may still come to one (vfs/wait.h): they never become anything else. */
static struct {
	struct lock lock;
	struct list threads; /* by `siblings` */
} spare = {.threads = {&spare.threads, &spare.threads}};

static struct thread *thread_alloc(void)
{
	struct thread *thread = NULL;

	lock_acquire(&spare.lock);
	if (!list_is_empty(&spare.threads)) {
		thread = list_entry(spare.threads.next, struct thread, siblings);
		list_remove(&thread->siblings);
		*thread = (struct thread){0};
	}
	lock_release(&spare.lock);
	return thread ? thread : heap_new(struct thread);
}

static void thread_free(struct thread *thread)
{
	lock_acquire(&spare.lock);
	list_push(&spare.threads, &thread->siblings);
	lock_release(&spare.lock);
}

struct thread *thread_new(struct process *process)
{
	struct thread *thread = thread_alloc();

	if (!thread)
		return NULL;
	thread->kernel_stack_pages = pages_alloc(KERNEL_STACK_BYTES / PAGE_BYTES);
	if (!thread->kernel_stack_pages) {
		thread_free(thread);
		return NULL;
	}
	thread->self = thread;
	thread->kernel_stack = (uint64_t)(uintptr_t)thread->kernel_stack_pages + KERNEL_STACK_BYTES;
	thread->entry = (uint64_t)(uintptr_t)kernel_entry;
	thread->process = process;
	thread->references = 1;
	list_init(&thread->signals.queue);
	process_tree_lock();
	list_append(&process->threads, &thread->siblings);
	process->thread_count++;
	process_tree_unlock();
	return thread;
}

uint64_t process_limit(unsigned resource)
{
	return __atomic_load_n(&process_current()->limits[resource].rlim_cur, __ATOMIC_RELAXED);
}

bool process_capable(int capability)
{
	return process_current()->credentials.effective >> capability & 1;
}
