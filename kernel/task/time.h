/* Nanoseconds and struct timespec. */
#ifndef KERNEL_TASK_TIME_H
#define KERNEL_TASK_TIME_H

#include <linux/time_types.h>
#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND 1000000000ull

static inline struct __kernel_timespec timespec_from_ns(uint64_t ns)
{
	return (struct __kernel_timespec){
		.tv_sec = (int64_t)(ns / NS_PER_SECOND),
		.tv_nsec = (int64_t)(ns % NS_PER_SECOND),
	};
}

static inline bool timespec_is_valid(const struct __kernel_timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 && (uint64_t)time->tv_nsec < NS_PER_SECOND;
}

/* Saturates: a time beyond 584 years is for ever. */
static inline uint64_t timespec_to_ns(const struct __kernel_timespec *time)
{
	uint64_t ns;

	if (__builtin_mul_overflow((uint64_t)time->tv_sec, NS_PER_SECOND, &ns) ||
	    __builtin_add_overflow(ns, (uint64_t)time->tv_nsec, &ns))
		return UINT64_MAX;
	return ns;
}

/* `ns` from now, of the monotonic clock; for ever stays for ever. */
uint64_t deadline_after(uint64_t ns);

#endif
