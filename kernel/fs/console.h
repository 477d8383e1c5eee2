/*
 * The standard descriptors that the guest was started with.
 *
 * A stream of the host (pipe, socket, file) is a FIFO to the guest: bytes in order. A terminal is
 * another matter (tty/host_terminal.h). Bytes
 * are read
 * from the host's descriptor 0 only and written to 1 or 2 only, whichever guest descriptor is used; the host's
 * O_NONBLOCK is
 * never changed, the guest's own is in file->flags.
 */
#ifndef KERNEL_FS_CONSOLE_H
#define KERNEL_FS_CONSOLE_H

#include <stdbool.h>

#include "kernel/vfs/wait.h"

/* Who waits for standard input. The poller wakes it with EPOLLIN when descriptor 0 is readable, or ended. */
extern struct wait_queue console_input;
/* Whether anybody does. */
short console_input_wanted(void);

/* At boot, before dev_mount: registers the terminal, if there is one, and standard input. 0 or -errno. */
int console_init(void);

/* Makes descriptors 0, 1 and 2 of the calling process, once /dev is mounted. 0 or -errno. */
int console_open_standard(void);

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

#endif
