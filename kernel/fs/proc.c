/* The root of /proc. */
#include "kernel/fs/proc.h"

#include <linux/errno.h>
#include <linux/magic.h>

#include "kernel/ipc/msg.h"
#include "kernel/ipc/sem.h"
#include "kernel/ipc/shm.h"
#include "kernel/lib/print.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/locks.h"

#define PROC_DEVICE 22

static long self_target(const struct pseudo_node *node, char *out, size_t size)
{
	(void)node;
	return (long)text_format(out, size, "%d", process_current()->pid);
}

static long thread_self_target(const struct pseudo_node *node, char *out, size_t size)
{
	(void)node;
	return (long)text_format(out, size, "%d/task/%d", process_current()->pid, current->tid);
}

static long mounts_target(const struct pseudo_node *node, char *out, size_t size)
{
	(void)node;
	return (long)text_format(out, size, "self/mounts");
}

static long net_target(const struct pseudo_node *node, char *out, size_t size)
{
	(void)node;
	return (long)text_format(out, size, "self/net");
}

static int show_locks(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	locks_show(text);
	return 0;
}

static int process_next_pid(const struct pseudo_node *dir, int from)
{
	struct process *process = process_next(from);
	int pid = process ? process->pid : -1;

	(void)dir;
	process_put(process);
	return pid;
}

static int show_shm(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	shm_show(text);
	return 0;
}

static int show_sem(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	sem_show(text);
	return 0;
}

static int show_msg(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	msg_show(text);
	return 0;
}

static const struct pseudo_entry sysv_entries[] = {
	PSEUDO_FILE("msg", show_msg), PSEUDO_FILE("sem", show_sem), PSEUDO_FILE("shm", show_shm), {0}};

/* Nobody in a guest has waited for what the host alone knows of. */
#define PRESSURE "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0"

static const struct pseudo_entry pressure_entries[] = {
	PSEUDO_CONSTANT("cpu", PRESSURE), PSEUDO_CONSTANT("io", PRESSURE), PSEUDO_CONSTANT("memory", PRESSURE), {0}};

static const struct pseudo_entry root_entries[] = {
	{.name = "self", .mode = S_IFLNK | 0777, .target = self_target},
	{.name = "thread-self", .mode = S_IFLNK | 0777, .target = thread_self_target},
	{.name = "mounts", .mode = S_IFLNK | 0777, .target = mounts_target},
	{.name = "net", .mode = S_IFLNK | 0777, .target = net_target},
	PSEUDO_CONSTANT("cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled"),
	PSEUDO_CONSTANT("cmdline", "quiet"),
	PSEUDO_FILE("cpuinfo", proc_show_cpuinfo),
	PSEUDO_CONSTANT("devices", "Character devices:\n  1 mem\n  5 /dev/tty\n136 pts\n\nBlock devices:"),
	PSEUDO_CONSTANT("filesystems", "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tpipefs\nnodev\tdevpts\n"
				       "nodev\toverlay\n\terofs"),
	PSEUDO_EMPTY("diskstats"), /* what is mounted lies on no disk of the guest's */
	PSEUDO_FILE("interrupts", proc_show_interrupts),
	PSEUDO_FILE("loadavg", proc_show_loadavg),
	PSEUDO_FILE("locks", show_locks),
	PSEUDO_FILE("meminfo", proc_show_meminfo),
	PSEUDO_EMPTY("modules"),
	PSEUDO_CONSTANT("partitions", "major minor  #blocks  name\n"),
	PSEUDO_DIRECTORY("pressure", pressure_entries),
	PSEUDO_FILE("softirqs", proc_show_softirqs),
	PSEUDO_FILE("stat", proc_show_system_stat),
	PSEUDO_CONSTANT("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority"),
	PSEUDO_DIRECTORY("sys", proc_sys_entries),
	PSEUDO_DIRECTORY("sysvipc", sysv_entries),
	PSEUDO_FILE("uptime", proc_show_uptime),
	PSEUDO_FILE("version", proc_show_version),
	PSEUDO_FILE("vmstat", proc_show_vmstat),
	{0},
};

static const struct pseudo_entry root = {
	.name = "/",
	.mode = S_IFDIR | 0555,
	.children = root_entries,
	.numbered = pseudo_process_entry,
	.next = process_next_pid,
};

static struct super proc_super = {
	.type = "proc",
	.source = "proc",
	.options = "rw,nosuid,nodev,noexec,relatime",
	.device = PROC_DEVICE,
	.magic = PROC_SUPER_MAGIC,
};

int proc_directory_process(const struct file *file, struct process **out)
{
	const struct pseudo_node *node = container_of(file->inode, struct pseudo_node, inode);

	if (!file->inode || file->inode->super != &proc_super || node->entry != pseudo_process_entry)
		return -EBADF;
	*out = process_find(node->pid);
	return *out ? 0 : -ESRCH;
}

int proc_mount(void)
{
	return pseudo_mount(&proc_super, &root, "/proc");
}
