/* Between net/rights.c, which counts what is in flight, and net/rights_collect.c. */
#ifndef KERNEL_NET_RIGHTS_FLIGHT_H
#define KERNEL_NET_RIGHTS_FLIGHT_H

#include "kernel/lib/lock.h"
#include "kernel/net/rights.h"

extern struct lock flight_lock;
/* The AF_UNIX sockets whose files are in flight (struct flight). */
extern struct list flight_sockets;

/* What a thread is giving back. */
struct rights_drop {
	struct list list;   /* of rights that landed */
	bool socket_closed; /* by that: others may be out of reach now */
};

/* They are in no message any more. The flight lock is held. */
void rights_land(struct rights *rights);
/* Gives back all references. No locks held; not while the thread does so already. */
void rights_drop_all(struct rights_drop *drop);

#endif
