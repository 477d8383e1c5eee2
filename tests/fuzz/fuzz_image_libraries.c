/*
 * Fuzz target: the first byte chooses what the rest is: an ELF file whose libraries are looked for, the loader's cache,
 * a list of directories. Strings that come out must end inside, and be of the kind that is promised.
 */
#include <elf.h>
#include <string.h>

#include "image/elf_dynamic.h"
#include "image/library_cache.h"
#include "image/library_search.h"
#include "tests/fuzz/fuzz.h"

static void inside_check(const char *string, const uint8_t *bytes, size_t size)
{
	FUZZ_CHECK((const uint8_t *)string >= bytes && (const uint8_t *)string + strlen(string) < bytes + size);
}

static void dynamic_of(const uint8_t *bytes, size_t size)
{
	static const int64_t tags[] = {DT_NEEDED, DT_RPATH, DT_RUNPATH};
	struct elf_dynamic dynamic;

	if (!elf_dynamic_open(&dynamic, bytes, size))
		return;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const char *string;
		size_t at = 0;

		while ((string = elf_dynamic_next(&dynamic, tags[i], &at)) != NULL) {
			inside_check(string, bytes, size);
			FUZZ_CHECK(at <= dynamic.count);
		}
	}
}

static void cache_of(const uint8_t *bytes, size_t size)
{
	struct library_cache cache;
	uint32_t at = 0;
	bool is_variant;
	const char *path;

	if (!library_cache_open(&cache, bytes, size))
		return;
	while ((path = library_cache_next(&cache, "libc.so.6", &at, &is_variant)) != NULL) {
		inside_check(path, bytes, size);
		FUZZ_CHECK(path[0] == '/' && at <= cache.count);
	}
}

static void list_of(const char *list)
{
	char directory[PATH_MAX];

	if (library_name_is_good(list))
		FUZZ_CHECK(!strchr(list, '/') && strlen(list) <= NAME_MAX);
	while (library_directory_next(&list, "/usr/bin", directory))
		FUZZ_CHECK(!directory[0] || (directory[0] == '/' && !strchr(directory, ':')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;

	if (size < 1)
		return 0;
	/* Without a byte more than there is, but for the string, which has an end. */
	bytes = malloc(size);
	FUZZ_CHECK(bytes);
	memcpy(bytes, data + 1, size - 1);
	bytes[size - 1] = '\0';
	if (data[0] % 3 == 2) {
		list_of((const char *)bytes);
	} else {
		uint8_t *exact = malloc(size - 1 ? size - 1 : 1);

		FUZZ_CHECK(exact);
		memcpy(exact, bytes, size - 1);
		if (data[0] % 3 == 0)
			dynamic_of(exact, size - 1);
		else
			cache_of(exact, size - 1);
		free(exact);
	}
	free(bytes);
	return 0;
}
