/* Reading and writing made-up files: the text is made when reading starts, and stays the same until it starts again. */
#include "kernel/fs/pseudo_file.h"

#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/fs.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

#define STORE_BYTES_MAX 4095

struct reading {
	struct lock lock;
	struct text text;
	bool is_made;
};

static const struct pseudo_node *node_of(const struct file *file)
{
	return container_of(file->inode, struct pseudo_node, inode);
}

static int pseudo_open(struct file *file)
{
	file->data = heap_new(struct reading);
	return file->data ? 0 : -ENOMEM;
}

static void pseudo_release(struct file *file)
{
	struct reading *reading = file->data;

	text_clear(&reading->text);
	heap_free(reading);
}

static int text_make(const struct pseudo_node *node, struct text *text)
{
	int error = 0;

	if (node->entry->constant)
		text_print(text, "%s\n", node->entry->constant);
	else if (node->entry->show)
		error = node->entry->show(node, text);
	return !error && text->failed ? -ENOMEM : error;
}

/* Makes the text if this is a first read, of the beginning. Made aside: functions that show take locks of their own. */
static int reading_begin(struct file *file, struct reading *reading, uint64_t position)
{
	struct text text = {0};
	int error;

	if (position && reading->is_made)
		return 0;
	error = text_make(node_of(file), &text);
	if (error) {
		text_clear(&text);
		return error;
	}
	lock_acquire(&reading->lock);
	text_clear(&reading->text);
	reading->text = text;
	reading->is_made = true;
	lock_release(&reading->lock);
	return 0;
}

static long pseudo_read(struct file *file, struct io *io, uint64_t *position)
{
	struct reading *reading = file->data;
	size_t wanted, done = 0;
	int error = reading_begin(file, reading, *position);

	if (error)
		return error;
	lock_acquire(&reading->lock);
	wanted = *position < reading->text.length ? reading->text.length - *position : 0;
	if (wanted > io->left)
		wanted = io->left;
	if (wanted)
		done = io_put(io, reading->text.data + *position, wanted);
	lock_release(&reading->lock);
	*position += done;
	return done || !wanted ? (long)done : -EFAULT;
}

static long pseudo_write(struct file *file, struct io *io, uint64_t *position)
{
	const struct pseudo_node *node = node_of(file);
	size_t bytes = io->left < STORE_BYTES_MAX ? io->left : STORE_BYTES_MAX;
	char *copy;
	int error;

	if (!node->entry->store)
		return -EIO;
	copy = heap_alloc(bytes + 1);
	if (!copy)
		return -ENOMEM;
	error = io_get(io, copy, bytes) < bytes ? -EFAULT : 0;
	copy[bytes] = '\0';
	if (!error)
		error = node->entry->store(node, copy, bytes);
	heap_free(copy);
	if (error)
		return error;
	*position += bytes;
	return (long)bytes;
}

static long pseudo_seek(struct file *file, int64_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += (int64_t)file->position;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->position = (uint64_t)offset;
	return offset;
}

/* O_TRUNC, as shells use it, means nothing. */
static int pseudo_truncate(struct file *file, uint64_t size)
{
	(void)file;
	(void)size;
	return 0;
}

/* What these files tell of changes of does not change: there is nobody to wake. */
static unsigned pseudo_poll(struct file *file, struct poll_entry *entry)
{
	(void)file;
	(void)entry;
	return EPOLLIN | EPOLLRDNORM;
}

#define FILE_OPERATIONS                                                                                                \
	.open = pseudo_open, .read = pseudo_read, .write = pseudo_write, .seek = pseudo_seek,                          \
	.truncate = pseudo_truncate, .release = pseudo_release

const struct file_ops pseudo_file_ops = {FILE_OPERATIONS};
const struct file_ops pseudo_polled_file_ops = {FILE_OPERATIONS, .poll = pseudo_poll};

const struct file_ops pseudo_directory_file_ops = {.seek = pseudo_seek};

int pseudo_number(const char *text, long *out)
{
	bool negative = *text == '-';
	long value = 0;

	text += negative;
	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *text - '0', &value))
			return -EINVAL;
	}
	if (*text == '\n' || *text == ' ')
		text++;
	*out = negative ? -value : value;
	return *text ? -EINVAL : 0;
}
