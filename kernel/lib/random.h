/*
 * The guest's generator: ChaCha20 with fast key erasure, seeded by the tender, reseeded with RDRAND where there is
 * one.
 */
#ifndef KERNEL_LIB_RANDOM_H
#define KERNEL_LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Once at boot; the seed is wiped. */
void random_init(uint8_t *seed, size_t bytes);
void random_mix(const void *bytes, size_t length);
/* Never blocks, never fails. */
void random_fill(void *out, size_t bytes);
uint64_t random_word(void);

#endif
