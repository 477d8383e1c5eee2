/* The watch over the poller: see watch.h. */
#include "kernel/task/watch.h"

#include "kernel/host/host.h"
#include "kernel/task/poller.h"
#include "kernel/task/time.h"
#include "kernel/task/timekeeper.h"

#define TICK_NS 1000000ull
/* After so many ticks without a change the service sleeps until it is told of one. */
#define IDLE_TICKS 16

static bool started;
static uint32_t is_asleep; /* the service wants to be told */

/* The service's own. */
static uint32_t last_turns;
static unsigned idle_ticks;

void watch_start(void)
{
	started = true;
}

void watch_notify(void)
{
	if (__atomic_load_n(&is_asleep, __ATOMIC_SEQ_CST) && __atomic_exchange_n(&is_asleep, 0, __ATOMIC_SEQ_CST))
		timekeeper_kick();
}

static bool wait_only(int fd, uint64_t timeout_ns)
{
	struct pollfd poll = {.fd = fd, .events = POLLIN};
	struct __kernel_timespec timeout = timespec_from_ns(timeout_ns);

	/* ppoll leaves negative descriptors out. */
	return host_ppoll(&poll, 1, timeout_ns == UINT64_MAX ? NULL : &timeout) > 0;
}

/* Somebody polls, and has for a while. */
static bool wait_asleep(int fd, uint64_t timeout_ns)
{
	bool is_ready = false;

	__atomic_store_n(&is_asleep, 1, __ATOMIC_SEQ_CST);
	/* Who leaves from here on sees that, and kicks. */
	if ((poller_is_at_work() || !poller_is_wanted()) && poller_turns() == last_turns)
		is_ready = wait_only(fd, timeout_ns);
	__atomic_store_n(&is_asleep, 0, __ATOMIC_SEQ_CST);
	return is_ready;
}

bool watch_wait(int fd, uint64_t timeout_ns)
{
	uint32_t now = poller_turns();
	bool changed = now != last_turns, is_ready;

	if (!started)
		return wait_only(fd, timeout_ns);
	last_turns = now;
	if (changed) {
		idle_ticks = 0;
	} else if (poller_stand_in()) {
		is_ready = poller_stand(fd, timeout_ns);
		poller_stand_down();
		return is_ready;
	} else if (++idle_ticks >= IDLE_TICKS || !poller_is_wanted()) {
		return wait_asleep(fd, timeout_ns);
	}
	return wait_only(fd, timeout_ns < TICK_NS ? timeout_ns : TICK_NS);
}
