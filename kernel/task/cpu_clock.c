/* Clocks of CPU time: see cpu_clock.h. */
#include "kernel/task/cpu_clock.h"

#include <linux/errno.h>
#include <linux/time.h>

#include "kernel/host/host.h"
#include "kernel/task/pid.h"
#include "kernel/task/time.h"

#define TICK_NS 4000000 /* on a host with 250 Hz */

/* A clock's number: what it counts, whether of one thread, and the complement of an id; 0: the caller's. */
#define KIND_ALL 0
#define KIND_USER 1
#define KIND_EXACT 2
#define KIND_FILE 3 /* no CPU time: a device's clock */
#define KIND(clock) ((clock)&3)
#define OF_THREAD 4
#define ID(clock) ((int)(~(uint32_t)(clock) >> 3))
#define CLOCK_OF(id, bits) ((int)(~(uint32_t)(id) << 3 | (bits)))

_Static_assert(CPU_CLOCK_USER == CLOCK_OF(0, KIND_USER), "a number that says what it is");

bool cpu_clock_is(int clock)
{
	return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

static int number_of(int clock)
{
	if (clock >= 0)
		clock = CLOCK_OF(0, KIND_EXACT | (clock == CLOCK_THREAD_CPUTIME_ID ? OF_THREAD : 0));
	if (clock & OF_THREAD && ID(clock) == current->tid)
		return CLOCK_OF(0, clock & (KIND_FILE | OF_THREAD));
	if (!(clock & OF_THREAD) && (ID(clock) == process_current()->pid || ID(clock) == current->tid))
		return CLOCK_OF(0, clock & KIND_FILE);
	return clock;
}

static int host_ask(int id, int bits, uint64_t *ns)
{
	struct __kernel_timespec time;
	int error = (int)host_clock_gettime(CLOCK_OF(id, bits), &time);

	*ns = error ? 0 : timespec_to_ns(&time);
	return error ? -EINVAL : 0;
}

/* The thread's id in the host; 0: there is none. The tree is locked, so it stays. */
static int host_thread_of(const struct process *process, int tid)
{
	list_for_each(at, &process->threads)
	{
		const struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid)
			return thread->host_tid;
	}
	return 0;
}

static int host_process_of(const struct process *process)
{
	int pid = 0;

	if (process->state == PROCESS_ALIVE && process->leader)
		pid = __atomic_load_n(&process->leader->host_pid, __ATOMIC_ACQUIRE);
	return pid > 0 ? pid : 0;
}

static int thread_read(int tid, int bits, uint64_t *ns)
{
	int host, error = -EINVAL;

	process_tree_lock();
	host = host_thread_of(process_current(), tid);
	if (host)
		error = host_ask(host, bits, ns);
	process_tree_unlock();
	return error;
}

static uint64_t time_past(const struct cpu_time *time, int kind)
{
	return kind == KIND_USER ? time->user_ns : time->user_ns + time->system_ns;
}

static int process_read(int pid, int kind, uint64_t *ns)
{
	struct process *process = process_find(pid);
	int host;

	if (!process)
		return -EINVAL;
	process_tree_lock();
	host = host_process_of(process);
	if (!host || host_ask(host, kind, ns))
		*ns = time_past(&process->cpu, kind);
	process_tree_unlock();
	process_put(process);
	return 0;
}

int cpu_clock_read(int clock, uint64_t *ns)
{
	int number = number_of(clock);

	if (KIND(number) == KIND_FILE)
		return -EINVAL;
	if (!ID(number))
		return host_ask(0, number & (KIND_FILE | OF_THREAD), ns);
	if (number & OF_THREAD)
		return thread_read(ID(number), number & (KIND_FILE | OF_THREAD), ns);
	return process_read(ID(number), KIND(number), ns);
}

long cpu_clock_resolution(int clock)
{
	return clock >= 0 || KIND(clock) == KIND_EXACT ? 1 : TICK_NS;
}

int cpu_clock_absolute(int clock)
{
	int number = number_of(clock);

	if (ID(number))
		return number;
	return CLOCK_OF(number & OF_THREAD ? current->tid : process_current()->pid, number & (KIND_FILE | OF_THREAD));
}

