/* Machines: see platform.h. */
#include "image/platform.h"

#include <string.h>

#include "image/json.h"

#define OURS_OS "linux"
#define OURS_ARCHITECTURE "amd64"

bool platform_is_ours(const json_t *platform)
{
	return !platform || (strcmp(json_text(platform, "os"), OURS_OS) == 0 &&
			     strcmp(json_text(platform, "architecture"), OURS_ARCHITECTURE) == 0);
}

int platform_check(const json_t *config, struct error *error)
{
	if (platform_is_ours(config))
		return 0;
	return error_set(error, "it is for %s/%s, not " OURS_OS "/" OURS_ARCHITECTURE, json_text(config, "os"),
			 json_text(config, "architecture"));
}
