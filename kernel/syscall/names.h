/* Names for numbers, for tracing: errors, signals, flags. */
#ifndef KERNEL_SYSCALL_NAMES_H
#define KERNEL_SYSCALL_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* "ENOENT"; "ERRNO" for a number without a name. */
const char *names_error(int error);
/* "SIGTERM"; "SIG" for a number without a name. */
const char *names_signal(int signal);
/* A value by its letter in syscall.def (o, P, M, f, g; others hexadecimal); returns the length written. */
size_t names_flags(char kind, uint64_t value, char *out, size_t size);

#endif
