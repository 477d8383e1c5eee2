/*
 * Inside of descriptor tables: for fd_table.c, which keeps them, and fd_slots.c, which puts files in and takes them
 * out.
 */
#ifndef KERNEL_VFS_FD_TABLE_H
#define KERNEL_VFS_FD_TABLE_H

#include "kernel/vfs/file.h"

#define WORD_BITS 64u
/* From the first capacity, 64, past the largest limit of open files there can be. */
#define FD_TABLE_DOUBLINGS 26

/*
 * While one thread alone uses a table, fd_get lends files without a note: nobody can close them meanwhile. `shared`
 * says that this is over. It is set by the first use that finds a second thread or process, and stays: a file may have
 * been lent when the other thread was still there, and must be given back in the same way.
 */
struct fd_table {
	struct lock lock;
	uint32_t references;
	bool shared;
	unsigned capacity;   /* a multiple of WORD_BITS */
	unsigned lowest;     /* the lowest free one */
	struct file **files; /* one block for all three */
	uint64_t *used;      /* bit maps */
	uint64_t *close_on_exec;
	struct file **outgrown[FD_TABLE_DOUBLINGS]; /* earlier `files`, where others may still look */
	unsigned outgrown_count;
};

static inline bool bit_test(const uint64_t *map, unsigned bit)
{
	return map[bit / WORD_BITS] >> (bit % WORD_BITS) & 1;
}

static inline void bit_set(uint64_t *map, unsigned bit, bool value)
{
	uint64_t mask = 1ull << (bit % WORD_BITS);

	if (value)
		map[bit / WORD_BITS] |= mask;
	else
		map[bit / WORD_BITS] &= ~mask;
}

/* The first set (or clear) bit from `from` on, or `end`. */
static inline unsigned bit_next(const uint64_t *map, unsigned from, unsigned end, bool value)
{
	while (from < end) {
		uint64_t word = (value ? map[from / WORD_BITS] : ~map[from / WORD_BITS]) >> (from % WORD_BITS);

		if (word)
			return from + (unsigned)__builtin_ctzll(word) < end ? from + (unsigned)__builtin_ctzll(word)
									    : end;
		from = (from / WORD_BITS + 1) * WORD_BITS;
	}
	return end;
}

/* Room for descriptors below `wanted`, with the lock held (or nobody else there): 0 or -ENOMEM. */
int fd_table_grow(struct fd_table *table, unsigned wanted);
/* What closing a descriptor does besides giving the file back, and that. Without locks; the slot is empty already. */
void fd_file_closed(struct fd_table *table, struct file *file);
/* A file that was just taken out of the table stays for those who are using it. Without locks. */
void fd_lent_settle(struct fd_table *table, struct file *file);
/* The file of a descriptor of any process, with a reference, or NULL. */
struct file *fd_get_counted(struct fd_table *table, unsigned fd);

#endif
