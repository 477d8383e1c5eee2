/* Text: formatting (freestanding/format.h has the conversions) and the kernel's own lines on the host's stderr. */
#ifndef KERNEL_LIB_PRINT_H
#define KERNEL_LIB_PRINT_H

#include <stddef.h>

/* Like snprintf, but returns what was written, without the NUL. */
__attribute__((format(printf, 3, 4))) size_t text_format(char *out, size_t size, const char *format, ...);

/* One line "tend: ..." on descriptor 2, at most 256 bytes. */
__attribute__((format(printf, 1, 2))) void kernel_log(const char *format, ...);

#endif
