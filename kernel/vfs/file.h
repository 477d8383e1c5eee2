/*
 * Open file descriptions and descriptor tables.
 *
 * A struct file is shared by all descriptors that dup, fork and SCM_RIGHTS made of it; the last file_put closes it.
 */
#ifndef KERNEL_VFS_FILE_H
#define KERNEL_VFS_FILE_H

#include <linux/fcntl.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/vfs/dentry.h"
#include "kernel/vfs/io.h"
#include "kernel/vfs/wait.h"

struct process;
struct file;

/* What of mmap a file decides. Filled by file_ops.map for one mapping: see mm/mm.h. */
struct mapping_source;

/* An operation that is NULL: read and write -EINVAL, seek -ESPIPE, ioctl -ENOTTY, map -ENODEV, poll always ready. */
struct file_ops {
	bool no_splice_to; /* splice does not write to it, though it can be written */
	bool no_splice;    /* sendfile and splice do not read from it, though it can be read */
	/*
	 * The file was just opened on its inode; may change file->ops. An error undoes the open: no release. NULL:
	 * fine.
	 */
	int (*open)(struct file *file);
	/*
	 * write of a regular file calls file_write_begin first, with the inode's lock held: see there.
	 *
	 * Up to io->left bytes from *position on; *position moves on. Files that have no position ignore it. Returns
	 * bytes
	 * moved (partial is fine), 0 at the end, -errno. May block unless O_NONBLOCK is in file->flags. A fault in the
	 * middle returns what was moved, -EFAULT if nothing.
	 */
	long (*read)(struct file *file, struct io *io, uint64_t *position);
	long (*write)(struct file *file, struct io *io, uint64_t *position);
	/*
	 * lseek: sets file->position and returns it. Files that have it can be read and written at any position, but
	 * for those with file_seek_nowhere.
	 */
	long (*seek)(struct file *file, int64_t offset, int whence);
	long (*ioctl)(struct file *file, unsigned request, uint64_t argument);
	/*
	 * EPOLL* events that hold now. If `entry` is not NULL, first adds it to the queue(s) that will tell of
	 * changes.
	 */
	unsigned (*poll)(struct file *file, struct poll_entry *entry);
	/* fcntl(2) commands of this kind of file alone (pipe sizes, seals). NULL: -EINVAL. */
	long (*control)(struct file *file, int command, uint64_t argument);
	/* From file->position on, which it moves; NULL: inode_ops.readdir does it. */
	long (*readdir)(struct file *file, struct directory_sink *sink);
	int (*map)(struct file *file, struct mapping_source *source);
	int (*sync)(struct file *file);
	int (*truncate)(struct file *file, uint64_t size);
	int (*allocate)(struct file *file, int mode, uint64_t offset, uint64_t bytes);
	/* A descriptor of this file was closed, whether or not it was the last (close(2), flush). */
	void (*flush)(struct file *file);
	/* The last reference went away. */
	void (*release)(struct file *file);
	/* For /proc/self/fdinfo: further lines. NULL: none. */
	void (*show)(struct file *file, struct text *text);
};

struct file {
	const struct file_ops *ops;
	uint32_t references;
	uint32_t flags;      /* O_*, as F_GETFL shows them; changed atomically */
	struct path path;    /* holds a reference */
	struct inode *inode; /* = path.dentry->inode, held by it */
	uint64_t position;
	struct lock position_lock; /* regular files and directories: reads and writes with the shared position */
	void *data;                /* the implementation's */
	uint64_t data_word;        /* likewise */
	int32_t owner;             /* F_SETOWN */
	int32_t owner_type;        /* F_OWNER_* */
	int32_t owner_signal;      /* F_SETSIG */
	bool is_writer;            /* counted in its inode's `writers` */
	bool atime_due;            /* relatime: the day was over when it was opened */
	struct list epoll_entries; /* fs/epoll.c: who watches this file */
	struct lock epoll_lock;
};

/* A description for an object of the kernel's own: its inode is anonymous. *out with one reference. */
int file_new_anonymous(const char *name, const struct file_ops *ops, unsigned flags, void *data, struct file **out);
/*
 * A description of a place without asking anybody: for makers of pipes and the like, whose inode is in path. Takes
 * its own
 * reference on the path. -ENOMEM
 */
int file_new(const struct path *path, const struct file_ops *ops, unsigned flags, void *data, struct file **out);
/*
 * Memory for a description, for those who must know before they do anything that there is some; heap_free takes it
 * back. NULL: there is none.
 */
