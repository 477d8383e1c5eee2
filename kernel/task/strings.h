/*
 * Arguments and environment on their way from one program to the next: NUL-terminated strings one behind the other, as
 * they will lie on the new stack.
 */
#ifndef KERNEL_TASK_STRINGS_H
#define KERNEL_TASK_STRINGS_H

#include <stddef.h>

#include "kernel/mm/user.h"

/* One string at most, and all of them with their pointers, in bytes: as Linux with a stack limit of 8 MiB. */
#define STRINGS_ONE_MAX (128u << 10)
#define STRINGS_ALL_MAX (2u << 20)

struct strings {
	char *data; /* heap block */
	size_t length;
	size_t size;
	unsigned count;
};

/* -E2BIG, -ENOMEM */
int strings_add(struct strings *strings, const char *text);
/* A NULL-terminated array of pointers in application memory; address 0 is an empty one. Adds -EFAULT. */
int strings_add_user(struct strings *strings, user_t array);
/* Puts `text` in front of the others. */
int strings_prepend(struct strings *strings, const char *text);
void strings_remove_first(struct strings *strings);
void strings_free(struct strings *strings);

#endif
