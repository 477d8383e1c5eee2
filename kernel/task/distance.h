/* Distances between the parts of a new program's memory: random, unless personality(2) asked for fixed addresses. */
#ifndef KERNEL_TASK_DISTANCE_H
#define KERNEL_TASK_DISTANCE_H

#include "kernel/lib/random.h"
#include "kernel/task/thread.h"

/* ADDR_NO_RANDOMIZE, and what a program with more rights than its caller does not take over (PER_CLEAR_ON_SETID). */
#define PERSONALITY_NOT_RANDOM 0x0040000u
#define PERSONALITY_INSECURE (PERSONALITY_NOT_RANDOM | 0x0100000u | 0x0200000u | 0x0400000u)

/* A multiple of `step`, less than `bytes`. */
static inline uint64_t distance_choose(uint64_t bytes, uint64_t step)
{
	return current->personality & PERSONALITY_NOT_RANDOM ? 0 : random_word() % (bytes / step) * step;
}

#endif
