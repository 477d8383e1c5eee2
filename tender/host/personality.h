/* What a caller's personality (setarch) does to the memory of those it starts. */
#ifndef TENDER_HOST_PERSONALITY_H
#define TENDER_HOST_PERSONALITY_H

/* Undoes what the caller's personality would do to guest memory. Returns 0 or -errno. */
long personality_undo(void);

#endif
