/* The limit of CPU time: see cpu_limit.h. */
#include "kernel/signal/cpu_limit.h"

#include "kernel/signal/send.h"

#define NS_PER_SECOND 1000000000ull

static void limit_expired(struct timer *timer)
{
	timers_look_request(container_of(timer, struct itimer, interval.timer)->process, 0);
}

void cpu_limit_init(struct process *process)
{
	struct itimer *limit = &process->timers.cpu_limit;

	interval_init(&limit->interval, CLOCK_PROCESS_CPUTIME_ID, limit_expired);
	limit->process = process;
}

void cpu_limit_end(struct process *process)
{
	interval_stop(&process->timers.cpu_limit.interval);
}

static bool is_over(uint64_t limit_s, uint64_t now_ns)
{
	return limit_s <= now_ns / NS_PER_SECOND;
}

static void signal_send(struct process *process, int signal)
{
	siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

	signal_send_process(process, &info);
}

/* The limit as it is now; a soft one that is over goes up by a second, as Linux has it and shows it: *signal. */
static struct rlimit64 limit_count(struct process *process, uint64_t now_ns, int *signal)
{
	struct rlimit64 *limit = &process->limits[RLIMIT_CPU];
	struct rlimit64 result;

	*signal = 0;
	lock_acquire(&process->lock);
	if (is_over(limit->rlim_max, now_ns)) {
		*signal = SIGKILL;
	} else if (is_over(limit->rlim_cur, now_ns)) {
		*signal = SIGXCPU;
		limit->rlim_cur++;
	}
	result = *limit;
	lock_release(&process->lock);
	return result;
}

void cpu_limit_look(struct process *process)
{
	struct interval *interval = &process->timers.cpu_limit.interval;
	struct rlimit64 limit;
	uint64_t now_ns;
	int signal;

	interval_stop(interval);
	/* On its parent's host thread a process has no CPU time of its own (task/vfork.c). */
	if (process->limits[RLIMIT_CPU].rlim_cur == RLIM64_INFINITY || current->lender)
		return;
	now_ns = interval_now(interval);
	limit = limit_count(process, now_ns, &signal);
	if (signal)
		signal_send(process, signal);
	/* What 64 bits of nanoseconds do not hold is never reached. */
	if (limit.rlim_cur < UINT64_MAX / NS_PER_SECOND) {
		interval_set(interval, now_ns, limit.rlim_cur * NS_PER_SECOND, true, 0);
		interval_start(interval, now_ns, process->thread_count);
	}
}

void cpu_limit_changed(struct process *process)
{
	if (process != process_current()) {
		/* Only its own threads can tell its time. */
		timers_look_request(process, 0);
		return;
	}
	lock_acquire(&process->timers.lock);
	cpu_limit_look(process);
	lock_release(&process->timers.lock);
}

void cpu_limit_inherit(void)
{
	if (process_limit(RLIMIT_CPU) != RLIM64_INFINITY)
		__atomic_fetch_or(&current->kick, KICK_TIMERS, __ATOMIC_SEQ_CST);
}
