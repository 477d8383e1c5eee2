/* The guest's counters as text. */
#ifndef TENDER_LINUX_STATISTICS_H
#define TENDER_LINUX_STATISTICS_H

#include <stdbool.h>

#include "abi/kernel.h"
#include "tender/error.h"

/*
 * Writes a line per counter (of calls by number, those that were made) to the descriptor. The counters are the
 * guest's: any number can be. has_net: those of its network device, too.
 */
void statistics_write(int fd, const struct kernel_statistics *statistics, bool has_net);

/*
 * The same of a guest that runs, from the memory of one of its processes, in which its arena begins there. Returns 0,
 * or -1 with *error.
 */
int statistics_of(int fd, uint64_t pid, uint64_t arena, struct error *error);

#endif
