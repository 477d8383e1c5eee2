/* Hashes for the kernel's tables, keyed so that an application cannot choose collisions. */
#ifndef KERNEL_LIB_HASH_H
#define KERNEL_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Sets the key, once at boot. */
void hash_init(const uint8_t key[16]);
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t length);
uint64_t hash_word(uint64_t word);

#endif
