/* Process creation that C cannot express. */
#ifndef TENDER_HOST_SPAWN_H
#define TENDER_HOST_SPAWN_H

#include <stdint.h>

/*
 * clone(2) with the flags (CLONE_VM among them) and the stack that ends at stack_top: the child calls run(argument),
 * which must not return. Returns the child's pid, or -errno.
 */
long arch_spawn(uint64_t flags, void *stack_top, void (*run)(void *argument), void *argument);

#endif
