/*
 * Formatting without libc: %s, %d, %u, %x, %o, %c and %%, with the length modifiers l and z, a width with the flags 0
 * and -, and %.*s.
 */
#ifndef FREESTANDING_FORMAT_H
#define FREESTANDING_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes at most size bytes, always NUL-terminated (size > 0); returns the length written, without the NUL. */
size_t format_text(char *out, size_t size, const char *format, va_list original);

#endif
