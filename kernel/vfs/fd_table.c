/* Descriptor tables: their life, and lending files by number. */
#include "kernel/vfs/fd_table.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/vfs/locks.h"

#define CAPACITY_FIRST 64u

/*
 * --- lending
 * ---------------------------------------------------------------------------------------------------------
 */

static struct file *fd_get_counted(struct fd_table *table, unsigned fd)
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
	if (table->shared)
		return true;
	if (process_current()->thread_count == 1)
		return false;
	table->shared = true;
	return true;
}

struct file *fd_get_any(int fd)
{
	struct fd_table *table = process_current()->files;

	if (__builtin_expect(table_is_shared(table), false))
		return fd_get_counted(table, (unsigned)fd);
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
	if (process_current()->files->shared)
		file_put(file);
}

/*
 * --- tables
 * ----------------------------------------------------------------------------------------------------------
 */

int fd_table_grow(struct fd_table *table, unsigned wanted)
{
	unsigned capacity = table->capacity ? table->capacity : CAPACITY_FIRST;
	unsigned words, old_words = table->capacity / WORD_BITS;
	struct file **files;
	uint64_t *maps;

	while (capacity < wanted)
		capacity *= 2;
	words = capacity / WORD_BITS;
	files = heap_alloc_zero(capacity * sizeof(struct file *) + 2ul * words * sizeof(uint64_t));
	if (!files)
		return -ENOMEM;
	maps = (uint64_t *)(void *)(files + capacity);
	if (table->capacity) {
		memcpy(files, table->files, table->capacity * sizeof(struct file *));
		memcpy(maps, table->used, old_words * sizeof(uint64_t));
		memcpy(maps + words, table->close_on_exec, old_words * sizeof(uint64_t));
		heap_free(table->files);
	}
	table->files = files;
	table->used = maps;
	table->close_on_exec = maps + words;
	table->capacity = capacity;
	return 0;
}

/* What closing a descriptor does for the process, besides giving the file back. */
static void fd_file_leave(struct file *file)
{
	if (file->flags & O_PATH)
		return;
	if (file->ops->flush)
		file->ops->flush(file);
	if (file->inode->locks)
		locks_release_process(file->inode, process_current());
}

void fd_file_closed(struct file *file)
{
	fd_file_leave(file);
	file_put(file);
}

void fd_table_leave(struct fd_table *table)
{
	/* Another process may share it and go on using it. */
	for (int fd = 0; (fd = fd_table_next(table, fd)) >= 0; fd++) {
		struct file *file = fd_table_file(table, fd);

		if (file) {
			fd_file_leave(file);
			file_put(file);
		}
	}
	fd_table_put(table);
}

struct fd_table *fd_table_new(void)
{
	struct fd_table *table = heap_new(struct fd_table);

	if (!table)
		return NULL;
	table->references = 1;
	if (fd_table_grow(table, CAPACITY_FIRST)) {
		heap_free(table);
		return NULL;
	}
	return table;
}

struct fd_table *fd_table_copy(struct fd_table *from)
{
	struct fd_table *table = fd_table_new();
	unsigned fd;

	if (!table)
		return NULL;
	lock_acquire(&from->lock);
	if (from->capacity > table->capacity && fd_table_grow(table, from->capacity)) {
		lock_release(&from->lock);
		fd_table_put(table);
		return NULL;
	}
	table->lowest = from->lowest;
	memcpy(table->used, from->used, from->capacity / WORD_BITS * sizeof(uint64_t));
	memcpy(table->close_on_exec, from->close_on_exec, from->capacity / WORD_BITS * sizeof(uint64_t));
	for (fd = 0; (fd = bit_next(from->used, fd, from->capacity, true)) < from->capacity; fd++) {
		table->files[fd] = from->files[fd];
		file_get(table->files[fd]);
	}
	lock_release(&from->lock);
	return table;
}

bool fd_table_is_shared(const struct fd_table *table)
{
	return __atomic_load_n(&table->references, __ATOMIC_RELAXED) > 1;
}

void fd_table_pin(struct fd_table *table)
{
	__atomic_fetch_add(&table->references, 1, __ATOMIC_RELAXED);
}

void fd_table_get(struct fd_table *table)
{
	table->shared = true;
	__atomic_fetch_add(&table->references, 1, __ATOMIC_RELAXED);
}

/* Whoever gives the last reference back need not be the process whose table it was. */
void fd_table_put(struct fd_table *table)
{
	if (__atomic_sub_fetch(&table->references, 1, __ATOMIC_ACQ_REL) != 0)
		return;
	for (unsigned fd = 0; (fd = bit_next(table->used, fd, table->capacity, true)) < table->capacity; fd++)
		file_put(table->files[fd]);
	heap_free(table->files);
	heap_free(table);
}

struct file *fd_table_file(struct fd_table *table, int fd)
{
	return fd_get_counted(table, (unsigned)fd);
}

int fd_table_next(struct fd_table *table, int fd)
{
	unsigned next, end;

	lock_acquire(&table->lock);
	end = table->capacity;
	next = fd < 0 ? end : bit_next(table->used, (unsigned)fd, end, true);
	lock_release(&table->lock);
	return next < end ? (int)next : -1;
}
