/* The dispatch table: syscall.def as an array. */
#ifndef KERNEL_SYSCALL_DISPATCH_H
#define KERNEL_SYSCALL_DISPATCH_H

#include "arch.h"
#include "kernel/syscall/table.h"

#define SYSCALL_MAX 512

struct syscall_entry {
	syscall_function function; /* NULL: -ENOSYS */
	const char *name;          /* NULL: no such number */
	const char *arguments;     /* a letter each: see syscall.def */
};

extern const struct syscall_entry syscall_table[SYSCALL_MAX];

/* Serves the call in the frame; called by the entry path. */
void syscall_serve(struct frame *frame);
/* The same for one that came by the SIGSYS handler. */
void trap_serve(struct frame *frame);

#endif
