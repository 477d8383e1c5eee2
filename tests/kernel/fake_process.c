/* A process for tests of the calls on files: see fake_process.h. */
#include "tests/kernel/fake_process.h"

#include <linux/errno.h>

#include "kernel/fs/tmpfs.h"
#include "kernel/lib/bug.h"
#include "kernel/syscall/dispatch.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"
#include "tests/kernel/fake_task.h"

static struct process *process;

void fake_process_begin(void)
{
	static struct super *root;

	process = fake_task_begin();
	process->limits[RLIMIT_NOFILE].rlim_cur = 1024;
	if (!root) {
		bug_on(tmpfs_new("tmpfs", 0, &root) != 0);
		bug_on(mount_add(root, "/") != 0);
	}
	process->files = fd_table_new();
	bug_on(!process->files);
	mount_root(&process->root);
	mount_root(&process->directory);
}

void fake_process_end(void)
{
	fd_table_put(process->files);
	path_put(&process->root);
	path_put(&process->directory);
}

void fake_process_set_fsuid(uint32_t uid, uint32_t gid)
{
	struct credentials old = process->credentials;

	process->credentials.fsuid = uid;
	process->credentials.fsgid = gid;
	credentials_fsuid_changed(&process->credentials, &old);
}

void fake_process_set_threads(unsigned count)
{
	process->thread_count = count;
}

long fake_process_call(long number, const long arguments[6])
{
	const struct syscall_entry *entry = &syscall_table[number];
	struct arguments args;

	for (int i = 0; i < 6; i++)
		args.a[i] = (uint64_t)arguments[i];
	return entry->function ? entry->function(&args) : -ENOSYS;
}
