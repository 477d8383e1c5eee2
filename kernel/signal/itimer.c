/* The timers of setitimer(2) and alarm(2): see itimer.h. */
#include "kernel/signal/itimer.h"

#include "kernel/signal/send.h"
#include "kernel/task/cpu_clock.h"

/* The least that is shown of a timer that has not come. */
#define LEFT_MIN_NS 1000

static const int clocks[ITIMER_COUNT] = {
	[ITIMER_REAL] = CLOCK_MONOTONIC,
	[ITIMER_VIRTUAL] = CPU_CLOCK_USER,
	[ITIMER_PROF] = CLOCK_PROCESS_CPUTIME_ID,
};

static const int signals[ITIMER_COUNT] = {
	[ITIMER_REAL] = SIGALRM,
	[ITIMER_VIRTUAL] = SIGVTALRM,
	[ITIMER_PROF] = SIGPROF,
};

static struct itimer *itimer_of(struct timer *timer)
{
	return container_of(timer, struct itimer, interval.timer);
}

static void expiration_send(struct process *process, unsigned which)
{
	siginfo_t info = {.si_signo = signals[which], .si_code = SI_KERNEL};

	signal_send_process(process, &info);
}

static void real_expired(struct timer *timer)
{
	expiration_send(itimer_of(timer)->process, ITIMER_REAL);
}

static void cpu_expired(struct timer *timer)
{
	timers_look_request(itimer_of(timer)->process, 0);
}

void itimers_init(struct process *process)
{
	for (unsigned which = 0; which < ITIMER_COUNT; which++) {
		struct itimer *itimer = &process->timers.itimers[which];

		interval_init(&itimer->interval, clocks[which], which == ITIMER_REAL ? real_expired : cpu_expired);
		itimer->process = process;
	}
}

void itimers_end(struct process *process)
{
	for (unsigned which = 0; which < ITIMER_COUNT; which++)
		interval_stop(&process->timers.itimers[which].interval);
}

static void start(struct process *process, unsigned which, uint64_t now_ns)
{
	interval_start(&process->timers.itimers[which].interval, now_ns,
		       which == ITIMER_REAL ? 1 : process->thread_count);
}

void timers_alarm_taken(struct process *process)
{
	struct interval *real = &process->timers.itimers[ITIMER_REAL].interval;
	uint64_t now_ns;

	/* Most alarms come once, or from kill. */
	if (!real->interval_ns)
		return;
	lock_acquire(&process->timers.lock);
	now_ns = interval_now(real);
	if (real->armed && !timer_is_armed(&real->timer) && interval_forward(real, now_ns))
		start(process, ITIMER_REAL, now_ns);
	lock_release(&process->timers.lock);
}

void itimers_look(struct process *process)
{
	for (unsigned which = ITIMER_VIRTUAL; which < ITIMER_COUNT; which++) {
		struct interval *interval = &process->timers.itimers[which].interval;
		uint64_t now_ns;

		if (!interval->armed || timer_is_armed(&interval->timer))
			continue;
		now_ns = interval_now(interval);
		if (interval_forward(interval, now_ns))
			expiration_send(process, which);
		start(process, which, now_ns);
	}
}

static struct itimer_setting setting_get(const struct interval *interval, unsigned which, uint64_t now_ns)
{
	struct itimer_setting setting = {.interval_ns = interval->interval_ns};
	bool waits = interval->armed && (which != ITIMER_REAL || timer_is_armed(&interval->timer));

	if (waits)
		setting.value_ns = interval_left(interval, now_ns);
	if (waits && setting.value_ns < LEFT_MIN_NS)
		setting.value_ns = LEFT_MIN_NS;
	return setting;
}

struct itimer_setting itimer_get(unsigned which)
{
	struct process *process = process_current();
	struct interval *interval = &process->timers.itimers[which].interval;
	struct itimer_setting setting;

	lock_acquire(&process->timers.lock);
	setting = setting_get(interval, which, interval_now(interval));
	lock_release(&process->timers.lock);
	return setting;
}

struct itimer_setting itimer_set(unsigned which, const struct itimer_setting *new)
{
	struct process *process = process_current();
	struct interval *interval = &process->timers.itimers[which].interval;
	struct itimer_setting old;
	uint64_t now_ns;

	lock_acquire(&process->timers.lock);
	now_ns = interval_now(interval);
	old = setting_get(interval, which, now_ns);
	interval_stop(interval);
	/* As Linux has it: what is disarmed forgets its interval, but for the timers of CPU time. */
	interval_set(interval, now_ns, new->value_ns, false,
		     new->value_ns || which != ITIMER_REAL ? new->interval_ns : 0);
	start(process, which, now_ns);
	lock_release(&process->timers.lock);
	return old;
}
