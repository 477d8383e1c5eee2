/*
 * A program that is to be executed by another host thread than the one that asked: the child of a vfork gets a host
 * process of its own for it; a thread that is not the host's leader hands it to that.
 */
#ifndef KERNEL_TASK_EXECUTION_H
#define KERNEL_TASK_EXECUTION_H

#include "frame.h"
#include "kernel/task/exec.h"

struct hidden_memory;

struct execution {
	struct exec exec;
	struct address_space *space;  /* of a vfork's child: its own */
	struct hidden_memory *hidden; /* of its parent's memory: not in the child's host process */
	uint32_t references;
};

/* Takes over what *exec holds. NULL: no memory, and it is still the caller's. */
struct execution *execution_new(const struct exec *exec);
void execution_put(struct execution *execution);

/* Executes it: the calling thread is the one that goes on. Gives up one reference. */
void execution_begin(struct execution *execution, struct frame *frame);

#endif
