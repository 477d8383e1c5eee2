/*
 * Lending files by number to the calling thread, for the time of a call.
 *
 * A table that one thread uses: nobody can close the file meanwhile, so nothing is noted. Of others the thread notes in
 * thread->lent what it uses, and looks again whether it is still there: no line of memory that other threads write to
 * is written. Whoever takes a file out of a table gives a reference to all who have noted it (fd_lent_settle). What a
 * thread uses besides is counted, under the table's lock.
 */
#include "kernel/lib/list.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/fd_table.h"

/* In thread->lent, beside the file: a reference to it is the thread's. */
#define LENT_COUNTED 1ul

struct file *fd_get_counted(struct fd_table *table, unsigned fd)
{
	struct file *file = NULL;

	lock_acquire(&table->lock);
	if (fd < table->capacity)
		file = table->files[fd];
	if (file)
		file_get(file);
	lock_release(&table->lock);
	return file;
}

static bool table_is_shared(struct fd_table *table)
{
	if (__atomic_load_n(&table->shared, __ATOMIC_RELAXED))
		return true;
	if (process_current()->thread_count == 1)
		return false;
	__atomic_store_n(&table->shared, true, __ATOMIC_RELAXED);
	return true;
}

/* Without the lock. A table that grows keeps what it grew out of. */
static struct file *slot_look(struct fd_table *table, unsigned fd)
{
	struct file **files;

	if (fd >= __atomic_load_n(&table->capacity, __ATOMIC_ACQUIRE))
		return NULL;
	files = __atomic_load_n(&table->files, __ATOMIC_ACQUIRE);
	return __atomic_load_n(&files[fd], __ATOMIC_ACQUIRE);
}

static void lent_return(struct thread *thread, struct file *file)
{
	uintptr_t noted = (uintptr_t)file;

	if (__atomic_compare_exchange_n(&thread->lent, &noted, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&thread->lent, 0, __ATOMIC_RELAXED);
	file_put(file);
}

static struct file *lend(struct fd_table *table, unsigned fd)
{
	struct thread *thread = current;
	struct file *file = slot_look(table, fd);

	if (!file)
		return NULL;
	if (__atomic_load_n(&thread->lent, __ATOMIC_RELAXED))
		return fd_get_counted(table, fd);
	/* Either we see that it was taken out, or who takes it out sees the note. */
	__atomic_store_n(&thread->lent, (uintptr_t)file, __ATOMIC_SEQ_CST);
	if (slot_look(table, fd) == file)
		return file;
	lent_return(thread, file);
	return fd_get_counted(table, fd);
}

struct file *fd_get_any(int fd)
{
	struct fd_table *table = process_current()->files;

	if (__builtin_expect(table_is_shared(table), false))
		return lend(table, (unsigned)fd);
	return (unsigned)fd < table->capacity ? table->files[fd] : NULL;
}

struct file *fd_get(int fd)
{
	struct file *file = fd_get_any(fd);

	if (file && file->flags & O_PATH) {
		fd_put(file);
		return NULL;
	}
	return file;
}

void fd_put(struct file *file)
{
	struct thread *thread = current;

	if ((__atomic_load_n(&thread->lent, __ATOMIC_RELAXED) & ~LENT_COUNTED) == (uintptr_t)file)
		lent_return(thread, file);
	else if (table_is_shared(process_current()->files))
		file_put(file);
}

static void process_settle(struct process *process, struct file *file)
{
	lock_acquire(&process->signal_lock);
	list_for_each(at, &process->threads)
	{
		struct thread *thread = list_entry(at, struct thread, siblings);
		uintptr_t noted = (uintptr_t)file;

		if (__atomic_load_n(&thread->lent, __ATOMIC_ACQUIRE) != noted)
			continue;
		file_get(file);
		if (!__atomic_compare_exchange_n(&thread->lent, &noted, noted | LENT_COUNTED, false, __ATOMIC_ACQ_REL,
						 __ATOMIC_ACQUIRE))
			file_put(file);
	}
	lock_release(&process->signal_lock);
}

void fd_lent_settle(struct fd_table *table, struct file *file)
{
	struct process *process;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&table->shared, __ATOMIC_RELAXED))
		return;
	if (!fd_table_is_shared(table)) {
		process_settle(process_current(), file);
		return;
	}
	process = process_next(1);
	while (process) {
		struct process *next = process_next(process->pid + 1);

		if (__atomic_load_n(&process->files, __ATOMIC_RELAXED) == table)
			process_settle(process, file);
		process_put(process);
		process = next;
	}
}
