/* Files of proc and sysfs while they are open. */
#ifndef KERNEL_FS_PSEUDO_FILE_H
#define KERNEL_FS_PSEUDO_FILE_H

#include "kernel/fs/pseudo.h"
#include "kernel/vfs/file.h"

extern const struct file_ops pseudo_file_ops, pseudo_polled_file_ops, pseudo_directory_file_ops;
/* What a process's directory is (fs/proc_process.c): its number is the process of everything below. */
extern const struct pseudo_entry pseudo_process_entry[];

#endif
