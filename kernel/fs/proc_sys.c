/* /proc/sys: what programs ask of the kernel's settings. None can be changed. */
#include <linux/errno.h>

#include "kernel/fs/inotify.h"
#include "kernel/fs/pipe.h"
#include "kernel/fs/proc.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/task/system.h"

#define UUID_BYTES 16

static int show_release(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%s\n", system_release());
	return 0;
}

static int show_host_name(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%s\n", system_host_name());
	return 0;
}

/* A random UUID: RFC 4122, version 4. */
static void uuid_show(struct text *text, const uint8_t random[UUID_BYTES])
{
	uint8_t uuid[UUID_BYTES];

	memcpy(uuid, random, sizeof(uuid));
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	for (unsigned i = 0; i < sizeof(uuid); i++)
		text_print(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", uuid[i]);
	text_print(text, "\n");
}

static int show_uuid(const struct pseudo_node *node, struct text *text)
{
	uint8_t random[UUID_BYTES];

	(void)node;
	random_fill(random, sizeof(random));
	uuid_show(text, random);
	return 0;
}

/* Made when first asked for, the same ever after. */
static int show_boot_id(const struct pseudo_node *node, struct text *text)
{
	static struct lock lock;
	static uint8_t boot_id[UUID_BYTES];
	static bool is_made;

	(void)node;
	lock_acquire(&lock);
	if (!is_made)
		random_fill(boot_id, sizeof(boot_id));
	is_made = true;
	lock_release(&lock);
	uuid_show(text, boot_id);
	return 0;
}

static int show_pipe_size(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%d\n", PIPE_BYTES_MAX);
	return 0;
}

static int show_capability_last(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%d\n", CAPABILITIES_LAST);
	return 0;
}

static int show_groups_max(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%d\n", GROUPS_MAX);
	return 0;
}

static const struct pseudo_entry random_entries[] = {
	PSEUDO_FILE("boot_id", show_boot_id),
	PSEUDO_CONSTANT("entropy_avail", "256"),
	PSEUDO_CONSTANT("poolsize", "256"),
	PSEUDO_FILE("uuid", show_uuid),
	{0},
};

static const struct pseudo_entry kernel_entries[] = {
	PSEUDO_FILE("cap_last_cap", show_capability_last),
	PSEUDO_CONSTANT("core_pattern", "core"),
	PSEUDO_CONSTANT("domainname", SYSTEM_DOMAIN),
	PSEUDO_FILE("hostname", show_host_name),
	PSEUDO_CONSTANT("msgmax", "8192"),
	PSEUDO_CONSTANT("msgmnb", "16384"),
	PSEUDO_CONSTANT("msgmni", "32000"),
	PSEUDO_FILE("ngroups_max", show_groups_max),
	PSEUDO_FILE("osrelease", show_release),
	PSEUDO_CONSTANT("ostype", SYSTEM_NAME),
	PSEUDO_CONSTANT("overflowgid", "65534"),
	PSEUDO_CONSTANT("overflowuid", "65534"),
	PSEUDO_CONSTANT("perf_event_paranoid", "4"),
	PSEUDO_CONSTANT("pid_max", "4194304"),
	PSEUDO_DIRECTORY("random", random_entries),
	PSEUDO_CONSTANT("randomize_va_space", "2"),
	PSEUDO_CONSTANT("sched_child_runs_first", "0"),
	PSEUDO_CONSTANT("sem", "32000\t1024000000\t500\t32000"),
	PSEUDO_CONSTANT("shmall", "18446744073692774399"),
	PSEUDO_CONSTANT("shmmax", "18446744073692774399"),
	PSEUDO_CONSTANT("shmmni", "4096"),
	PSEUDO_CONSTANT("threads-max", "65536"),
	PSEUDO_CONSTANT("version", SYSTEM_VERSION),
	{0},
};

static const struct pseudo_entry vm_entries[] = {
	PSEUDO_CONSTANT("max_map_count", "65530"), PSEUDO_CONSTANT("mmap_min_addr", "65536"),
	PSEUDO_CONSTANT("overcommit_memory", "1"), PSEUDO_CONSTANT("overcommit_ratio", "50"),
	PSEUDO_CONSTANT("swappiness", "0"),        {0},
};

static int show_inotify_events(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%u\n", INOTIFY_EVENTS_MAX);
	return 0;
}

static int show_inotify_instances(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%u\n", INOTIFY_INSTANCES_MAX);
	return 0;
}

static int show_inotify_watches(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%u\n", INOTIFY_WATCHES_MAX);
	return 0;
}

static const struct pseudo_entry inotify_entries[] = {
	PSEUDO_FILE("max_queued_events", show_inotify_events),
	PSEUDO_FILE("max_user_instances", show_inotify_instances),
	PSEUDO_FILE("max_user_watches", show_inotify_watches),
	{0},
};

static const struct pseudo_entry mqueue_entries[] = {
	PSEUDO_CONSTANT("msg_default", "10"),       PSEUDO_CONSTANT("msg_max", "10"),
	PSEUDO_CONSTANT("msgsize_default", "8192"), PSEUDO_CONSTANT("msgsize_max", "8192"),
	PSEUDO_CONSTANT("queues_max", "256"),       {0},
};

static const struct pseudo_entry fs_entries[] = {
	PSEUDO_CONSTANT("file-max", "1048576"),       PSEUDO_CONSTANT("file-nr", "0\t0\t1048576"),
	PSEUDO_DIRECTORY("inotify", inotify_entries), PSEUDO_DIRECTORY("mqueue", mqueue_entries),
	PSEUDO_CONSTANT("nr_open", "1048576"),        PSEUDO_FILE("pipe-max-size", show_pipe_size),
	PSEUDO_CONSTANT("protected_symlinks", "0"),   {0},
};

static const struct pseudo_entry core_entries[] = {
	PSEUDO_CONSTANT("somaxconn", "4096"),
	PSEUDO_CONSTANT("optmem_max", "131072"),
	PSEUDO_CONSTANT("rmem_default", "212992"),
	PSEUDO_CONSTANT("rmem_max", "4194304"),
	PSEUDO_CONSTANT("wmem_default", "212992"),
	PSEUDO_CONSTANT("wmem_max", "4194304"),
	{0},
};
static const struct pseudo_entry unix_entries[] = {PSEUDO_CONSTANT("max_dgram_qlen", "10"), {0}};
/* What net/ does, as its constants there have it. */
static const struct pseudo_entry ipv4_entries[] = {
	PSEUDO_CONSTANT("ip_default_ttl", "64"),
	PSEUDO_CONSTANT("ip_forward", "0"),
	PSEUDO_CONSTANT("ip_local_port_range", "32768\t60999"),
	PSEUDO_CONSTANT("ip_unprivileged_port_start", "1024"),
	PSEUDO_CONSTANT("tcp_fastopen", "0"),
	PSEUDO_CONSTANT("tcp_keepalive_intvl", "75"),
	PSEUDO_CONSTANT("tcp_keepalive_probes", "9"),
	PSEUDO_CONSTANT("tcp_keepalive_time", "7200"),
	PSEUDO_CONSTANT("tcp_max_syn_backlog", "1024"),
	PSEUDO_CONSTANT("tcp_syncookies", "0"),
	{0},
};
static const struct pseudo_entry net_entries[] = {
	PSEUDO_DIRECTORY("core", core_entries),
	PSEUDO_DIRECTORY("ipv4", ipv4_entries),
	PSEUDO_DIRECTORY("unix", unix_entries),
	{0},
};

const struct pseudo_entry proc_sys_entries[] = {
	PSEUDO_DIRECTORY("fs", fs_entries),
	PSEUDO_DIRECTORY("kernel", kernel_entries),
	PSEUDO_DIRECTORY("net", net_entries),
	PSEUDO_DIRECTORY("vm", vm_entries),
	{0},
};

/* No security module is there to name one. */
static int show_no_attribute(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	(void)text;
	return -EINVAL;
}

const struct pseudo_entry proc_attribute_entries[] = {PSEUDO_FILE("current", show_no_attribute), {0}};
