/*
 * The standard descriptors that the guest was started with, and its terminal.
 *
 * A stream of the host (pipe, socket, file) is a FIFO to the guest: bytes in order. A terminal is /dev/pts/0. Bytes
 * are read
 * from the host's descriptor 0 only and written to 1 or 2 only, whichever guest descriptor is used; the host's
 * O_NONBLOCK is
 * never changed, the guest's own is in file->flags.
 */
#ifndef KERNEL_FS_CONSOLE_H
#define KERNEL_FS_CONSOLE_H

#include <stdbool.h>

#include "kernel/vfs/wait.h"

#define CONSOLE_MAJOR 136
#define CONSOLE_MINOR 0

/* Who waits for standard input. The poller wakes it with EPOLLIN when descriptor 0 is readable, or ended. */
extern struct wait_queue console_input;
/* Whether anybody does. */
bool console_input_wanted(void);

/* At boot, before dev_mount: registers the terminal and standard input. 0 or -errno. */
int console_init(void);
bool console_is_terminal(void);

/* Makes descriptors 0, 1 and 2 of the calling process, once /dev is mounted. 0 or -errno. */
int console_open_standard(void);

/* The supervisor said that the terminal's window has another size: the foreground processes get SIGWINCH. */
void console_window_set(unsigned rows, unsigned columns);

/*
 * --- between console.c and terminal.c
 * --------------------------------------------------------------------------------
 */

struct file;
struct io;

/* The host's descriptors of a file: -1 where it has none. */
struct console_end {
	int input;
	int output;
};

long console_read(struct file *file, struct io *io, uint64_t *position);
long console_write(struct file *file, struct io *io, uint64_t *position);
unsigned console_poll(struct file *file, struct poll_entry *entry);
/* Whether a read would find something now. */
bool console_input_ready(void);

/* terminal.c: TTY ioctls and the registration of the device, whose files have file->data set to `end`. */
int terminal_init(const struct console_end *end, unsigned stdio_index);

#endif
