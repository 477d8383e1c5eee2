/*
 * What a program was given at its execve, kept in the arena: for other processes, which cannot read its memory, and
 * once it changed its own.
 */
#ifndef KERNEL_TASK_WORDS_H
#define KERNEL_TASK_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/task/strings.h"

struct process;

/* Never changed, but replaced (words_now.h); shared by the forks of the program's process. */
struct program_words {
	uint32_t references;
	uint32_t argument_bytes; /* each argument with its NUL, then the variables, then the auxiliary vector */
	uint32_t environment_bytes;
	uint32_t auxiliary_bytes;
	char bytes[];
};

/* With one reference; NULL: no memory. */
struct program_words *words_new(const struct strings *arguments, const struct strings *environment,
				const void *auxiliary, size_t auxiliary_bytes);
/* The same with other arguments. */
struct program_words *words_with_arguments(const struct program_words *words, const char *arguments, size_t bytes);
void words_get(struct program_words *words);
/* NULL is allowed. */
void words_put(struct program_words *words);
/* A process's, with a reference; NULL: it has ended, or executed nothing yet. */
struct program_words *words_of(struct process *process);
/* The process takes over the reference, and gives up the one it had. */
void words_set(struct process *process, struct program_words *words);

#endif