int cpu_clock_thread(int clock)
{
	return clock & OF_THREAD ? ID(clock) : 0;
}

bool cpu_clock_is_own_thread(int clock)
{
	int number = number_of(clock);

	return number & OF_THREAD && !ID(number);
}

bool cpu_clock_is_foreign(int clock)
{
	return !(clock & OF_THREAD) && ID(clock) != process_current()->pid;
}

/* --- how much was spent where ------------------------------------------------------------------------------------- */

#define FRACTION_BITS 31

/* total * part / whole, where part <= whole, without a product beyond 64 bits. */
static uint64_t share(uint64_t total, uint64_t part, uint64_t whole)
{
	uint64_t fraction;

	while (whole >> FRACTION_BITS) {
		whole >>= 1;
		part >>= 1;
	}
	fraction = (part << FRACTION_BITS) / whole;
	return (total >> FRACTION_BITS) * fraction +
	       ((total & ((1ull << FRACTION_BITS) - 1)) * fraction >> FRACTION_BITS);
}

/*
 * The exact sum, divided as the host's ticks were, which alone are too coarse: Linux's way to do it. `shown` is what
 * was told before. Its lock, the process's, is held.
 */
static struct cpu_time divide(struct cpu_time *shown, uint64_t exact_ns, uint64_t user_ns, uint64_t all_ns)
{
	uint64_t system_ns = 0;

	if (exact_ns <= shown->user_ns + shown->system_ns)
		return *shown;
	if (all_ns > user_ns)
		system_ns = share(exact_ns, all_ns - user_ns, all_ns);
	if (system_ns < shown->system_ns)
		system_ns = shown->system_ns;
	if (exact_ns - system_ns < shown->user_ns)
		system_ns = exact_ns - shown->user_ns;
	*shown = (struct cpu_time){exact_ns - system_ns, system_ns};
	return *shown;
}

/* By the host's id, 0 the caller's own. */
static struct cpu_time ask(struct process *process, struct cpu_time *shown, int host, int bits)
{
	uint64_t exact_ns, user_ns, all_ns;
	struct cpu_time time;

	if (host_ask(host, KIND_EXACT | bits, &exact_ns) || host_ask(host, KIND_USER | bits, &user_ns) ||
	    host_ask(host, KIND_ALL | bits, &all_ns))
		exact_ns = user_ns = all_ns = 0;
	lock_acquire(&process->lock);
	time = divide(shown, exact_ns, user_ns, all_ns);
	lock_release(&process->lock);
	return time;
}

struct cpu_time cpu_time_of_process(struct process *process)
{
	struct cpu_time time;
	int host;

	if (process == process_current() && process->leader)
		return ask(process, &process->cpu, 0, 0);
	process_tree_lock();
	host = host_process_of(process);
	time = host ? ask(process, &process->cpu, host, 0) : process->cpu;
	process_tree_unlock();
	return time;
}

struct cpu_time cpu_time_of_thread(struct process *process, int tid)
{
	struct cpu_time time = {0};

	if (process != process_current())
		return time;
	if (tid == current->tid)
		return ask(process, &current->cpu, 0, OF_THREAD);
	process_tree_lock();
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);

		if (thread->tid == tid && thread->host_tid)
			time = ask(process, &thread->cpu, thread->host_tid, OF_THREAD);
	}
	process_tree_unlock();
	return time;
}

struct cpu_time cpu_time_of_children(struct process *process)
{
	struct cpu_time time;

	lock_acquire(&process->lock);
	time = process->children_cpu;
	lock_release(&process->lock);
	return time;
}

struct cpu_time cpu_time_with_children(struct process *child)
{
	struct cpu_time time;

	lock_acquire(&child->lock);
	time = (struct cpu_time){child->cpu.user_ns + child->children_cpu.user_ns,
				 child->cpu.system_ns + child->children_cpu.system_ns};
	lock_release(&child->lock);
	return time;
}

void cpu_time_take_over(struct process *parent, struct process *child)
{
	struct cpu_time time = cpu_time_with_children(child);

	lock_acquire(&parent->lock);
	parent->children_cpu.user_ns += time.user_ns;
	parent->children_cpu.system_ns += time.system_ns;
	lock_release(&parent->lock);
}
