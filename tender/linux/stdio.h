/* The standard descriptors, as the library kernel is told of them. */
#ifndef TENDER_LINUX_STDIO_H
#define TENDER_LINUX_STDIO_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/kernel.h"
#include "tender/error.h"

/* Looks at descriptors 0, 1 and 2; closed ones become /dev/null. Returns 0, or -1 with *error. */
int stdio_take(struct kernel_stdio stdio[KERNEL_STDIO_COUNT], struct error *error);

/* The first of them that is a terminal, or -1. */
int stdio_terminal(const struct kernel_stdio stdio[KERNEL_STDIO_COUNT]);

/* Whether one of those for output is a terminal. */
bool stdio_terminal_is_output(const struct kernel_stdio stdio[KERNEL_STDIO_COUNT]);
/* Keeps what is typed for later, as it is: no editing, no echo. */
void stdio_typing_defer(int fd, const uint8_t original[64]);

/* Fills rows and columns of a terminal; false if it has no size. */
int stdio_window(int fd, uint16_t *rows, uint16_t *columns);

/* Whether this process is in the terminal's foreground, or the terminal does not know of such. */
bool stdio_is_foreground(int fd);

/*
 * Gives a terminal the attributes that a guest asks for, but for what belongs to the line itself: speed and framing
 * stay as in `original`. Both are struct termios in 64 bytes. For a guest's wishes and for restoring the original.
 */
void stdio_attributes_set(int fd, const uint8_t original[64], const uint8_t wanted[64]);

#endif
