/* System V shared memory: shmget(2), shmop(2), shmctl(2). */
#ifndef KERNEL_IPC_SHM_H
#define KERNEL_IPC_SHM_H

#include "kernel/lib/text.h"
#include "kernel/mm/user.h"

struct shared_memory;

long shm_get(int key, uint64_t bytes, int flags);
long shm_attach(int id, user_t address, int flags);
long shm_detach(user_t address);
long shm_control(int id, int command, user_t argument);
void shm_show(struct text *text);

/* mm/shared.c: a mapping of the segment's memory is gone. Gives back its reference, and may destroy the segment. */
void shm_detach_memory(struct shared_memory *memory);

#endif
