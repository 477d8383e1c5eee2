/* Fuzz target: the bytes are /proc/self/cgroup. What is taken of it are paths, each of one line. */
#include <string.h>

#include "tender/linux/cgroup.h"
#include "tests/fuzz/fuzz.h"

static void path_check(const char path[CGROUP_PATH_MAX], const char *text)
{
	size_t length = strnlen(path, CGROUP_PATH_MAX);

	FUZZ_CHECK(length < CGROUP_PATH_MAX && !strchr(path, '\n'));
	FUZZ_CHECK(length == 0 || (path[0] == '/' && strstr(text, path)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct cgroup_place place;

	FUZZ_CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (cgroup_place_read(text, &place)) {
		path_check(place.memory, text);
		path_check(place.pids, text);
	}
	free(text);
	return 0;
}
