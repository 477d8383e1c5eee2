/*
 * Ending a guest that does not end by itself. Signals are the guest's to handle, but whoever runs the front must get
 * rid of it: the third SIGTERM within ten seconds ends the guest as SIGKILL does (as docker's client does it), and with
 * --stop-timeout so does the first one when that time is over.
 */
#ifndef TENDER_LINUX_STOP_H
#define TENDER_LINUX_STOP_H

#include <linux/time_types.h>
#include <stdint.h>

struct stop {
	int init_pid;
	uint64_t timeout_ns; /* 0: none */
	unsigned requests;   /* SIGTERM so often, since: */
	uint64_t first_ns;
	uint64_t deadline_ns; /* 0: none */
};

/* A SIGTERM came, which the guest is told of, too. */
void stop_request(struct stop *stop);

/* How long to wait at most; NULL: for ever. Ends a guest whose time is over. */
const struct __kernel_timespec *stop_time_left(struct stop *stop, struct __kernel_timespec *left);

#endif
