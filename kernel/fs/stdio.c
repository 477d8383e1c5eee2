/* The standard descriptors of the first process: which files they are. */
#include <linux/errno.h>

#include "kernel/fs/console.h"
#include "kernel/host/boot.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/task/poller.h"
#include "kernel/tty/host_terminal.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"

#define FLAGS_KEPT (O_ACCMODE | O_APPEND | O_NONBLOCK)

static struct console_end ends[KERNEL_STDIO_COUNT];

static const struct kernel_stdio *stdio_of(unsigned index)
{
	return &kernel_boot()->stdio[index];
}

static bool is_same(unsigned left, unsigned right)
{
	const struct kernel_stdio *a = stdio_of(left), *b = stdio_of(right);

	return a->kind == b->kind && a->identity[0] == b->identity[0] && a->identity[1] == b->identity[1];
}

static bool can_write(unsigned index)
{
	return index > 0 && (stdio_of(index)->flags & O_ACCMODE) != O_RDONLY;
}

/* The host's descriptors that lead where this one leads: 0 for reading, 1 or 2 for writing. */
static struct console_end end_find(unsigned index)
{
	struct console_end end = {-1, -1};

	if (is_same(index, 0) && (stdio_of(0)->flags & O_ACCMODE) != O_WRONLY)
		end.input = 0;
	if (can_write(index))
		end.output = (int)index;
	for (unsigned other = 1; other < KERNEL_STDIO_COUNT && end.output < 0; other++) {
		if (is_same(index, other) && can_write(other))
			end.output = (int)other;
	}
	return end;
}

static const struct poller_source input_source = {
	.fd = 0,
	.wanted = console_input_wanted,
	.queue = &console_input,
};

int console_init(void)
{
	bool has_input = false;
	int terminal = -1;

	for (unsigned i = 0; i < KERNEL_STDIO_COUNT; i++) {
		uint32_t kind = stdio_of(i)->kind;

		if (kind == KERNEL_STDIO_TTY && terminal < 0)
			terminal = (int)i;
		if (kind != KERNEL_STDIO_STREAM)
			continue;
		ends[i] = end_find(i);
		has_input |= ends[i].input == 0;
	}
	if (has_input)
		poller_register(&input_source);
	return terminal < 0 ? 0 : host_terminal_init((unsigned)terminal, end_find((unsigned)terminal).output);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

/* A host's pipe as an inode of its own, so that equal descriptors show as one, and /dev/stdout opens it again. */
struct stream_inode {
	struct inode inode;
	struct console_end *end;
};

static int stream_open(struct file *file)
{
	file->data = container_of(file->inode, struct stream_inode, inode)->end;
	return 0;
}

static const struct file_ops stream_ops = {
	.open = stream_open,
	.read = console_read,
	.write = console_write,
	.poll = console_poll,
};

static void stream_release(struct inode *inode)
{
	heap_free(container_of(inode, struct stream_inode, inode));
}

static const struct inode_ops stream_inode_ops = {.setattr = inode_setattr, .release = stream_release};

static struct super stream_super = {
	.type = "pipefs", .source = "pipe:", .options = "", .device = 13, .magic = 0x50495045, /* PIPEFS_MAGIC */
};

static int stream_path(unsigned index, struct path *out)
{
	struct stream_inode *stream = heap_new(struct stream_inode);
	char name[32];
	int error;

	if (!stream)
		return -ENOMEM;
	inode_init(&stream->inode, &stream_super, S_IFIFO | 0600);
	stream->inode.ops = &stream_inode_ops;
	stream->inode.file_ops = &stream_ops;
	stream->inode.uid = kernel_boot()->user_id;
	stream->inode.gid = kernel_boot()->group_id;
	stream->end = &ends[index];
	text_format(name, sizeof(name), "pipe:[%lu]", stream->inode.ino);
	error = dentry_anonymous(name, &stream->inode, &out->dentry);
	inode_put(&stream->inode);
	return error;
}

/* --- descriptors -------------------------------------------------------------------------------------------------- */

static int place_find(unsigned index, struct path *out)
{
	switch (stdio_of(index)->kind) {
	case KERNEL_STDIO_NULL:
		return path_walk(AT_FDCWD, "/dev/null", WALK_FOLLOW, out);
	case KERNEL_STDIO_TTY:
		return path_walk(AT_FDCWD, "/dev/pts/0", WALK_FOLLOW, out);
	default:
		return stream_path(index, out);
	}
}

/* A file for the descriptor: one already open, if the host has the same for both; *out with a reference. */
static int standard_open(unsigned index, struct file *const *open, struct file **out)
{
	struct path place;
	int error;

	for (unsigned other = 0; other < index; other++) {
		if (open[other] && is_same(index, other) && stdio_of(index)->flags == stdio_of(other)->flags) {
			file_get(open[other]);
			*out = open[other];
			return 0;
		}
	}
	error = place_find(index, &place);
	if (error)
		return error;
	error = file_open_path(&place, stdio_of(index)->flags & FLAGS_KEPT, out);
	path_put(&place);
	return error;
}

int console_open_standard(void)
{
	struct file *open[KERNEL_STDIO_COUNT] = {NULL};

	for (unsigned i = 0; i < KERNEL_STDIO_COUNT; i++) {
		int fd, error;

		if (stdio_of(i)->kind == KERNEL_STDIO_CLOSED)
			continue;
		error = standard_open(i, open, &open[i]);
		if (error)
			return error;
		fd = fd_install_at(open[i], (int)i, false);
		if (fd < 0) {
			file_put(open[i]);
			return fd;
		}
	}
	return 0;
}
