/* The caller's personality: see personality.h. */
#include "tender/host/personality.h"

#include <linux/personality.h>

#include "tender/host/host.h"

#define PERSONALITY_QUERY 0xffffffffu
/* What MMAP_PAGE_ZERO maps, and what nothing else may be mapped to in a tender. */
#define LOW_BYTES 0x10000u

/*
 * Undoes what a personality (setarch -X, -Z) did to this process: under one flag whatever is readable would be
 * executable, under the other page 0 is mapped.
 */
long personality_undo(void)
{
	long persona = host_personality(PERSONALITY_QUERY);

	if (persona < 0)
		return persona;
	if (persona & READ_IMPLIES_EXEC)
		host_personality((unsigned long)persona & ~(unsigned long)READ_IMPLIES_EXEC);
	return persona & MMAP_PAGE_ZERO ? host_munmap(0, LOW_BYTES) : 0;
}
