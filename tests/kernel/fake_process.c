/* A process for tests of the calls on files: see fake_process.h. */
#include "tests/kernel/fake_process.h"

#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/fs/tmpfs.h"
#include "kernel/host/boot.h"
#include "kernel/lib/bug.h"
#include "kernel/signal/send.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/task/poller.h"
#include "kernel/task/timer.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"
#include "tests/kernel/fake_arena.h"

/* What setfsuid takes away from the effective set when the file system user is not root any more. */
#define CAPABILITIES_OF_FILES                                                                                          \
	(1ull << CAP_CHOWN | 1ull << CAP_MKNOD | 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH |              \
	 1ull << CAP_FOWNER | 1ull << CAP_FSETID | 1ull << CAP_LINUX_IMMUTABLE)

_Thread_local struct thread *arch_thread_current;
unsigned fake_process_signals[65];

static struct process process;
static struct thread thread;
static struct super *root;

void fake_process_begin(void)
{
	static bool mounted;

	process = (struct process){.pid = 1, .references = 1, .thread_count = 1, .umask = 022};
	process.credentials.permitted = CAPABILITIES_CONTAINER;
	process.credentials.effective = CAPABILITIES_CONTAINER;
	for (unsigned i = 0; i < PROCESS_LIMITS; i++)
		process.limits[i].rlim_cur = RLIM64_INFINITY;
	process.limits[RLIMIT_NOFILE].rlim_cur = 1024;
	thread = (struct thread){.self = &thread, .process = &process};
	arch_thread_current = &thread;
	if (!mounted) {
		bug_on(tmpfs_new("tmpfs", 0, &root) != 0);
		bug_on(mount_add(root, "/") != 0);
		mounted = true;
	}
	process.files = fd_table_new();
	bug_on(!process.files);
	mount_root(&process.root);
	mount_root(&process.directory);
}

void fake_process_end(void)
{
	fd_table_put(process.files);
	path_put(&process.root);
	path_put(&process.directory);
}

void fake_process_set_fsuid(uint32_t uid, uint32_t gid)
{
	process.credentials.fsuid = uid;
	process.credentials.fsgid = gid;
	process.credentials.effective = CAPABILITIES_CONTAINER;
	if (uid)
		process.credentials.effective &= ~CAPABILITIES_OF_FILES;
}

void fake_process_set_limit(unsigned resource, uint64_t limit)
{
	process.limits[resource].rlim_cur = limit;
}

void fake_process_set_threads(unsigned count)
{
	process.thread_count = count;
}

const struct kernel_boot *kernel_boot(void)
{
	static const struct kernel_boot boot = {.mem_bytes = FAKE_ARENA_BYTES};

	return &boot;
}

uint64_t process_limit(unsigned resource)
{
	return process.limits[resource].rlim_cur;
}

bool process_capable(int capability)
{
	return process.credentials.effective >> capability & 1;
}

void signal_send_current(int signal)
{
	fake_process_signals[signal]++;
}

struct process *process_find(int pid)
{
	return pid == process.pid ? &process : NULL;
}

void process_put(struct process *unused)
{
	(void)unused;
}

bool thread_is_interrupted(const struct thread *unused)
{
	(void)unused;
	return false;
}

bool poller_enter(void)
{
	return false;
}

void poller_poll(uint64_t timeout_ns)
{
	(void)timeout_ns;
}

void poller_leave(void)
{
}

void poller_wake(void)
{
}

void timekeeper_notify(void)
{
}

__attribute__((weak)) void mm_file_changed(struct inode *inode, uint64_t offset, uint64_t bytes);
void mm_file_changed(struct inode *inode, uint64_t offset, uint64_t bytes)
{
	(void)inode, (void)offset, (void)bytes;
}

/* Those that are linked into the test. */
#define DECLARE(name) long sys_##name(const struct arguments *args) __attribute__((weak));
#define DONE(number, name, letters) DECLARE(name)
#define PARTIAL(number, name, letters, missing) DECLARE(name)
#define STUB(number, name, letters, answer) DECLARE(name)
#define ABSENT(number, name, letters)
#include "kernel/syscall/syscall.def"
#undef DONE
#undef PARTIAL
#undef STUB

static syscall_function call_find(long wanted)
{
	switch (wanted) {
#define SERVE(number, name)                                                                                            \
	case number:                                                                                                   \
		return sys_##name;
#define DONE(number, name, letters) SERVE(number, name)
#define PARTIAL(number, name, letters, missing) SERVE(number, name)
#define STUB(number, name, letters, answer) SERVE(number, name)
#include "kernel/syscall/syscall.def"
	}
	return NULL;
}

long fake_process_call(long number, const long arguments[6])
{
	syscall_function serve = call_find(number);
	struct arguments args;

	for (int i = 0; i < 6; i++)
		args.a[i] = (uint64_t)arguments[i];
	return serve ? serve(&args) : -ENOSYS;
}
