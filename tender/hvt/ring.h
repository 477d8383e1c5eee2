/*
 * The net ring (abi/solo5_hvt.h): frames without an exit of the virtual machine. It lies in guest memory, where the
 * guest may change anything at any time; what the tender relies on is kept here.
 */
#ifndef TENDER_HVT_RING_H
#define TENDER_HVT_RING_H

#include "abi/solo5_hvt.h"
#include "tender/hvt/hypercall.h"

struct ring {
	struct hvt_ring *shared; /* in guest memory */
	const struct memory *memory;
	const struct mft *mft;
	uint64_t *gone; /* as struct hypercall_context has it */
	uint32_t ent_head;
	uint32_t com_tail;
	uint32_t lock; /* whoever takes requests out; both threads do */
};

void ring_init(struct ring *ring, struct hvt_ring *shared, struct hypercall_context *context);

/*
 * Serves all requests there are, at most one round of the ring. Returns how many that were, or -1 with *error if the
 * guest broke the rules. Any thread; waits only for another that is in here. After an error no other comes in any more:
 * the tender ends, with one message.
 */
int ring_drain(struct ring *ring, struct error *error);

/* Whether the guest shall kick after a request. What it has put in before is seen by a ring_drain() after this. */
void ring_needs_kick(struct ring *ring, bool needs_kick);

#endif
