/*
 * CPU time: clocks of processes and threads (clock_getcpuclockid(3)), and how much of it was spent where.
 *
 * The host counts it. What it calls user time is the application's and the library kernel's, which runs in user mode as
 * well; system time is the host's own work for them: faults, its calls, making processes. The host tells a process the
 * clocks of its own threads, and of every other process of the guest; it does not tell those of other processes'
 * threads.
 */
#ifndef KERNEL_TASK_CPU_CLOCK_H
#define KERNEL_TASK_CPU_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct process;
struct thread;

/* CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID, and all negative numbers. */
bool cpu_clock_is(int clock);
/* Takes the tree lock for clocks of others. -EINVAL: there is no such process, or no such thread of the calling one. */
int cpu_clock_read(int clock, uint64_t *ns);
/* As the host counts it, in ticks or exactly. Nanoseconds. */
long cpu_clock_resolution(int clock);

/* The same clock, whichever thread of the process reads it. */
int cpu_clock_absolute(int clock);
/* The thread whose clock it is, by an absolute one; 0: a process's. */
int cpu_clock_thread(int clock);
/* Of another process, by an absolute one. */
bool cpu_clock_is_foreign(int clock);
/* Of the calling thread, which therefore cannot sleep on it. */
bool cpu_clock_is_own_thread(int clock);

/* User time of the calling process, as a clock. */
#define CPU_CLOCK_USER (-7)

struct cpu_time {
	uint64_t user_ns;
	uint64_t system_ns;
};

/*
 * Neither ever decreases. Of a process that has ended: all it had; not yet for one that only is on its parent's host
 * thread (task/vfork.c). Without the tree lock.
 */
struct cpu_time cpu_time_of_process(struct process *process);
/* Zero for other processes' threads. Without the tree lock. */
struct cpu_time cpu_time_of_thread(struct process *process, int tid);
/* Of those of its children that were waited for, and theirs. */
struct cpu_time cpu_time_of_children(struct process *process);
/* What a wait tells of a child: its own time, as far as it was told, and its children's. */
struct cpu_time cpu_time_with_children(struct process *child);
/* The child was waited for: that is now time of the parent's children. */
void cpu_time_take_over(struct process *parent, struct process *child);

#endif
