/* Replacing a process's program: execve(2) and the first program of a guest. */
#ifndef KERNEL_TASK_EXEC_H
#define KERNEL_TASK_EXEC_H

#include "arch.h"
#include "kernel/task/exec_credentials.h"
#include "kernel/task/strings.h"
#include "kernel/vfs/file.h"

/* What is to be executed. exec_prepare takes over the strings, whatever it returns. */
struct exec {
	struct file *file;        /* the ELF executable; of a script: its interpreter */
	struct file *interpreter; /* PT_INTERP or NULL */
	struct elf *elf;
	struct elf *interpreter_elf;
	struct file_capabilities capabilities; /* of file */
	struct strings arguments;
	struct strings environment;
	char *name;        /* as it was asked for: AT_EXECFN; heap block */
	char missing[256]; /* the path that led to an error, for messages */
};

/*
 * Finds and checks everything that can be checked: after 0, exec_commit follows, and it never returns to the old
 * program. -ENOENT, -EACCES, -ENOEXEC, -ELOOP, -ETXTBSY, -E2BIG, -ENOMEM ...
 */
int exec_prepare(struct exec *exec, int dirfd, const char *path, unsigned walk_flags);
/*
 * Replaces the calling process's memory and fills the frame with the new program's start. Frees the rest. A process
 * that cannot be completed now is killed.
 */
void exec_commit(struct exec *exec, struct frame *frame);
void exec_cancel(struct exec *exec);

#endif
