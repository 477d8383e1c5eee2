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
/* Serves it once more, and as often as it is interrupted; as its tracer has it, if there is one. */
void syscall_serve_again(struct frame *frame);
/* As syscall_serve for one that came by the SIGSYS handler, as all of a traced thread do. */
void trap_serve(struct frame *frame);

#endif
