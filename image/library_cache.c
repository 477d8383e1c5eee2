/* The loader's cache: see library_cache.h. */
#include "image/library_cache.h"

#include <string.h>

#define MAGIC "glibc-ld.so.cache1.1"
/* Older systems have another table in front of this one. */
#define OLD_MAGIC "ld.so-1.7.0"
#define OLD_HEADER_BYTES 16u
#define OLD_ENTRY_BYTES 12u
/* FLAG_ELF_LIBC6 | FLAG_X8664_LIB64 */
#define FLAGS_X86_64 0x0303u

struct cache_header {
	char magic[20];
	uint32_t count;
	uint32_t strings_bytes;
	uint32_t others[5];
};

struct cache_entry {
	uint32_t flags;
	uint32_t name;
	uint32_t path;
	uint32_t unused;
	uint32_t features[2];
};

_Static_assert(sizeof(struct cache_header) == 48, "glibc's struct cache_file_new");
_Static_assert(sizeof(struct cache_entry) == 24, "glibc's struct file_entry_new");

static size_t old_table_bytes(const uint8_t *bytes, size_t size)
{
	uint32_t count;

	if (size < OLD_HEADER_BYTES || memcmp(bytes, OLD_MAGIC, strlen(OLD_MAGIC)) != 0)
		return 0;
	memcpy(&count, bytes + OLD_HEADER_BYTES - sizeof(count), sizeof(count));
	return (OLD_HEADER_BYTES + (size_t)count * OLD_ENTRY_BYTES + 7) & ~(size_t)7;
}

bool library_cache_open(struct library_cache *cache, const void *bytes, size_t size)
{
	size_t skip = old_table_bytes(bytes, size);
	struct cache_header header;

	*cache = (struct library_cache){0};
	if (skip > size || size - skip < sizeof(header))
		return false;
	cache->bytes = (const uint8_t *)bytes + skip;
	cache->size = size - skip;
	memcpy(&header, cache->bytes, sizeof(header));
	if (memcmp(header.magic, MAGIC, sizeof(header.magic)) != 0 ||
	    header.count > (cache->size - sizeof(header)) / sizeof(struct cache_entry))
		return false;
	cache->count = header.count;
	return true;
}

/* NULL: not in the cache, or not ended. */
static const char *string_at(const struct library_cache *cache, uint32_t offset)
{
	if (offset >= cache->size || !memchr(cache->bytes + offset, '\0', cache->size - offset))
		return NULL;
	return (const char *)cache->bytes + offset;
}

const char *library_cache_next(const struct library_cache *cache, const char *name, uint32_t *at, bool *is_variant)
{
	while (*at < cache->count) {
		const uint8_t *place = cache->bytes + sizeof(struct cache_header);
		const char *found, *path;
		struct cache_entry entry;

		memcpy(&entry, place + (size_t)(*at)++ * sizeof(entry), sizeof(entry));
		if (entry.flags != FLAGS_X86_64)
			continue;
		found = string_at(cache, entry.name);
		path = string_at(cache, entry.path);
		if (!found || strcmp(found, name) != 0 || !path || path[0] != '/')
			continue;
		*is_variant = entry.features[0] || entry.features[1];
		return path;
	}
	return NULL;
}
