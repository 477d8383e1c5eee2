/* System V semaphores: semctl(2). See sem.h. */
#include <linux/errno.h>

#include <asm/sembuf.h>

#include "kernel/ipc/sem.h"
#include "kernel/ipc/sem_set.h"
#include "kernel/lib/heap.h"
#include "kernel/task/process.h"

static long limits_show(int command, user_t to)
{
	struct seminfo limits = {
		.semmap = SEM_PER_GUEST_MAX,
		.semmni = (int)IPC_SLOTS_MAX,
		.semmns = SEM_PER_GUEST_MAX,
		.semmnu = SEM_PER_GUEST_MAX,
		.semmsl = SEM_PER_SET_MAX,
		.semopm = (int)SEM_OPERATIONS_MAX,
		.semume = (int)SEM_OPERATIONS_MAX,
		.semusz = command == SEM_INFO ? (int)sem_sets.used : 20,
		.semvmx = SEM_VALUE_MAX,
		.semaem = SEM_VALUE_MAX,
	};

	if (copy_to_user(to, &limits, sizeof(limits)))
		return -EFAULT;
	return sem_sets.highest ? (long)sem_sets.highest - 1 : 0;
}

static long status(int id, int command, user_t to)
{
	int error;
	struct ipc_object *object = command == IPC_STAT ? ipc_find(&sem_sets, id, &error)
							: ipc_find_slot(&sem_sets, id, &error);
	struct semid64_ds state = {0};
	long result = error;

	if (!object)
		return result;
	result = command == SEM_STAT_ANY ? 0 : ipc_permission(object, 0400);
	ipc_permissions_show(object, &state.sem_perm);
	state.sem_otime = sem_set_of(object)->operated_s;
	state.sem_ctime = sem_set_of(object)->changed_s;
	state.sem_nsems = sem_set_of(object)->count;
	if (!result && command != IPC_STAT)
		result = object->id;
	ipc_put(&sem_sets, object);
	if (result >= 0 && copy_to_user(to, &state, sizeof(state)))
		return -EFAULT;
	return result;
}

static long change(int id, int command, user_t from)
{
	struct semid64_ds state;
	struct ipc_object *object;
	int error = 0;

	if (command == IPC_SET && copy_from_user(&state, from, sizeof(state)))
		return -EFAULT;
	object = ipc_find(&sem_sets, id, &error);
	if (!object)
		return error;
	error = ipc_ownership(object);
	if (!error && command == IPC_SET) {
		ipc_permissions_set(object, &state.sem_perm);
		sem_set_of(object)->changed_s = sem_now_s();
	} else if (!error) {
		ipc_remove(&sem_sets, object);
	}
	lock_release(&object->lock);
	if (!error && command == IPC_RMID)
		wait_queue_wake(&sem_set_of(object)->changed, 0);
	ipc_drop(&sem_sets, object);
	return error;
}

static long sleepers_count(const struct sem_set *set, unsigned number, bool for_zero)
{
	long count = 0;

	list_for_each(at, &set->sleepers)
	{
		const struct sem_sleeper *sleeper = list_entry(at, struct sem_sleeper, list);

		count += sleeper->number == number && sleeper->for_zero == for_zero;
	}
	return count;
}

static long one_get(const struct sem_set *set, unsigned number, int command)
{
	switch (command) {
	case GETVAL:
		return set->semaphores[number].value;
	case GETPID:
		return set->semaphores[number].last;
	default:
		return sleepers_count(set, number, command == GETZCNT);
	}
}

/* GETVAL, GETPID, GETNCNT, GETZCNT, SETVAL */
static long one(int id, unsigned number, int command, int value)
{
	int error;
	struct ipc_object *object;
	struct sem_set *set;
	long result;

	if (command == SETVAL && (value < 0 || value > SEM_VALUE_MAX))
		return -ERANGE;
	object = ipc_find(&sem_sets, id, &error);
	if (!object)
		return error;
	set = sem_set_of(object);
	result = ipc_permission(object, command == SETVAL ? 0200 : 0400);
	if (!result && number >= set->count)
		result = -EINVAL;
	if (!result && command == SETVAL) {
		set->semaphores[number] = (struct semaphore){.value = (uint16_t)value, .last = process_current()->pid};
		sem_undos_forget(set, number);
		set->changed_s = sem_now_s();
	} else if (!result) {
		result = one_get(set, number, command);
	}
	lock_release(&object->lock);
	if (command == SETVAL)
		wait_queue_wake(&set->changed, 0);
	ipc_drop(&sem_sets, object);
	return result;
}

static int values_set(struct sem_set *set, const uint16_t *values)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (values[i] > SEM_VALUE_MAX)
			return -ERANGE;
	}
	for (unsigned i = 0; i < set->count; i++)
		set->semaphores[i] = (struct semaphore){.value = values[i], .last = process_current()->pid};
	sem_undos_forget(set, set->count);
	set->changed_s = sem_now_s();
	return 0;
}

/* GETALL and SETALL. A set never changes its size: application memory is used without its lock. */
static long all(int id, int command, user_t argument)
{
	int error;
	struct ipc_object *object = ipc_find(&sem_sets, id, &error);
	struct sem_set *set;
	uint16_t *values;

	if (!object)
		return error;
	set = sem_set_of(object);
	error = ipc_permission(object, command == SETALL ? 0200 : 0400);
	lock_release(&object->lock);
	values = error ? NULL : heap_alloc(set->count * sizeof(*values));
	if (!values && !error)
		error = -ENOMEM;
	if (!error && command == SETALL && copy_from_user(values, argument, set->count * sizeof(*values)))
		error = -EFAULT;
	lock_acquire(&object->lock);
	if (!error && object->removed)
		error = -EIDRM;
	if (!error && command == SETALL)
		error = values_set(set, values);
	for (unsigned i = 0; !error && command == GETALL && i < set->count; i++)
		values[i] = set->semaphores[i].value;
	lock_release(&object->lock);
	if (!error && command == GETALL && copy_to_user(argument, values, set->count * sizeof(*values)))
		error = -EFAULT;
	if (command == SETALL)
		wait_queue_wake(&set->changed, 0);
	heap_free(values);
	ipc_drop(&sem_sets, object);
	return error;
}

long sem_control(int id, unsigned number, int command, user_t argument)
{
	if (id < 0)
		return -EINVAL;
	switch (command) {
	case IPC_INFO:
	case SEM_INFO:
		return limits_show(command, argument);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return status(id, command, argument);
	case IPC_SET:
	case IPC_RMID:
		return change(id, command, argument);
	case GETALL:
	case SETALL:
		return all(id, command, argument);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
	case SETVAL:
		return one(id, number, command, (int)argument);
	default:
		return -EINVAL;
	}
}

static void line(const struct ipc_object *object, struct text *text)
{
	const struct sem_set *set = sem_set_of(object);

	text_print(text, "%10d %10d  %4o %10u %5u %5u %5u %5u %10lu %10lu\n", object->key, object->id, object->mode,
		   set->count, object->uid, object->gid, object->cuid, object->cgid, (uint64_t)set->operated_s,
		   (uint64_t)set->changed_s);
}

void sem_show(struct text *text)
{
	text_print(text, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n");
	ipc_show(&sem_sets, text, line);
}
