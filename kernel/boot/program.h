/* The guest's first program: found and checked, or said in one line why it cannot run. */
#ifndef KERNEL_BOOT_PROGRAM_H
#define KERNEL_BOOT_PROGRAM_H

#include "kernel/task/exec.h"

/*
 * Prepares what boot's arguments name, searching PATH for names without a slash as execvp(3) does, for exec_commit.
 * Ends the guest with status 126 or 127 if there is no such program or it cannot run.
 */
void program_find(struct exec *exec);

#endif
