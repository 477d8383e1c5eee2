/* How long an instruction is, for those who must not take its middle for its beginning. */
#ifndef KERNEL_ARCH_LENGTH_H
#define KERNEL_ARCH_LENGTH_H

#include <stdint.h>

#define INSTRUCTION_BYTES_MAX 15

enum {
	LENGTH_NONE = 0,     /* no instruction begins so */
	LENGTH_UNKNOWN = -1, /* perhaps one does, and it may have any length: CPUs differ, or nobody asked so far */
};

/*
 * The length of the instruction that these bytes begin with, in 64-bit mode; at least INSTRUCTION_BYTES_MAX bytes are
 * there. Every instruction there is has its length or LENGTH_UNKNOWN; what is no instruction may have any answer.
 */
int instruction_length(const uint8_t *bytes);

#endif
