/* System V semaphores: sets and operations. See sem.h. */
#include "kernel/ipc/sem.h"

#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/ipc/sem_set.h"
#include "kernel/lib/heap.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"

static void set_release(struct ipc_object *object)
{
	heap_free(sem_set_of(object));
}

struct ipc_table sem_sets = {.release = set_release};

int64_t sem_now_s(void)
{
	return (int64_t)(host_realtime_ns() / NS_PER_SECOND);
}

static struct ipc_object *set_make(const void *request, int *error)
{
	int count = *(const int *)request;
	struct sem_set *set;

	*error = -EINVAL;
	if (count <= 0)
		return NULL;
	*error = -ENOMEM;
	set = heap_alloc_zero(sizeof(*set) + (unsigned)count * sizeof(set->semaphores[0]));
	if (!set)
		return NULL;
	wait_queue_init(&set->changed);
	list_init(&set->undos);
	list_init(&set->sleepers);
	set->count = (unsigned)count;
	set->changed_s = sem_now_s();
	return &set->object;
}

static int set_fits(const struct ipc_object *object, const void *request)
{
	return *(const int *)request > (int)sem_set_of(object)->count ? -EINVAL : 0;
}

long sem_get(int key, int count, int flags)
{
	if (count < 0 || count > SEM_PER_SET_MAX)
		return -EINVAL;
	return ipc_get(&sem_sets, key, flags, &count, set_make, set_fits);
}

/* --- operations --- */

struct attempt {
	struct sem_set *set;
	const struct sembuf *operations;
	unsigned count;
	struct sem_undo *undo; /* of this process for the set; NULL: no operation asks for it */
	struct sem_sleeper sleeper;
	long result;
};

/* NULL: the process has none for the set. */
static struct sem_undo *undo_find(struct process *process, const struct sem_set *set)
{
	struct sem_undo *found = NULL;

	/* Another thread may be adding one for another set, which is what it has locked. */
	lock_acquire(&process->lock);
	list_for_each(at, &process->sem_undos)
	{
		struct sem_undo *undo = list_entry(at, struct sem_undo, of_process);

		if (undo->set == set)
			found = undo;
	}
	lock_release(&process->lock);
	return found;
}

/* The process's adjustments for the set, made if there are none yet. The set is locked: nobody else makes them. */
static struct sem_undo *undo_get(struct sem_set *set)
{
	struct process *process = process_current();
	struct sem_undo *undo = undo_find(process, set);

	if (undo)
		return undo;
	undo = heap_alloc_zero(sizeof(*undo) + set->count * sizeof(undo->adjust[0]));
	if (!undo)
		return NULL;
	undo->set = set;
	/* Until the process ends: the set's memory has to be there then. */
	__atomic_fetch_add(&set->object.references, 1, __ATOMIC_RELAXED);
	list_append(&set->undos, &undo->of_set);
	lock_acquire(&process->lock);
	list_append(&process->sem_undos, &undo->of_process);
	lock_release(&process->lock);
	return undo;
}

static bool undo_fits(const struct attempt *attempt, const struct sembuf *operation)
{
	int adjust;

	if (!(operation->sem_flg & SEM_UNDO))
		return true;
	adjust = attempt->undo->adjust[operation->sem_num] - operation->sem_op;
	return adjust >= -SEM_VALUE_MAX - 1 && adjust <= SEM_VALUE_MAX;
}

/* One operation: 0, 1 (it has to wait), -ERANGE. */
static int step(struct attempt *attempt, const struct sembuf *operation)
{
	struct semaphore *semaphore = &attempt->set->semaphores[operation->sem_num];
	int value = semaphore->value + operation->sem_op;

	if (operation->sem_op == 0)
		return semaphore->value ? 1 : 0;
	if (value < 0)
		return 1;
	if (value > SEM_VALUE_MAX || !undo_fits(attempt, operation))
		return -ERANGE;
	semaphore->value = (uint16_t)value;
	if (operation->sem_flg & SEM_UNDO)
		attempt->undo->adjust[operation->sem_num] = (int16_t)(attempt->undo->adjust[operation->sem_num] -
								      operation->sem_op);
	return 0;
}

static void step_back(struct attempt *attempt, const struct sembuf *operation)
{
	struct semaphore *semaphore = &attempt->set->semaphores[operation->sem_num];

	semaphore->value = (uint16_t)(semaphore->value - operation->sem_op);
	if (operation->sem_flg & SEM_UNDO)
		attempt->undo->adjust[operation->sem_num] = (int16_t)(attempt->undo->adjust[operation->sem_num] +
								      operation->sem_op);
}

