/* Text that grows: what /proc files are made of. A failed allocation is remembered, not reported at each call. */
#ifndef KERNEL_LIB_TEXT_H
#define KERNEL_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data; /* heap block, NUL-terminated once anything was added */
	size_t length;
	size_t size;
	bool failed;
};

void text_add(struct text *text, const char *bytes, size_t length);
__attribute__((format(printf, 2, 3))) void text_print(struct text *text, const char *format, ...);
/* Frees the block; the text is empty again. */
void text_clear(struct text *text);

#endif
