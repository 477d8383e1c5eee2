/* Last stage of a guest: give up everything, then become it. */
#ifndef TENDER_SPT_LOCKDOWN_H
#define TENDER_SPT_LOCKDOWN_H

#include "tender/spt/guest.h"

/* Does not return unless it fails: then -1 with *error, and the error output is still open. */
int lockdown_enter(struct guest *guest, const struct start *start, struct error *error);

#endif
