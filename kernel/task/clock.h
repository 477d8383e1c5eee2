/* The clocks of clock_gettime(2). Nobody in a guest sets any. */
#ifndef KERNEL_TASK_CLOCK_H
#define KERNEL_TASK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds of a clock now: -EINVAL if there is no such clock. */
int clock_read(int clock, uint64_t *ns);
/* The clock's step in nanoseconds, or -EINVAL. */
long clock_resolution(int clock);
/* Whether one can sleep on the clock: 0; -EOPNOTSUPP for those that only tell the time, -EINVAL, -EPERM. */
int clock_sleep_check(int clock);
/* Whether a timer may run on the clock: 0; -EINVAL; -EOPNOTSUPP where Linux has none, or no hardware for it. */
int clock_timer_check(int clock);
/* Whether the clock shows the time of day, which the host may set. */
bool clock_is_real(int clock);

#endif
