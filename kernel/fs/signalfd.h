/* Signals as a file: signalfd(2). */
#ifndef KERNEL_FS_SIGNALFD_H
#define KERNEL_FS_SIGNALFD_H

#include "kernel/signal/set.h"
#include "kernel/vfs/file.h"

/* *out with one reference, or -ENOMEM. SIGKILL and SIGSTOP are left out of the set. */
int signalfd_new(signal_set_t set, unsigned flags, struct file **out);
/* Changes the set of an existing one; -EINVAL: the file is none. */
int signalfd_set(struct file *file, signal_set_t set);

#endif
