/* Which defences the tender has: all. Test tenders are built with SPT_DEFENCES_LEFT_OUT. */
#include "tender/spt/defence.h"

#ifndef SPT_DEFENCES_LEFT_OUT
#define SPT_DEFENCES_LEFT_OUT 0
#endif

const unsigned spt_defences = ~(unsigned)(SPT_DEFENCES_LEFT_OUT);