struct file *file_blank(void);
/* Opens a place: calls the file system; permissions were checked. Takes over `file`, even if it fails. */
int file_open_blank(struct file *file, const struct path *path, unsigned flags);
/* The same for who has none. Consumes nothing. */
int file_open_path(const struct path *path, unsigned flags, struct file **out);

/* A process's executable: a reference that also keeps the file from being opened for writing. NULL is allowed. */
void executable_get(struct dentry *dentry);
void executable_put(struct dentry *dentry);

static inline void file_get(struct file *file)
{
	__atomic_fetch_add(&file->references, 1, __ATOMIC_RELAXED);
}

/* NULL is allowed. */
void file_put(struct file *file);

/*
 * --- descriptors of the calling process ----------------------------------------------------------------------------
 */

/* The file of a descriptor, or NULL (-EBADF). Must be given back with fd_put, which costs nothing where the table
 * is not shared. O_PATH descriptors: fd_get says NULL, fd_get_any gives them too. */
struct file *fd_get(int fd);
struct file *fd_get_any(int fd);
void fd_put(struct file *file);

/* Sees to it that there is a free descriptor, for calls that must know before they do anything. -EMFILE, -ENOMEM */
int fd_prepare(void);

/* The lowest free descriptor from `from` on, below RLIMIT_NOFILE: installs the file (its reference is taken over) and
 * returns the number, or -EMFILE, -EINVAL, -ENOMEM: then the reference is still the caller's. */
int fd_install(struct file *file, int from, bool close_on_exec);
/* dup2's: replaces what is there, closing it. Same errors. */
int fd_install_at(struct file *file, int fd, bool close_on_exec);
int fd_close(int fd);
int fd_close_range(unsigned first, unsigned last, bool only_mark);
/* FD_CLOEXEC: 0 or 1, -EBADF. */
int fd_flags(int fd);
int fd_set_flags(int fd, bool close_on_exec);

/* Descriptors from here on are not open, and not even looked at by select: a power of two, as Linux's tables grow. */
unsigned fd_capacity(void);

struct fd_table;
struct fd_table *fd_table_new(void);
struct fd_table *fd_table_copy(struct fd_table *from); /* NULL: no memory */
void fd_table_get(struct fd_table *table);
/*
 * For looking at a table (proc): keeps it, without making it one that is shared: its user may be in the middle of a
 * call.
 */
void fd_table_pin(struct fd_table *table);
void fd_table_put(struct fd_table *table);
/* The calling process has done with the table: its record locks go, too. */
void fd_table_leave(struct fd_table *table);
/* Whether another process uses it, too. */
bool fd_table_is_shared(const struct fd_table *table);
/* The calling process has a table of its own from now on: 0 or -ENOMEM. */
int fd_table_unshare(void);
void fd_table_close_on_exec(struct fd_table *table);
/* For /proc/PID/fd: the file at fd with a reference, or NULL; the first used descriptor >= fd, or -1. */
struct file *fd_table_file(struct fd_table *table, int fd);
int fd_table_next(struct fd_table *table, int fd);

/*
 * --- generic operations --------------------------------------------------------------------------------------------
 */

/* An operation for files with a size; SEEK_DATA and SEEK_HOLE for files without holes. */
long file_seek_generic(struct file *file, int64_t offset, int whence);
/* An operation for files that have no position and let lseek have its way: 0. */
long file_seek_nowhere(struct file *file, int64_t offset, int whence);
static inline bool file_has_positions(const struct file *file)
{
	return file->ops->seek && file->ops->seek != file_seek_nowhere;
}
/* What lseek(2) does below the descriptor. */
long file_seek(struct file *file, int64_t offset, int whence);
/* What read(2) does below the descriptor: checks the mode, takes the position lock where needed. */
long file_read(struct file *file, struct io *io);
long file_write(struct file *file, struct io *io);
long file_read_at(struct file *file, struct io *io, uint64_t position);
long file_write_at(struct file *file, struct io *io, uint64_t position);

/*
 * What every write to a regular file starts with, the inode's lock held: moves *position to the end for O_APPEND,
 * shortens io to RLIMIT_FSIZE and to the largest file, drops set-id bits, sets mtime and ctime. 0 or -EFBIG (and the
 * signal). Only then may the file system move bytes. With nothing to write it changes nothing.
 */
int file_write_begin(struct file *file, struct io *io, uint64_t *position);

/* O_RDONLY is 0 and O_RDWR 2; 3 allows neither. */
#define FILE_READABLE(file) ((((file)->flags & O_ACCMODE) + 1) & 1 && !((file)->flags & O_PATH))
#define FILE_WRITABLE(file) ((((file)->flags & O_ACCMODE) + 1) & 2 && !((file)->flags & O_PATH))

#endif
