/* Descriptor tables: their life. */
#include "kernel/vfs/fd_table.h"

#include <linux/errno.h>

#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/vfs/locks.h"

#define CAPACITY_FIRST 64u

/* Threads may be looking at the slots without the lock (fd_lend.c): they stay until the table ends. */
static void outgrown_keep(struct fd_table *table)
{
	if (!table->shared) {
		heap_free(table->files);
		return;
	}
	bug_on(table->outgrown_count == FD_TABLE_DOUBLINGS);
	table->outgrown[table->outgrown_count++] = table->files;
}

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
	}
	outgrown_keep(table);
	__atomic_store_n(&table->files, files, __ATOMIC_RELEASE);
	table->used = maps;
	table->close_on_exec = maps + words;
	__atomic_store_n(&table->capacity, capacity, __ATOMIC_RELEASE);
	return 0;
}

static void outgrown_free(struct fd_table *table)
{
	for (unsigned i = 0; i < table->outgrown_count; i++)
		heap_free(table->outgrown[i]);
}

/* What closing a descriptor does for the process, besides giving the file back. */
static void fd_file_leave(struct file *file)
{
	if (file->flags & O_PATH)
		return;
	if (file->ops->flush)
		file->ops->flush(file);
	if (locks_were_taken(file->inode))
		locks_release_process(file->inode, process_current());
}

void fd_file_closed(struct fd_table *table, struct file *file)
{
	fd_lent_settle(table, file);
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

int fd_table_unshare(void)
{
	struct process *process = process_current();
	struct fd_table *old = process->files, *own;

	if (!fd_table_is_shared(old))
		return 0;
	own = fd_table_copy(old);
	if (!own)
		return -ENOMEM;
	/* What other threads of the process have lent of the old table is to be settled when this one closes it. */
	own->shared = process->thread_count > 1;
	/* Who looks at another process's table does so under the lock. */
	lock_acquire(&process->lock);
	process->files = own;
	lock_release(&process->lock);
	fd_table_put(old);
	return 0;
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
	outgrown_free(table);
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
