/* Which defences the tender has: all. The build makes weakened tenders for the tests by defining SPT_DEFENCES_LEFT_OUT. */
#include "tender/spt/defence.h"

#ifndef SPT_DEFENCES_LEFT_OUT
#define SPT_DEFENCES_LEFT_OUT 0
#endif

const unsigned spt_defences = ~(unsigned)(SPT_DEFENCES_LEFT_OUT);