/* All or none: 0, 1 (would have to wait, at *stuck), -ERANGE. The set is locked. */
static int operate(struct attempt *attempt, unsigned *stuck)
{
	int result = 0;
	unsigned done = 0;

	while (done < attempt->count) {
		result = step(attempt, &attempt->operations[done]);
		if (result)
			break;
		done++;
	}
	if (!result) {
		for (unsigned i = 0; i < attempt->count; i++)
			attempt->set->semaphores[attempt->operations[i].sem_num].last = process_current()->pid;
		attempt->set->operated_s = sem_now_s();
		return 0;
	}
	*stuck = done;
	while (done)
		step_back(attempt, &attempt->operations[--done]);
	return result;
}

/* For wait_until: whether the wait is over, and with what. */
static bool try_again(void *data)
{
	struct attempt *attempt = data;
	struct sem_set *set = attempt->set;
	unsigned stuck = 0;
	int result;

	lock_acquire(&set->object.lock);
	list_remove(&attempt->sleeper.list);
	result = set->object.removed ? -EIDRM : operate(attempt, &stuck);
	if (result == 1 && attempt->operations[stuck].sem_flg & IPC_NOWAIT)
		result = -EAGAIN;
	if (result == 1) {
		attempt->sleeper.number = attempt->operations[stuck].sem_num;
		attempt->sleeper.for_zero = attempt->operations[stuck].sem_op == 0;
		list_append(&set->sleepers, &attempt->sleeper.list);
	}
	lock_release(&set->object.lock);
	attempt->result = result;
	return result != 1;
}

/* What can be said before anything is tried. The set is locked. */
static int check(const struct sem_set *set, const struct sembuf *operations, unsigned count, bool *undo)
{
	bool alters = false;

	*undo = false;
	for (unsigned i = 0; i < count; i++) {
		if (operations[i].sem_num >= set->count)
			return -EFBIG;
		alters |= operations[i].sem_op != 0;
		*undo |= operations[i].sem_flg & SEM_UNDO && operations[i].sem_op;
	}
	return ipc_permission(&set->object, alters ? 0200 : 0400);
}

long sem_operate(int id, const struct sembuf *operations, unsigned count, uint64_t deadline_ns)
{
	struct attempt attempt = {.operations = operations, .count = count};
	int error;
	struct ipc_object *object = ipc_find(&sem_sets, id, &error);
	bool undo;
	int ended;

	if (!object)
		return error;
	attempt.set = sem_set_of(object);
	list_init(&attempt.sleeper.list);
	error = check(attempt.set, operations, count, &undo);
	if (!error && undo) {
		attempt.undo = undo_get(attempt.set);
		error = attempt.undo ? 0 : -ENOMEM;
	}
	lock_release(&object->lock);
	if (error) {
		ipc_drop(&sem_sets, object);
		return error;
	}
	ended = wait_until(&attempt.set->changed, try_again, &attempt, deadline_ns);
	if (ended) {
		lock_acquire(&object->lock);
		list_remove(&attempt.sleeper.list);
		lock_release(&object->lock);
		attempt.result = ended == -ETIMEDOUT ? -EAGAIN : -EINTR;
	} else if (!attempt.result) {
		wait_queue_wake(&attempt.set->changed, 0);
	}
	ipc_drop(&sem_sets, object);
	return attempt.result;
}

/* --- undo --- */

void sem_undos_forget(struct sem_set *set, unsigned number)
{
	list_for_each(at, &set->undos)
	{
		struct sem_undo *undo = list_entry(at, struct sem_undo, of_set);

		for (unsigned i = 0; i < set->count; i++) {
			if (i == number || number == set->count)
				undo->adjust[i] = 0;
		}
	}
}

static void undo_apply(struct sem_undo *undo, struct sem_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		int value = set->semaphores[i].value + undo->adjust[i];

		if (!undo->adjust[i])
			continue;
		set->semaphores[i].value = (uint16_t)(value < 0 ? 0 : value > SEM_VALUE_MAX ? SEM_VALUE_MAX : value);
		set->semaphores[i].last = process_current()->pid;
	}
	set->operated_s = sem_now_s();
}

void sem_undo(struct process *process)
{
	while (!list_is_empty(&process->sem_undos)) {
		struct sem_undo *undo = list_entry(process->sem_undos.next, struct sem_undo, of_process);
		struct sem_set *set = undo->set;

		list_remove(&undo->of_process);
		lock_acquire(&set->object.lock);
		if (!set->object.removed)
			undo_apply(undo, set);
		list_remove(&undo->of_set);
		lock_release(&set->object.lock);
		wait_queue_wake(&set->changed, 0);
		ipc_drop(&sem_sets, &set->object);
		heap_free(undo);
	}
}
