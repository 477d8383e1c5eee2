/* What interrupts the application other than its own system calls. Called by the entry path (arch/). */
#ifndef KERNEL_TASK_FAULT_H
#define KERNEL_TASK_FAULT_H

#include "arch.h"

/* An exception: current->fault says which. */
void fault_serve(struct frame *frame);
/* A kick. */
void kick_serve(struct frame *frame);

#endif
