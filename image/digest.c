/* SHA-256 as text: see digest.h. */
#include "image/digest.h"

#include <string.h>

void digest_start(struct digest *digest)
{
	sha256_init(&digest->sum);
}

void digest_add(struct digest *digest, const void *bytes, uint64_t size)
{
	sha256_update(&digest->sum, size, bytes);
}

void digest_end(struct digest *digest, char text[DIGEST_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[SHA256_DIGEST_SIZE];

	sha256_digest(&digest->sum, sizeof(bytes), bytes);
	memcpy(text, DIGEST_PREFIX, strlen(DIGEST_PREFIX));
	text += strlen(DIGEST_PREFIX);
	for (unsigned i = 0; i < sizeof(bytes); i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	*text = '\0';
}

bool digest_is_good(const char *text)
{
	size_t front = strlen(DIGEST_PREFIX);

	return strncmp(text, DIGEST_PREFIX, front) == 0 && strspn(text + front, "0123456789abcdef") == DIGEST_HEX &&
	       text[front + DIGEST_HEX] == '\0';
}
