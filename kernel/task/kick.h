/* Kicks for all who run in an address space. */
#ifndef KERNEL_TASK_KICK_H
#define KERNEL_TASK_KICK_H

#include <stdint.h>

struct address_space;

/*
 * Has every thread of every process that has the space look up, for the reason `why`: a KICK_* that nobody else
 * sets, and
 * that each thread clears itself. No lock is held.
 */
void space_kick(const struct address_space *space, uint32_t why);

#endif
