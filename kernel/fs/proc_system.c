/* /proc's files about the machine: memory, time, load. Formats as procps reads them. */
#include "cpu_show.h"
#include "kernel/fs/proc.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/task/system.h"
#include "kernel/task/time.h"

#define NS_PER_TICK 10000000
#define NS_PER_CENTISECOND 10000000

static void kib_line(struct text *text, const char *name, uint64_t bytes)
{
	text_print(text, "%-16s%8lu kB\n", name, bytes >> 10);
}

int proc_show_meminfo(const struct pseudo_node *node, struct text *text)
{
	static const char *const zeroes[] = {"SwapTotal:", "SwapFree:", "Dirty:", "Writeback:"};
	struct system_memory memory;

	(void)node;
	system_memory(&memory);
	kib_line(text, "MemTotal:", memory.total_bytes);
	kib_line(text, "MemFree:", memory.free_bytes);
	kib_line(text, "MemAvailable:", memory.free_bytes);
	kib_line(text, "Buffers:", 0);
	kib_line(text, "Cached:", memory.file_bytes);
	kib_line(text, "SwapCached:", 0);
	kib_line(text, "Active:", memory.file_bytes);
	kib_line(text, "Inactive:", 0);
	for (size_t i = 0; i < sizeof(zeroes) / sizeof(zeroes[0]); i++)
		kib_line(text, zeroes[i], 0);
	kib_line(text, "AnonPages:", 0);
	kib_line(text, "Mapped:", 0);
	kib_line(text, "Shmem:", memory.file_bytes);
	kib_line(text, "Slab:", heap_used());
	kib_line(text, "SReclaimable:", 0);
	kib_line(text, "SUnreclaim:", heap_used());
	kib_line(text, "PageTables:", 0);
	kib_line(text, "CommitLimit:", memory.total_bytes);
	kib_line(text, "Committed_AS:", memory.total_bytes - memory.free_bytes);
	kib_line(text, "VmallocTotal:", 0x7ffffffffc00);
	kib_line(text, "VmallocUsed:", 0);
	kib_line(text, "AnonHugePages:", 0);
	text_print(text, "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\n"
			 "HugePages_Surp:        0\n");
	kib_line(text, "Hugepagesize:", 2 << 20);
	return 0;
}

int proc_show_uptime(const struct pseudo_node *node, struct text *text)
{
	uint64_t now_ns = host_monotonic_ns();
	unsigned long seconds = now_ns / NS_PER_SECOND;
	unsigned hundredths = now_ns % NS_PER_SECOND / NS_PER_CENTISECOND;

	(void)node;
	text_print(text, "%lu.%02u %lu.%02u\n", seconds, hundredths, seconds * system_cpu_count(), hundredths);
	return 0;
}

int proc_show_loadavg(const struct pseudo_node *node, struct text *text)
{
	unsigned processes, threads;
	int last_pid;

	(void)node;
	system_tasks(&processes, &threads, &last_pid);
	text_print(text, "0.00 0.00 0.00 1/%u %d\n", threads, last_pid);
	return 0;
}

/* How busy its CPUs are the host does not tell: they idle since they started. */
int proc_show_system_stat(const struct pseudo_node *node, struct text *text)
{
	unsigned cpus = system_cpu_count(), processes, threads;
	uint64_t now_ns = host_monotonic_ns();
	int last_pid;

	(void)node;
	system_tasks(&processes, &threads, &last_pid);
	text_print(text, "cpu  0 0 0 %lu 0 0 0 0 0 0\n", now_ns / NS_PER_TICK * cpus);
	for (unsigned cpu = 0; cpu < cpus; cpu++)
		text_print(text, "cpu%u 0 0 0 %lu 0 0 0 0 0 0\n", cpu, now_ns / NS_PER_TICK);
	text_print(text, "intr 0\nctxt 0\nbtime %lu\nprocesses %d\nprocs_running 1\nprocs_blocked 0\n",
		   (unsigned long)((host_realtime_ns() - now_ns) / NS_PER_SECOND), last_pid);
	text_print(text, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

int proc_show_version(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	text_print(text, "%s version %s (tend@localhost) %s\n", SYSTEM_NAME, system_release(), SYSTEM_VERSION);
	return 0;
}

int proc_show_vmstat(const struct pseudo_node *node, struct text *text)
{
	struct system_memory memory;

	(void)node;
	system_memory(&memory);
	text_print(text,
		   "nr_free_pages %lu\nnr_shmem %lu\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault 0\n"
		   "pgmajfault 0\n",
		   memory.free_bytes / PAGE_BYTES, memory.file_bytes / PAGE_BYTES);
	return 0;
}

static void cpus_head(struct text *text)
{
	text_print(text, "     ");
	for (unsigned cpu = 0; cpu < system_cpu_count(); cpu++)
		text_print(text, "      CPU%u", cpu);
	text_print(text, "\n");
}

int proc_show_interrupts(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	cpus_head(text);
	return 0;
}

int proc_show_softirqs(const struct pseudo_node *node, struct text *text)
{
	static const char *const names[] = {"HI",       "TIMER",   "NET_TX", "NET_RX",  "BLOCK",
					    "IRQ_POLL", "TASKLET", "SCHED",  "HRTIMER", "RCU"};

	(void)node;
	cpus_head(text);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		text_print(text, "%12s:", names[i]);
		for (unsigned cpu = 0; cpu < system_cpu_count(); cpu++)
			text_print(text, " %10u", 0);
		text_print(text, "\n");
	}
	return 0;
}

int proc_show_cpuinfo(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	for (unsigned cpu = 0; cpu < system_cpu_count(); cpu++)
		arch_cpu_show(text, cpu, system_cpu_count());
	return 0;
}

void proc_cpu_range(struct text *text)
{
	unsigned cpus = system_cpu_count();

	if (cpus > 1)
		text_print(text, "0-%u\n", cpus - 1);
	else
		text_print(text, "0\n");
}
