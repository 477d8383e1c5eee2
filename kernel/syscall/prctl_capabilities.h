/* prctl(2)'s options about capabilities. */
#ifndef KERNEL_SYSCALL_PRCTL_CAPABILITIES_H
#define KERNEL_SYSCALL_PRCTL_CAPABILITIES_H

#include "kernel/syscall/table.h"

/* Serves PR_CAPBSET_*, PR_*_SECUREBITS and PR_CAP_AMBIENT; -ENOSYS for all others. */
long prctl_capabilities(const struct arguments *args);

#endif
