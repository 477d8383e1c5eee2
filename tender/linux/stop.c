/* The end of a guest that does not listen: see stop.h. */
#include "tender/linux/stop.h"

#include <asm/signal.h>
#include <linux/time.h>
#include <stddef.h>

#include "tender/host/host.h"
#include "tender/linux/say.h"

#define SECOND_NS 1000000000ull
#define REQUESTS_MAX 3
#define REQUESTS_WITHIN_NS (10 * SECOND_NS)

static uint64_t now_ns(void)
{
	struct __kernel_timespec now;

	host_clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* Everybody in its pid namespace goes with it. Before anything is said: nobody is left then who could be in the way. */
static void init_kill(struct stop *stop)
{
	stop->deadline_ns = 0;
	stop->timeout_ns = 0;
	host_kill(stop->init_pid, SIGKILL);
}

void stop_request(struct stop *stop)
{
	uint64_t now = now_ns();

	if (stop->requests == 0 || now - stop->first_ns > REQUESTS_WITHIN_NS) {
		stop->requests = 0;
		stop->first_ns = now;
	}
	stop->requests++;
	if (stop->timeout_ns && !stop->deadline_ns)
		stop->deadline_ns = now + stop->timeout_ns;
	if (stop->requests != REQUESTS_MAX)
		return;
	init_kill(stop);
	say("guest killed: %u times SIGTERM within %u seconds", REQUESTS_MAX,
	    (unsigned)(REQUESTS_WITHIN_NS / SECOND_NS));
}

const struct __kernel_timespec *stop_time_left(struct stop *stop, struct __kernel_timespec *left)
{
	uint64_t now, ns;

	if (!stop->deadline_ns)
		return NULL;
	now = now_ns();
	if (now >= stop->deadline_ns) {
		unsigned long timeout_s = stop->timeout_ns / SECOND_NS;

		init_kill(stop);
		say("guest killed: it did not end within %lu seconds of SIGTERM", timeout_s);
		return NULL;
	}
	ns = stop->deadline_ns - now;
	left->tv_sec = (int64_t)(ns / SECOND_NS);
	left->tv_nsec = (long long)(ns % SECOND_NS);
	return left;
}
