/* ChaCha20's block function: RFC 8439, section 2.3. Words are little-endian, as all our CPUs have them. */
#include "kernel/lib/chacha.h"

#include "kernel/lib/string.h"

static inline uint32_t rotate(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

static inline void quarter_round(uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rotate(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rotate(x[b] ^ x[c], 7);
}

void chacha_block(const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint8_t out[CHACHA_BLOCK_BYTES])
{
	uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; /* "expand 32-byte k" */
	uint32_t x[16];

	memcpy(start + 4, key, CHACHA_KEY_BYTES);
	start[12] = counter;
	memcpy(start + 13, nonce, 3 * sizeof(uint32_t));
	memcpy(x, start, sizeof(x));
	for (int round = 0; round < 10; round++) {
		for (unsigned column = 0; column < 4; column++)
			quarter_round(x, column, column + 4, column + 8, column + 12);
		for (unsigned diagonal = 0; diagonal < 4; diagonal++)
			quarter_round(x, diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4,
				      12 + (diagonal + 3) % 4);
	}
	for (unsigned i = 0; i < 16; i++)
		x[i] += start[i];
	memcpy(out, x, CHACHA_BLOCK_BYTES);
}
