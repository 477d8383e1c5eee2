/* aarch64 facts of the spt target. */
#ifndef TENDER_SPT_ARCH_H
#define TENDER_SPT_ARCH_H

#define ARCH_STACK_SLACK 16u

#endif
