/*
 * Memory of other processes. A host process cannot reach another's, so that one does it: who asks puts a request into
 * the address space, in the arena, and has a thread look that runs in it (KICK_ASKED): a parked tracee, or whoever
 * is woken by a kick. The request and the bytes lie in the arena, too.
 */
#ifndef KERNEL_PTRACE_MEMORY_H
#define KERNEL_PTRACE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;

/*
 * Copies between kernel memory and a process's, the calling one's included; `force`: as debuggers do, whatever the
 * protection (ptrace(2), /proc/PID/mem). The number of bytes copied, fewer if there is no memory; -ESRCH: the process
 * has none any more; -EINTR: the calling thread is to end. Sleeps; no lock is held.
 */
long memory_access(struct process *process, uint64_t address, void *buffer, size_t bytes, bool write, bool force);
/* The same with bytes of the calling application's: fewer also if these fault. Moves *done. */
#define MEMORY_PIECE_BYTES (64u << 10)

/* What KICK_ASKED asks for. No lock is held. */
void memory_serve(void);

#endif
