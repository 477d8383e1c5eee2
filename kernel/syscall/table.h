/*
 * System calls: arguments as they come in registers, results as they go back. syscall.def says which function serves
 * which number, and how completely.
 *
 * A sys_* function decodes and checks arguments (copying each user structure once), then calls what does the work.
 */
#ifndef KERNEL_SYSCALL_TABLE_H
#define KERNEL_SYSCALL_TABLE_H

#include <stdint.h>

struct arguments {
	uint64_t a[6];
};

typedef long (*syscall_function)(const struct arguments *args);

/* Arguments by their C type, the upper half ignored for ints as Linux does. */
#define ARG_INT(args, n) ((int)(args)->a[n])
#define ARG_UINT(args, n) ((unsigned)(args)->a[n])
#define ARG_LONG(args, n) ((long)(args)->a[n])
#define ARG_ULONG(args, n) ((args)->a[n])
#define ARG_USER(args, n) ((args)->a[n])

/*
 * Declares sys_NAME. Every file in syscall/ defines its functions as
 *   SYSCALL(openat) { ... ARG_INT(args, 0) ... }
 */
#define SYSCALL(name)                                                                                                  \
	long sys_##name(const struct arguments *args);                                                                 \
	long sys_##name(const struct arguments *args)
#define SYSCALL_NO_ARGS(name)                                                                                          \
	long sys_##name(const struct arguments *args);                                                                 \
	long sys_##name(__attribute__((unused)) const struct arguments *args)

/* Results that the return path turns into EINTR or a restart of the call, by the signal's action: as Linux has them. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

#endif
