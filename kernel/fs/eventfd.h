/* eventfd(2): a counter to read and write. */
#ifndef KERNEL_FS_EVENTFD_H
#define KERNEL_FS_EVENTFD_H

#include <stdbool.h>
#include <stdint.h>

struct file;

/* flags: O_NONBLOCK. *out with one reference. -ENOMEM. */
int eventfd_new(uint32_t count, bool semaphore, unsigned flags, struct file **out);

#endif
