/* Processes as files: pidfd_open(2). */
#ifndef KERNEL_FS_PIDFD_H
#define KERNEL_FS_PIDFD_H

#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

/* A file of the process, of which it takes a reference: *out with one reference, or -ENOMEM. */
int pidfd_new(struct process *process, unsigned flags, struct file **out);
/* The process of a pidfd, with a reference; NULL: the file is none. */
struct process *pidfd_process(const struct file *file);

#endif
