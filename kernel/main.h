/* Where the tender's jump ends up. */
#ifndef KERNEL_MAIN_H
#define KERNEL_MAIN_H

#include "abi/kernel.h"

/* Called once per role, on the role's boot stack, by arch/start.S. */
_Noreturn void kernel_main(struct kernel_boot *boot, enum kernel_role role);

#endif
