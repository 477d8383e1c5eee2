/* Position-independent code at work: the kernel's own relocations. */
#ifndef KERNEL_ARCH_RELOCATE_H
#define KERNEL_ARCH_RELOCATE_H

/* Once per guest, before anything that uses a table of pointers. */
void arch_relocate(void);

#endif
