/*
 * The cache of the C library's loader, /etc/ld.so.cache (glibc's sysdeps/generic/dl-cache.h): names of libraries and
 * where they are.
 */
#ifndef IMAGE_LIBRARY_CACHE_H
#define IMAGE_LIBRARY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct library_cache {
	const uint8_t *bytes; /* from the header on that offsets count from */
	size_t size;
	uint32_t count;
};

/* False: none, or cut short; `cache` is then empty. It points into the bytes. */
bool library_cache_open(struct library_cache *cache, const void *bytes, size_t size);

/*
 * The next path of a library for x86-64, from entry *at on, which moves behind it. NULL: no more. `is_variant` says
 * that it is for CPUs with certain features: others take one that is not.
 */
const char *library_cache_next(const struct library_cache *cache, const char *name, uint32_t *at, bool *is_variant);

#endif
