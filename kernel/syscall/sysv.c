/* System V IPC: shmget, semop, msgsnd and the like. What they do is in ipc/. */
#include <linux/errno.h>

#include "kernel/ipc/msg.h"
#include "kernel/ipc/sem.h"
#include "kernel/ipc/shm.h"
#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/vfs/wait.h"

SYSCALL(shmget)
{
	return shm_get(ARG_INT(args, 0), ARG_ULONG(args, 1), ARG_INT(args, 2));
}

SYSCALL(shmat)
{
	return shm_attach(ARG_INT(args, 0), ARG_USER(args, 1), ARG_INT(args, 2));
}

SYSCALL(shmdt)
{
	return shm_detach(ARG_USER(args, 0));
}

SYSCALL(shmctl)
{
	return shm_control(ARG_INT(args, 0), ARG_INT(args, 1), ARG_USER(args, 2));
}

SYSCALL(semget)
{
	return sem_get(ARG_INT(args, 0), ARG_INT(args, 1), ARG_INT(args, 2));
}

static long operate(const struct arguments *args, uint64_t deadline_ns)
{
	uint64_t count = ARG_UINT(args, 2);
	struct sembuf *operations;
	long result;

	if (count < 1 || ARG_INT(args, 0) < 0)
		return -EINVAL;
	if (count > SEM_OPERATIONS_MAX)
		return -E2BIG;
	operations = heap_alloc(count * sizeof(*operations));
	if (!operations)
		return -ENOMEM;
	result = copy_from_user(operations, ARG_USER(args, 1), count * sizeof(*operations));
	if (!result)
		result = sem_operate(ARG_INT(args, 0), operations, (unsigned)count, deadline_ns);
	heap_free(operations);
	return result;
}

SYSCALL(semop)
{
	return operate(args, WAIT_FOREVER);
}

SYSCALL(semtimedop)
{
	uint64_t deadline_ns;
	int error = timeout_get(ARG_USER(args, 3), &deadline_ns);

	return error ? error : operate(args, deadline_ns);
}

SYSCALL(semctl)
{
	return sem_control(ARG_INT(args, 0), ARG_UINT(args, 1), ARG_INT(args, 2), ARG_USER(args, 3));
}

SYSCALL(msgget)
{
	return msg_get(ARG_INT(args, 0), ARG_INT(args, 1));
}

SYSCALL(msgsnd)
{
	user_t message = ARG_USER(args, 1);
	uint64_t type;

	if (get_user_u64(&type, message))
		return -EFAULT;
	return msg_send(ARG_INT(args, 0), (int64_t)type, message + sizeof(type), ARG_ULONG(args, 2), ARG_INT(args, 3));
}

SYSCALL(msgrcv)
{
	return msg_receive(ARG_INT(args, 0), ARG_USER(args, 1), ARG_ULONG(args, 2), ARG_LONG(args, 3),
			   ARG_INT(args, 4));
}

SYSCALL(msgctl)
{
	return msg_control(ARG_INT(args, 0), ARG_INT(args, 1), ARG_USER(args, 2));
}
