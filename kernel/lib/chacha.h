/* ChaCha20 as RFC 8439 defines it: the block function, which is all that a generator needs. */
#ifndef KERNEL_LIB_CHACHA_H
#define KERNEL_LIB_CHACHA_H

#include <stdint.h>

#define CHACHA_KEY_BYTES 32
#define CHACHA_BLOCK_BYTES 64

/* 64 bytes of key stream for the key, the block counter and the nonce. */
void chacha_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint8_t out[CHACHA_BLOCK_BYTES]);

#endif
