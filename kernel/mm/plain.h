/*
 * Memory as debuggers see it and change it: text as it is in its file, and copies that no protection stops. For the
 * calling process's own, on behalf of those who trace it.
 */
#ifndef KERNEL_MM_PLAIN_H
#define KERNEL_MM_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame;

/*
 * What was patched (mm/patch.h) is as in its file again, but for what somebody else changed; what is mapped from now
 * on stays as it is. Until the next execve: system calls trap. Stubs stay, for who is in one; a frame that goes on
 * behind the system call in a stub goes on behind the instruction it stands for. Does nothing the second time.
 */
void mm_text_restore(struct frame *frame);
/* Whether text that is mapped from now on is to stay as it is in its files: execve. */
void mm_text_keep(bool keep);
/*
 * Copies like user_read and user_write, but as Linux's FOLL_FORCE: what is mapped at all can be read, and what is
 * private written.
 */
size_t mm_force(uint64_t address, void *buffer, size_t bytes, bool write);

#endif
