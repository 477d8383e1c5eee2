/* Descriptors of the calling process: installing, closing, and their flags. */
#include <linux/errno.h>

#include "kernel/task/process.h"
#include "kernel/vfs/fd_table.h"

static void slot_fill(struct fd_table *table, unsigned fd, struct file *file, bool close_on_exec)
{
	__atomic_store_n(&table->files[fd], file, __ATOMIC_RELEASE);
	bit_set(table->used, fd, true);
	bit_set(table->close_on_exec, fd, close_on_exec);
	if (fd == table->lowest)
		table->lowest = bit_next(table->used, fd + 1, table->capacity, false);
}

/* Empties a slot: what was there, or NULL. */
static struct file *slot_empty(struct fd_table *table, unsigned fd)
{
	struct file *file = fd < table->capacity ? table->files[fd] : NULL;

	if (!file)
		return NULL;
	__atomic_store_n(&table->files[fd], NULL, __ATOMIC_RELEASE);
	bit_set(table->used, fd, false);
	bit_set(table->close_on_exec, fd, false);
	if (fd < table->lowest)
		table->lowest = fd;
	return file;
}

int fd_prepare(void)
{
	struct fd_table *table = process_current()->files;
	int error = 0;

	lock_acquire(&table->lock);
	if (table->lowest >= process_limit(RLIMIT_NOFILE))
		error = -EMFILE;
	else if (table->lowest >= table->capacity)
		error = fd_table_grow(table, table->lowest + 1);
	lock_release(&table->lock);
	return error;
}

int fd_install(struct file *file, int from, bool close_on_exec)
{
	struct fd_table *table = process_current()->files;
	uint64_t limit = process_limit(RLIMIT_NOFILE);
	unsigned start = (unsigned)from, fd;
	int error = 0;

	if (from < 0 || start >= limit)
		return from == 0 ? -EMFILE : -EINVAL;
	lock_acquire(&table->lock);
	if (start < table->lowest)
		start = table->lowest;
	fd = start < table->capacity ? bit_next(table->used, start, table->capacity, false) : start;
	if (fd >= limit)
		error = -EMFILE;
	else if (fd >= table->capacity)
		error = fd_table_grow(table, fd + 1);
	if (!error)
		slot_fill(table, fd, file, close_on_exec);
	lock_release(&table->lock);
	return error ? error : (int)fd;
}

int fd_install_at(struct file *file, int fd, bool close_on_exec)
{
	struct fd_table *table = process_current()->files;
	struct file *old = NULL;
	int error = 0;

	if (fd < 0 || (unsigned)fd >= process_limit(RLIMIT_NOFILE))
		return -EBADF;
	lock_acquire(&table->lock);
	if ((unsigned)fd >= table->capacity)
		error = fd_table_grow(table, (unsigned)fd + 1);
	if (!error) {
		old = slot_empty(table, (unsigned)fd);
		slot_fill(table, (unsigned)fd, file, close_on_exec);
	}
	lock_release(&table->lock);
	if (old)
		fd_file_closed(table, old);
	return error ? error : fd;
}

int fd_close(int fd)
{
	struct fd_table *table = process_current()->files;
	struct file *file;

	lock_acquire(&table->lock);
	file = slot_empty(table, (unsigned)fd);
	lock_release(&table->lock);
	if (!file)
		return -EBADF;
	fd_file_closed(table, file);
	return 0;
}

/* Closes the first descriptor from `fd` on that is in `map` and not above `last`, and says which; or -1. */
static int close_next(struct fd_table *table, const uint64_t *const *map, unsigned fd, unsigned last)
{
	struct file *file = NULL;

	lock_acquire(&table->lock);
	fd = bit_next(*map, fd, table->capacity, true);
	if (fd < table->capacity && fd <= last)
		file = slot_empty(table, fd);
	lock_release(&table->lock);
	if (!file)
		return -1;
	fd_file_closed(table, file);
	return (int)fd;
}

int fd_close_range(unsigned first, unsigned last, bool only_mark)
{
	struct fd_table *table = process_current()->files;

	if (!only_mark) {
		for (int fd = (int)first;
		     first <= last &&
		     (fd = close_next(table, (const uint64_t *const *)&table->used, first, last)) >= 0;)
			first = (unsigned)fd + 1;
		return 0;
	}
	lock_acquire(&table->lock);
	for (unsigned fd = first;
	     (fd = bit_next(table->used, fd, table->capacity, true)) < table->capacity && fd <= last; fd++)
		bit_set(table->close_on_exec, fd, true);
	lock_release(&table->lock);
	return 0;
}

void fd_table_close_on_exec(struct fd_table *table)
{
	int fd = -1;

	do
		fd = close_next(table, (const uint64_t *const *)&table->close_on_exec, (unsigned)(fd + 1), ~0u);
	while (fd >= 0);
}

unsigned fd_capacity(void)
{
	return __atomic_load_n(&process_current()->files->capacity, __ATOMIC_RELAXED);
}

int fd_flags(int fd)
{
	struct fd_table *table = process_current()->files;
	int flags = -EBADF;

	lock_acquire(&table->lock);
	if ((unsigned)fd < table->capacity && table->files[fd])
		flags = bit_test(table->close_on_exec, (unsigned)fd);
	lock_release(&table->lock);
	return flags;
}

int fd_set_flags(int fd, bool close_on_exec)
{
	struct fd_table *table = process_current()->files;
	int error = -EBADF;

	lock_acquire(&table->lock);
	if ((unsigned)fd < table->capacity && table->files[fd]) {
		bit_set(table->close_on_exec, (unsigned)fd, close_on_exec);
		error = 0;
	}
	lock_release(&table->lock);
	return error;
}
