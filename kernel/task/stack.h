/* The first stack of a program: strings, auxiliary vector, pointers, as the System V ABI and getauxval(3) have them. */
#ifndef KERNEL_TASK_STACK_H
#define KERNEL_TASK_STACK_H

#include "kernel/task/elf.h"
#include "kernel/task/exec.h"

struct address_space;

struct stack_contents {
	const struct exec *exec;
	const struct elf_place *program;
	const struct elf_place *interpreter; /* NULL: a static program */
};

/* Maps a stack as large as RLIMIT_STACK says at the top of the address space; also decides where programs go. */
int stack_map(struct address_space *space, bool executable);
/* Fills it; *stack_pointer is where the program finds its argument count. */
int stack_fill(const struct stack_contents *contents, bool secure, uint64_t *stack_pointer);

#endif
