/*
 * Waiting. Under Tend's tender one ppoll does everything, with the deadline in nanoseconds. Under another tender the
 * epoll set and the timer of the Solo5 ABI serve; a deadline that has passed costs one call there too.
 */
#include "bindings.h"
#include "spt/host.h"
#include "spt/target.h"

static bool use_ppoll;
static int epoll_fd;
static int timer_fd;

/* Network devices in the form ppoll takes, and their handles; filled at the first wait. */
static struct host_pollfd poll_fds[MFT_MAX_ENTRIES];
static solo5_handle_t poll_handles[MFT_MAX_ENTRIES];
static unsigned poll_count;
static bool poll_ready;

void yield_init(bool with_ppoll, int epoll, int timer)
{
	use_ppoll = with_ppoll;
	epoll_fd = epoll;
	timer_fd = timer;
}

static void poll_prepare(void)
{
	for (solo5_handle_t handle = 0; handle < MFT_MAX_ENTRIES; handle++) {
		const struct mft_entry *entry = device_get(handle, MFT_DEV_NET_BASIC);

		if (!entry)
			continue;
		poll_fds[poll_count] = (struct host_pollfd){.fd = entry->b.hostfd, .events = HOST_POLLIN};
		poll_handles[poll_count++] = handle;
	}
	poll_ready = true;
}

void yield_forget(solo5_handle_t handle)
{
	for (unsigned i = 0; i < poll_count; i++) {
		/* A negative descriptor is not looked at. */
		if (poll_handles[i] == handle && (poll_fds[i].revents & HOST_POLLHUP))
			poll_fds[i].fd = -1;
	}
}

static solo5_time_t time_left(solo5_time_t deadline)
{
	solo5_time_t now = solo5_clock_monotonic();

	return deadline > now ? deadline - now : 0;
}

static struct host_timespec timespec_make(solo5_time_t ns)
{
	return (struct host_timespec){.sec = (int64_t)(ns / NSEC_PER_SEC), .nsec = (int64_t)(ns % NSEC_PER_SEC)};
}

static solo5_handle_set_t yield_ppoll(solo5_time_t deadline)
{
	solo5_handle_set_t ready = 0;
	long count;

	do {
		struct host_timespec left = timespec_make(time_left(deadline));

		/* Nothing to look at and nothing to wait for. */
		if (poll_count == 0 && left.sec == 0 && left.nsec == 0)
			return 0;
		count = host_ppoll(poll_fds, poll_count, &left);
	} while (count == -HOST_EINTR);
	for (unsigned i = 0; count > 0 && i < poll_count; i++) {
		if (poll_fds[i].revents & HOST_POLLIN)
			ready |= 1ull << poll_handles[i];
		else if (poll_fds[i].revents)
			poll_fds[i].fd = -1; /* gone for good */
	}
	return ready;
}

static void timer_arm(solo5_time_t deadline)
{
	struct host_itimerspec timer = {.value = timespec_make(deadline)};

	/* All zero would disarm it. */
	timer.value.nsec |= 1;
	host_timer_set(timer_fd, &timer);
}

static solo5_handle_set_t yield_epoll(solo5_time_t deadline)
{
	struct host_epoll_event events[MFT_MAX_ENTRIES];
	solo5_handle_set_t ready = 0;
	bool must_wait = time_left(deadline) > 0;
	long count;

	if (must_wait)
		timer_arm(deadline);
	do {
		count = host_epoll_wait(epoll_fd, events, MFT_MAX_ENTRIES, must_wait ? -1 : 0);
	} while (count == -HOST_EINTR);
	for (long i = 0; i < count; i++) {
		/* Everything but a device's handle is the timer. */
		if (events[i].data < MFT_MAX_ENTRIES)
			ready |= 1ull << events[i].data;
	}
	return ready;
}

void solo5_yield(solo5_time_t deadline, solo5_handle_set_t *ready_set)
{
	solo5_handle_set_t ready;

	if (!poll_ready)
		poll_prepare();
	ready = use_ppoll ? yield_ppoll(deadline) : yield_epoll(deadline);
	if (ready_set)
		*ready_set = ready;
}
