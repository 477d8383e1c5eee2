/* Sets of semaphores: between sem.c, which operates on them, and sem_control.c. */
#ifndef KERNEL_IPC_SEM_SET_H
#define KERNEL_IPC_SEM_SET_H

#include "kernel/ipc/ids.h"
#include "kernel/lib/list.h"
#include "kernel/vfs/wait.h"

struct semaphore {
	uint16_t value;
	int32_t last; /* process that operated on it */
};

struct sem_set {
	struct ipc_object object;
	struct wait_queue changed; /* any value, or the set is gone */
	struct list undos;         /* of struct sem_undo */
	struct list sleepers;      /* of struct sem_sleeper: for GETNCNT and GETZCNT */
	int64_t operated_s, changed_s;
	unsigned count;
	struct semaphore semaphores[];
};

/* What a process's end adds to the values of a set. Guarded by the set's lock. */
struct sem_undo {
	struct list of_set;
	struct list of_process; /* process->sem_undos, guarded by process->lock */
	struct sem_set *set;    /* with a reference */
	int16_t adjust[];
};

struct sem_sleeper {
	struct list list;
	unsigned number; /* of the semaphore that it cannot go on for */
	bool for_zero;
};

extern struct ipc_table sem_sets;

static inline struct sem_set *sem_set_of(const struct ipc_object *object)
{
	return container_of(object, struct sem_set, object);
}

int64_t sem_now_s(void);
/* Removed, or values set: adjustments of one semaphore (or all, count) are forgotten. The set is locked. */
void sem_undos_forget(struct sem_set *set, unsigned number);

#endif
