/* x86-64 facts of the spt target. */
#ifndef TENDER_SPT_ARCH_H
#define TENDER_SPT_ARCH_H

/* rsp at entry, below the end of memory: as if a return address had been pushed. */
#define ARCH_STACK_SLACK 8u

#endif
