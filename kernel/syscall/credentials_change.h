/* Changing the calling process's credentials: what all the calls that do it have in common. */
#ifndef KERNEL_SYSCALL_CREDENTIALS_CHANGE_H
#define KERNEL_SYSCALL_CREDENTIALS_CHANGE_H

#include "kernel/task/process.h"

/* Makes `new` the process's credentials. Who another user than before could look into may not be dumped any more. */
void credentials_commit(const struct credentials *new);

#endif
