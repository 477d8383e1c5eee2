/*
 * SipHash-1-3 (Aumasson and Bernstein; one round per word, three at the end), written from its description. The seed is
 * hashed as the first eight bytes of the message.
 */
#include "kernel/lib/hash.h"

static uint64_t hash_key[2];

struct sip {
	uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline uint64_t load_bytes(const uint8_t *bytes, size_t count)
{
	uint64_t word = 0;

	for (size_t i = 0; i < count; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static inline void sip_round(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotate(s->b, 13) ^ s->a;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a = rotate(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotate(s->b, 17) ^ s->c;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c = rotate(s->c, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

static inline struct sip sip_begin(void)
{
	return (struct sip){
		hash_key[0] ^ 0x736f6d6570736575ull,
		hash_key[1] ^ 0x646f72616e646f6dull,
		hash_key[0] ^ 0x6c7967656e657261ull,
		hash_key[1] ^ 0x7465646279746573ull,
	};
}

static inline uint64_t sip_end(struct sip *s, uint64_t last)
{
	sip_word(s, last);
	s->c ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

void hash_init(const uint8_t key[16])
{
	hash_key[0] = load_bytes(key, 8);
	hash_key[1] = load_bytes(key + 8, 8);
}

uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint64_t total = (uint64_t)(length + 8) << 56;
	struct sip s = sip_begin();

	sip_word(&s, seed);
	for (; length >= 8; at += 8, length -= 8)
		sip_word(&s, load_bytes(at, 8));
	return sip_end(&s, total | load_bytes(at, length));
}

uint64_t hash_word(uint64_t word)
{
	struct sip s = sip_begin();

	sip_word(&s, word);
	return sip_end(&s, 8ull << 56);
}
