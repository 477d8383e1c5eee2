/* Names of signals. */
#ifndef TENDER_LINUX_SIGNAL_NAME_H
#define TENDER_LINUX_SIGNAL_NAME_H

#include <stddef.h>

/* "SIGSYS", or "signal 35", which is written to `number`. */
const char *signal_name(int signal, char *number, size_t size);

#endif
