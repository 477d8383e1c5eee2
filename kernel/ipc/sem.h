/* System V semaphores: semget(2), semop(2), semctl(2). */
#ifndef KERNEL_IPC_SEM_H
#define KERNEL_IPC_SEM_H

#include <linux/sem.h>

#include "kernel/lib/text.h"
#include "kernel/mm/user.h"

#define SEM_OPERATIONS_MAX 500u
#define SEM_VALUE_MAX 32767
#define SEM_PER_SET_MAX 32000
#define SEM_PER_GUEST_MAX 1024000000

struct process;

long sem_get(int key, int count, int flags);
/* All operations or none; may block until the deadline: -EAGAIN then. -EINTR if a signal ends the wait. */
long sem_operate(int id, const struct sembuf *operations, unsigned count, uint64_t deadline_ns);
long sem_control(int id, unsigned number, int command, user_t argument);
/* The process ends: its SEM_UNDO adjustments are made. */
void sem_undo(struct process *process);
void sem_show(struct text *text);

#endif
