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

/* Fills rows and columns of a terminal; false if it has no size. */
int stdio_window(int fd, uint16_t *rows, uint16_t *columns);

#endif
