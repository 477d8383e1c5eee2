/*
 * The guest's own terminal, /dev/pts/0 and /dev/console: the host's terminal of the standard descriptors. Output is
 * written to it directly. Input is typed at the supervisor, which sends it over the control channel once the guest
 * wants any, and keeps the host's own line discipline out of the way from then on.
 */
#ifndef KERNEL_TTY_HOST_TERMINAL_H
#define KERNEL_TTY_HOST_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At boot: the terminal is standard descriptor `index`; `output`: where it is written to (1 or 2), -1: nowhere. */
int host_terminal_init(unsigned index, int output);
bool host_terminal_exists(void);
/* The devices: pseudoterminals, /dev/tty, /dev/console. After host_terminal_init. 0 or -errno. */
int terminals_init(void);

/* From the supervisor: what was typed; nothing: the terminal is gone. */
void host_terminal_input(const uint8_t *bytes, size_t count);
/* Its window has another size: the foreground processes get SIGWINCH. */
void host_terminal_resize(unsigned rows, unsigned columns);

#endif
