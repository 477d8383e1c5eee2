/* SHA-256, as text "sha256:" and 64 hexadecimal digits: what contents are called in images. */
#ifndef IMAGE_DIGEST_H
#define IMAGE_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdint.h>

#define DIGEST_PREFIX "sha256:"
#define DIGEST_HEX 64u
#define DIGEST_TEXT_BYTES sizeof(DIGEST_PREFIX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")

struct digest {
	struct sha256_ctx sum;
};

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, uint64_t size);
/* The text, NUL-terminated; the digest starts anew. */
void digest_end(struct digest *digest, char text[DIGEST_TEXT_BYTES]);

/* Whether a text is such a digest. */
bool digest_is_good(const char *text);

#endif
