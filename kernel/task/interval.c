/* Points in time that come again: see interval.h. */
#include "kernel/task/interval.h"

#include "kernel/host/host.h"
#include "kernel/task/clock.h"
#include "kernel/task/time.h"

/* The end of time as Linux has it, where absurd settings end: 292 years. */
#define LAST_NS ((uint64_t)INT64_MAX)

static uint64_t saturating_add(uint64_t left, uint64_t right)
{
	uint64_t sum;

	return __builtin_add_overflow(left, right, &sum) || sum > LAST_NS ? LAST_NS : sum;
}

void interval_init(struct interval *interval, int clock, void (*expire)(struct timer *timer))
{
	*interval = (struct interval){.clock = clock};
	timer_init(&interval->timer, expire);
}

uint64_t interval_now(const struct interval *interval)
{
	uint64_t now_ns = 0;

	/* The owner checked that there is such a clock. */
	(void)clock_read(interval->clock, &now_ns);
	return now_ns;
}

void interval_set(struct interval *interval, uint64_t now_ns, uint64_t value_ns, bool absolute, uint64_t interval_ns)
{
	interval->armed = value_ns != 0;
	interval->next_ns = saturating_add(absolute ? 0 : now_ns, value_ns);
	interval->interval_ns = interval_ns;
}

uint64_t interval_forward(struct interval *interval, uint64_t now_ns)
{
	uint64_t passed;

	if (!interval->armed || now_ns < interval->next_ns)
		return 0;
	if (!interval->interval_ns) {
		interval->armed = false;
		return 1;
	}
	passed = 1 + (now_ns - interval->next_ns) / interval->interval_ns;
	interval->next_ns = saturating_add(interval->next_ns, passed * interval->interval_ns);
	return passed;
}

uint64_t interval_left(const struct interval *interval, uint64_t now_ns)
{
	return interval->armed && interval->next_ns > now_ns ? interval->next_ns - now_ns : 0;
}

struct __kernel_itimerspec interval_show(const struct interval *interval, uint64_t now_ns)
{
	return (struct __kernel_itimerspec){timespec_from_ns(interval->interval_ns),
					    timespec_from_ns(interval_left(interval, now_ns))};
}

void interval_start(struct interval *interval, uint64_t now_ns, unsigned speed)
{
	uint64_t wait_ns = interval_left(interval, now_ns);

	if (speed > 1)
		wait_ns /= speed;
	timer_set(&interval->timer, interval->armed ? saturating_add(host_monotonic_ns(), wait_ns) : TIMER_NEVER);
}

void interval_stop(struct interval *interval)
{
	interval->armed = false;
	timer_set(&interval->timer, TIMER_NEVER);
}
