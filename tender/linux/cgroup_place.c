/* /proc/self/cgroup: see cgroup.h. Lines are "ID:CONTROLLER,CONTROLLER:PATH"; version 2's is "0::PATH". */
#include <string.h>

#include "tender/linux/cgroup.h"

static bool list_has(const char *list, size_t length, const char *controller)
{
	size_t wanted = strlen(controller);
	size_t start = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && list[i] != ',')
			continue;
		if (i - start == wanted && memcmp(list + start, controller, wanted) == 0)
			return true;
		start = i + 1;
	}
	return false;
}

static size_t length_until(const char *text, char end)
{
	size_t length = 0;

	while (text[length] && text[length] != '\n' && text[length] != end)
		length++;
	return length;
}

/* Copies a path if there is room for it. */
static void path_take(char *to, const char *path, size_t length)
{
	if (length == 0 || length >= CGROUP_PATH_MAX || path[0] != '/')
		return;
	memcpy(to, path, length);
	to[length] = '\0';
}

bool cgroup_place_read(const char *text, struct cgroup_place *place)
{
	bool has_memory = false;
	bool has_unified = false;
	char unified[CGROUP_PATH_MAX] = "";

	memset(place, 0, sizeof(*place));
	while (*text) {
		const char *list = text + length_until(text, ':');
		const char *path;
		size_t length;

		list += *list == ':';
		length = length_until(list, ':');
		path = list + length + (list[length] == ':');
		if (length == 0 && list[length] == ':') {
			path_take(unified, path, length_until(path, '\n'));
			has_unified = true;
		} else if (list_has(list, length, "memory")) {
			path_take(place->memory, path, length_until(path, '\n'));
			has_memory = true;
		} else if (list_has(list, length, "pids")) {
			path_take(place->pids, path, length_until(path, '\n'));
		}
		text = path + length_until(path, '\n');
		text += *text == '\n';
	}
	if (has_memory || !has_unified)
		return has_memory;
	place->is_unified = true;
	memcpy(place->memory, unified, sizeof(unified));
	return true;
}
