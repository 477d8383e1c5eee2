/* What executing a file makes of who does it: set-user-ID bits, capabilities of files, root. */
#ifndef KERNEL_TASK_EXEC_CREDENTIALS_H
#define KERNEL_TASK_EXEC_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

struct inode;
struct process;

/* The attribute security.capability of a file, capabilities(7); all zero without one. */
struct file_capabilities {
	bool present;
	bool effective;
	uint64_t permitted;
	uint64_t inheritable;
};

/* 0; -EPERM: the calling process may not have what the file's program insists on. */
int exec_capabilities_read(struct inode *inode, struct file_capabilities *out);
/* Changes the process's credentials; whether the program is to distrust its environment: AT_SECURE. */
bool exec_credentials_apply(struct process *process, const struct inode *inode, const struct file_capabilities *file);

#endif
