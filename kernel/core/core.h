/*
 * Core dumps, as core(5) and Linux's ELF format have them: a process that a signal ends writes down its memory and its
 * threads' registers. Into a file `core` of its working directory; or, with `tend run --core`, to the supervisor.
 *
 * The thread that takes the signal writes, alone: the others note their registers (core_thread_note) and leave.
 */
#ifndef KERNEL_CORE_CORE_H
#define KERNEL_CORE_CORE_H

#include <linux/signal.h>

#include "kernel/task/process.h"

struct core;

/*
 * Called by the thread that takes a signal whose default action is a dump, before it ends the process: whether a core
 * was dumped. It is the process's only thread then. Does not return if another thread ended the process meanwhile.
 * Blocks.
 */
bool core_dump(const siginfo_t *info);

/* The calling thread leaves: if a dump waits for that, its registers are kept for it. */
void core_thread_note(void);

/* At the end of a process. NULL is allowed. */
void core_free(struct core *core);

/* The supervisor's answer to a piece (abi/kernel.h): 0, or an errno. From the service process. */
void core_answered(uint32_t error);

#endif
