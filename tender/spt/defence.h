/*
 * The defences around a guest, each of which a test proves by taking it out: the tender proper is linked with all of
 * them (defence.c), the test tenders with all but one.
 */
#ifndef TENDER_SPT_DEFENCE_H
#define TENDER_SPT_DEFENCE_H

#include <stdbool.h>

enum spt_defence {
	SPT_DEFENCE_PROTECT = 1 << 0,    /* segment protections: W^X, read-only data */
	SPT_DEFENCE_GUARD = 1 << 1,      /* the page under the stack */
	SPT_DEFENCE_UNMAP = 1 << 2,      /* no tender, stack or environment left */
	SPT_DEFENCE_CLOSE = 1 << 3,      /* no stray descriptors */
	SPT_DEFENCE_PRIVILEGES = 1 << 4, /* no capabilities, no uid 0 */
	SPT_DEFENCE_FILTER = 1 << 5,     /* seccomp */
};

extern const unsigned spt_defences;

static inline bool spt_defends(enum spt_defence defence)
{
	return spt_defences & defence;
}

#endif
