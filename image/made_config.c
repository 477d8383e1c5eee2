/* A configuration out of what is known: see made_config.h. */
#include "image/made_config.h"

#include <jansson.h>
#include <string.h>

#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

int made_config_set(struct source *source, const char *member, const char *path, struct error *error)
{
	json_t *config = json_pack("{s:[s]}", "Env", PATH_VARIABLE);
	json_t *top = json_pack("{s:s, s:s, s:o}", "architecture", "amd64", "os", "linux", "config", config);

	if (!top)
		return error_set(error, "out of memory");
	if (path && json_object_set_new(config, member, json_pack("[s]", path)) < 0) {
		json_decref(top);
		return error_set(error, "%s: its name is not UTF-8", path);
	}
	source->config = json_dumps(top, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(top);
	if (!source->config)
		return error_set(error, "out of memory");
	source->config_bytes = strlen(source->config);
	return 0;
}
