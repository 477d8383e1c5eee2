/* The timekeeper: see timekeeper.h. */
#include "kernel/task/timekeeper.h"

#include "kernel/host/host.h"
#include "kernel/task/thread.h"
#include "kernel/task/timer.h"

static struct thread *keeper;
/* When the timekeeper looks again by itself. */
static uint64_t sleeps_until;
static bool is_dismissed;

void timekeeper_set(struct thread *thread)
{
	keeper = thread;
}

uint64_t timekeeper_run(void)
{
	uint64_t now;
	uint64_t next;

	/* A timer armed from here on kicks: either it is seen below, or the sleep ends at once. */
	__atomic_store_n(&keeper->kick, 0, __ATOMIC_SEQ_CST);
	now = host_monotonic_ns();
	timers_run(now);
	next = timers_next_deadline();
	__atomic_store_n(&sleeps_until, next, __ATOMIC_SEQ_CST);
	if (timers_next_deadline() < next)
		return 0;
	if (next == TIMER_NEVER)
		return UINT64_MAX;
	return next > now ? next - now : 0;
}

void timekeeper_notify(void)
{
	/* A timer that comes later than the next look is found then. */
	if (!keeper || timers_next_deadline() >= __atomic_load_n(&sleeps_until, __ATOMIC_SEQ_CST))
		return;
	timekeeper_kick();
}

void timekeeper_kick(void)
{
	if (keeper && !__atomic_fetch_or(&keeper->kick, KICK_SIGNAL, __ATOMIC_SEQ_CST))
		host_kick(keeper->host_pid, keeper->host_tid);
}

void timekeeper_dismiss(void)
{
	__atomic_store_n(&is_dismissed, true, __ATOMIC_RELEASE);
	timekeeper_kick();
}

bool timekeeper_is_dismissed(void)
{
	return __atomic_load_n(&is_dismissed, __ATOMIC_ACQUIRE);
}
