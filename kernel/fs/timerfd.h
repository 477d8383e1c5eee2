/* timerfd_create(2): expirations of a clock to read and to poll for. */
#ifndef KERNEL_FS_TIMERFD_H
#define KERNEL_FS_TIMERFD_H

#include <linux/time.h>
#include <stdint.h>

struct file;

#ifndef TFD_TIMER_ABSTIME
#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2
#endif

/* A disarmed timer; flags: O_NONBLOCK. The clock was checked. *out with one reference. -ENOMEM. */
int timerfd_new(int clock, unsigned flags, struct file **out);

/*
 * Arms or disarms; the times were checked. `old` (not NULL) becomes what was there. -EINVAL: not a timer.
 * flags: TFD_TIMER_*. The clocks of a guest are never set, so CANCEL_ON_SET never cancels.
 */
int timerfd_set(struct file *file, unsigned flags, const struct __kernel_itimerspec *new,
		struct __kernel_itimerspec *old);
int timerfd_get(struct file *file, struct __kernel_itimerspec *out);

#endif
