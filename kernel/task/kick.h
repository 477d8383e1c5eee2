/* Kicks for all who run in an address space. */
#ifndef KERNEL_TASK_KICK_H
#define KERNEL_TASK_KICK_H

#include <stdint.h>

struct address_space;
struct process;

/*
 * Has every thread of the process look up, for the reason `why`: a KICK_* that nobody else sets, and that each thread
 * clears itself. No lock is held.
 */
void process_kick(struct process *process, uint32_t why);
/* The same for every process that has the space. */
void space_kick(const struct address_space *space, uint32_t why);

#endif
