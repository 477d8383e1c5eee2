/* Waiting: one hypercall, again where the tender's clock is ahead of ours. */
#include "hvt/hypercall.h"

void solo5_yield(solo5_time_t deadline, solo5_handle_set_t *ready_set)
{
	volatile struct hvt_poll arguments = {.ret = 0};
	solo5_time_t now = solo5_clock_monotonic();

	do {
		arguments.timeout_nsecs = deadline > now ? deadline - now : 0;
		hypercall(HVT_HYPERCALL_POLL, &arguments);
		now = solo5_clock_monotonic();
	} while (arguments.ret <= 0 && now < deadline);
	if (ready_set)
		*ready_set = arguments.ret > 0 ? arguments.ready_set : 0;
}
