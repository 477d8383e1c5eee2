/* Making processes: see create.h. */
#include "kernel/task/create.h"

#include <linux/signal.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"

#define KIB 1024ull
#define MIB (1024 * KIB)

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
	process->exit_signal = SIGCHLD;
	list_init(&process->children);
	list_init(&process->siblings);
	list_init(&process->all);
	list_init(&process->threads);
	list_init(&process->tracees);
	list_init(&process->signal_queue);
	process_timers_init(process);
	wait_queue_init(&process->children_queue);
	list_init(&process->sem_undos);
	wait_queue_init(&process->end_waiters);
	for (unsigned i = 0; i < PROCESS_LIMITS; i++)
		process->limits[i] = default_limits[i];
	if (kernel_boot()->takes_cores)
		process->limits[RLIMIT_CORE].rlim_cur = RLIM64_INFINITY;
	credentials_init(&process->credentials, kernel_boot()->user_id, kernel_boot()->group_id);
	return process;
}

uint64_t process_limit(unsigned resource)
{
	return __atomic_load_n(&process_current()->limits[resource].rlim_cur, __ATOMIC_RELAXED);
}

bool process_capable(int capability)
{
	return process_current()->credentials.effective >> capability & 1;
}
