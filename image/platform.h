/* For which machines images are, and for which they must be here. */
#ifndef IMAGE_PLATFORM_H
#define IMAGE_PLATFORM_H

#include <jansson.h>
#include <stdbool.h>

#include "tender/error.h"

/* A platform of a descriptor, which may be NULL: then it may be ours. */
bool platform_is_ours(const json_t *platform);

/* The same of a configuration, which must say. Returns 0 or -1. */
int platform_check(const json_t *config, struct error *error);

#endif
