/* A file that address spaces show: see mapped_file.h. */
#include "tests/kernel/mapped_file.h"

#include <linux/falloc.h>

#include "kernel/fs/tmpfs_node.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

static struct file *file;
static struct address_space *spaces[2];
static size_t used_before;

void *mapped_file_begin(void)
{
	spaces[0] = process_current()->space;
	spaces[1] = space_new();
	bug_on(!spaces[1] || memfd_new("mapped", 0, &file) != 0);
	used_before = pages_used();
	return file;
}

void mapped_file_end(void)
{
	mapped_file_switch(1);
	space_clear(spaces[1]);
	mapped_file_switch(0);
	space_clear(spaces[0]);
	space_put(spaces[1]);
	bug_on(file->inode->mappings != 0 || tmpfs_node(file->inode)->data.pins != 0 || file->references != 1);
	bug_on(mapped_file_resize(0) != 0);
	/* The heap may have grown. */
	bug_on(pages_used() > used_before + 64);
	file_put(file);
}

void mapped_file_switch(unsigned space)
{
	process_current()->space = spaces[space];
	mm_refresh();
}

bool mapped_file_is_stale(unsigned space)
{
	return spaces[space]->stale != 0;
}

int mapped_file_write(uint64_t offset, const void *bytes, uint64_t count)
{
	struct tmpfs_node *node = tmpfs_node(file->inode);
	struct tmpfs_change change = {0};
	uint8_t *page;
	long got;

	lock_acquire(&node->inode.lock);
	bug_on(tmpfs_tail_clear(node, offset, &change) != 0);
	got = tmpfs_pages_own(node, offset / PAGE_BYTES, 1, &page, &change);
	if (got > 0) {
		memcpy(page + offset % PAGE_BYTES, bytes, count);
		if (offset + count > node->inode.size)
			tmpfs_size_set(node, offset + count, &change);
	}
	lock_release(&node->inode.lock);
	tmpfs_changed(node, &change);
	return got > 0 ? 0 : (int)got;
}

int mapped_file_resize(uint64_t size)
{
	return tmpfs_resize(tmpfs_node(file->inode), size, true);
}

int mapped_file_punch(uint64_t offset, uint64_t bytes)
{
	return tmpfs_allocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, bytes);
}
