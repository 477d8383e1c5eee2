/* /sys, as far as programs that want to know the machine's CPUs and pages look into it. */
#include <linux/magic.h>

#include "kernel/fs/proc.h"
#include "kernel/fs/sysfs_net.h"
#include "kernel/task/system.h"

#define SYSFS_DEVICE 23

static int show_cpus(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	proc_cpu_range(text);
	return 0;
}

static int show_kernel_max(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%u\n", system_cpu_count() - 1);
	return 0;
}

static int show_cpu_number(const struct pseudo_node *node, struct text *text)
{
	text_print(text, "%d\n", node->number);
	return 0;
}

/* The mask of the CPUs that share a core with this one: itself. */
static int show_cpu_mask(const struct pseudo_node *node, struct text *text)
{
	text_print(text, "%lx\n", 1ul << node->number % 64);
	return 0;
}

static int show_all_mask(const struct pseudo_node *node, struct text *text)
{
	unsigned cpus = system_cpu_count();

	(void)node;
	text_print(text, "%lx\n", cpus < 64 ? (1ul << cpus) - 1 : ~0ul);
	return 0;
}

static int cpu_next(const struct pseudo_node *dir, int from)
{
	(void)dir;
	return (unsigned)from < system_cpu_count() ? from : -1;
}

static const struct pseudo_entry topology_entries[] = {
	PSEUDO_FILE("core_id", show_cpu_number),
	PSEUDO_FILE("core_cpus", show_cpu_mask),
	PSEUDO_FILE("core_cpus_list", show_cpu_number),
	PSEUDO_FILE("core_siblings", show_all_mask),
	PSEUDO_FILE("core_siblings_list", show_cpus),
	PSEUDO_CONSTANT("physical_package_id", "0"),
	PSEUDO_FILE("thread_siblings", show_cpu_mask),
	PSEUDO_FILE("thread_siblings_list", show_cpu_number),
	{0},
};
static const struct pseudo_entry one_cpu_entries[] = {
	PSEUDO_CONSTANT("online", "1"),
	PSEUDO_DIRECTORY("topology", topology_entries),
	{0},
};
static const struct pseudo_entry one_cpu[] = {PSEUDO_DIRECTORY("cpu", one_cpu_entries), {0}};

static const struct pseudo_entry cpu_entries[] = {
	PSEUDO_FILE("kernel_max", show_kernel_max), PSEUDO_CONSTANT("offline", ""),    PSEUDO_FILE("online", show_cpus),
	PSEUDO_FILE("possible", show_cpus),         PSEUDO_FILE("present", show_cpus), {0},
};

static const struct pseudo_entry node0_entries[] = {
	PSEUDO_FILE("cpulist", show_cpus), PSEUDO_FILE("cpumap", show_all_mask), {0}};
static const struct pseudo_entry node_entries[] = {
	PSEUDO_DIRECTORY("node0", node0_entries),
	PSEUDO_CONSTANT("online", "0"),
	PSEUDO_CONSTANT("possible", "0"),
	{0},
};
static const struct pseudo_entry system_entries[] = {
	{.name = "cpu",
	 .mode = S_IFDIR | 0755,
	 .children = cpu_entries,
	 .numbered = one_cpu,
	 .prefix = "cpu",
	 .next = cpu_next},
	PSEUDO_DIRECTORY("node", node_entries),
	{0},
};
static const struct pseudo_entry virtual_entries[] = {
	{.name = "net",
	 .mode = S_IFDIR | 0755,
	 .numbered = sysfs_interface,
	 .next = sysfs_interface_next,
	 .spell = sysfs_interface_spell},
	{0},
};
static const struct pseudo_entry device_entries[] = {
	PSEUDO_DIRECTORY("system", system_entries), PSEUDO_DIRECTORY("virtual", virtual_entries), {0}};
static const struct pseudo_entry class_entries[] = {
	{.name = "net",
	 .mode = S_IFDIR | 0755,
	 .numbered = sysfs_interface_link,
	 .next = sysfs_interface_next,
	 .spell = sysfs_interface_spell},
	{0},
};

static const struct pseudo_entry nothing[] = {{0}};
/* As Debian sets it; MADV_HUGEPAGE goes to the host. */
static const struct pseudo_entry huge_entries[] = {
	PSEUDO_CONSTANT("defrag", "always defer defer+madvise [madvise] never"),
	PSEUDO_CONSTANT("enabled", "always [madvise] never"),
	PSEUDO_CONSTANT("hpage_pmd_size", "2097152"),
	{0},
};
static const struct pseudo_entry mm_entries[] = {
	PSEUDO_DIRECTORY("hugepages", nothing), PSEUDO_DIRECTORY("transparent_hugepage", huge_entries), {0}};
static const struct pseudo_entry kernel_entries[] = {PSEUDO_DIRECTORY("mm", mm_entries), {0}};
static const struct pseudo_entry fs_entries[] = {PSEUDO_DIRECTORY("cgroup", nothing), {0}};

static const struct pseudo_entry root_entries[] = {
	PSEUDO_DIRECTORY("block", nothing),
	PSEUDO_DIRECTORY("class", class_entries),
	PSEUDO_DIRECTORY("devices", device_entries),
	PSEUDO_DIRECTORY("fs", fs_entries),
	PSEUDO_DIRECTORY("kernel", kernel_entries),
	PSEUDO_DIRECTORY("module", nothing),
	{0},
};
static const struct pseudo_entry root = PSEUDO_DIRECTORY("/", root_entries);

static struct super sysfs_super = {
	.type = "sysfs",
	.source = "sysfs",
	.options = "ro,nosuid,nodev,noexec,relatime",
	.device = SYSFS_DEVICE,
	.magic = SYSFS_MAGIC,
	.read_only = true,
};

int sysfs_mount(void)
{
	return pseudo_mount(&sysfs_super, &root, "/sys");
}
