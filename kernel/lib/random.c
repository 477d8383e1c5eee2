/*
 * The guest's random numbers. The generator's key is replaced with every request (fast key erasure), so that what was
 * given out cannot be computed from what lies in memory later. It lives in the arena: processes share it, fork does not
 * copy it.
 */
#include "kernel/lib/random.h"

#include "kernel/lib/chacha.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/string.h"
#include "rdrand.h"

#define RESEED_REQUESTS 1024 /* requests between two draws from the CPU's generator */

static struct {
	struct lock lock;
	uint32_t key[8];
	uint32_t requests;
	bool has_cpu_source;
} generator;

static const uint32_t no_nonce[3];

/* Not optimised away: the compiler must believe that someone looks. */
static void wipe(void *bytes, size_t length)
{
	memset(bytes, 0, length);
	__asm__ volatile("" : : "r"(bytes) : "memory");
}

/* The key becomes a function of itself and all of the bytes. */
static void key_mix(const uint8_t *bytes, size_t length)
{
	uint8_t block[CHACHA_BLOCK_BYTES];

	while (length) {
		uint8_t part[CHACHA_KEY_BYTES] = {0};
		size_t size = length < sizeof(part) ? length : sizeof(part);

		memcpy(part, bytes, size);
		for (unsigned i = 0; i < 8; i++) {
			uint32_t word;

			memcpy(&word, part + 4 * i, sizeof(word));
			generator.key[i] ^= word;
		}
		chacha_block(generator.key, 0, no_nonce, block);
		memcpy(generator.key, block, CHACHA_KEY_BYTES);
		wipe(part, sizeof(part));
		bytes += size;
		length -= size;
	}
	wipe(block, sizeof(block));
}

static void key_mix_cpu(void)
{
	uint64_t words[4] = {0};
	unsigned count = 0;

	if (!generator.has_cpu_source)
		return;
	while (count < 4 && arch_random_word(&words[count]))
		count++;
	key_mix((const uint8_t *)words, count * sizeof(words[0]));
	wipe(words, sizeof(words));
}

void random_mix(const void *bytes, size_t length)
{
	lock_acquire(&generator.lock);
	key_mix(bytes, length);
	lock_release(&generator.lock);
}

void random_init(uint8_t *seed, size_t bytes)
{
	random_mix(seed, bytes);
	wipe(seed, bytes);
	generator.has_cpu_source = arch_random_available();
	lock_acquire(&generator.lock);
	key_mix_cpu();
	lock_release(&generator.lock);
}

/* Half a block becomes the next key, the other half is this request's. */
static void request_key(uint32_t key[8])
{
	uint8_t block[CHACHA_BLOCK_BYTES];

	lock_acquire(&generator.lock);
	if (generator.requests++ % RESEED_REQUESTS == RESEED_REQUESTS - 1)
		key_mix_cpu();
	chacha_block(generator.key, 0, no_nonce, block);
	memcpy(generator.key, block, CHACHA_KEY_BYTES);
	lock_release(&generator.lock);
	memcpy(key, block + CHACHA_KEY_BYTES, CHACHA_KEY_BYTES);
	wipe(block, sizeof(block));
}

void random_fill(void *out, size_t bytes)
{
	uint8_t block[CHACHA_BLOCK_BYTES];
	uint32_t key[8];
	uint8_t *to = out;

	request_key(key);
	if (bytes <= sizeof(key)) {
		memcpy(to, key, bytes);
	} else {
		for (uint32_t counter = 0; bytes; counter++) {
			size_t size = bytes < sizeof(block) ? bytes : sizeof(block);

			chacha_block(key, counter, no_nonce, block);
			memcpy(to, block, size);
			to += size;
			bytes -= size;
		}
		wipe(block, sizeof(block));
	}
	wipe(key, sizeof(key));
}

uint64_t random_word(void)
{
	uint64_t word;

	random_fill(&word, sizeof(word));
	return word;
}
