/* The configuration of images that come from nobody who wrote one. */
#ifndef IMAGE_MADE_CONFIG_H
#define IMAGE_MADE_CONFIG_H

#include "image/source.h"

/* `member` ("Cmd" or "Entrypoint") is the path, which may be NULL: then there is none. Returns 0 or -1. */
int made_config_set(struct source *source, const char *member, const char *path, struct error *error);

#endif
