/* Fault injection in a whole guest, for tests: see lib/fault.h. */
#ifndef KERNEL_BOOT_FAULTS_H
#define KERNEL_BOOT_FAULTS_H

/*
 * If the guest's environment has TEND_FAULTS=SEED,N, one in N allocations fails from now on. Only in a build with
 * KERNEL_FAULT_INJECTION: others do not look.
 */
#ifdef KERNEL_FAULT_INJECTION
void faults_begin(void);
#else
static inline void faults_begin(void)
{
}
#endif

#endif
