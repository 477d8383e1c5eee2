/* Sets of signals: bit n-1 stands for signal n, as in the system call interface. */
#ifndef KERNEL_SIGNAL_SET_H
#define KERNEL_SIGNAL_SET_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t signal_set_t;

#define SIGNAL_COUNT 64
#define SIGNAL_BIT(signal) (1ull << ((signal)-1))

static inline bool signal_set_has(signal_set_t set, int signal)
{
	return set & SIGNAL_BIT(signal);
}

#endif
