/* The guest's counters as text. */
#ifndef TENDER_LINUX_STATISTICS_H
#define TENDER_LINUX_STATISTICS_H

#include "abi/kernel.h"

/*
 * Writes a line per counter (of calls by number, those that were made) to the descriptor. The counters are the
 * guest's: any number can be.
 */
void statistics_write(int fd, const struct kernel_statistics *statistics);

#endif
