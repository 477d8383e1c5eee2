/* Descriptors a process ends up with. */
#ifndef TENDER_HOST_DESCRIPTORS_H
#define TENDER_HOST_DESCRIPTORS_H

#include <stddef.h>

/* Closes every descriptor but the `count` of kept[], which is sorted by this. Returns 0 or -errno. */
long descriptors_close_others(int *kept, size_t count);

#endif
