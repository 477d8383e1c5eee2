/* Builds images into the store: see store.h. In `tend` itself it becomes tend-build, as image_build does. */
#ifndef IMAGE_STORE_BUILD_H
#define IMAGE_STORE_BUILD_H

#include "image/image.h"

/*
 * Builds an image and makes the link `links`/`name` lead to it. `hex` gets the SHA-256 of its bytes, under which it is
 * kept; `report` may be NULL. Returns 0 or -1.
 */
int store_build(const struct image_request *request, const char *links, const char *name, struct image_report *report,
		char hex[65], struct error *error);

/* Copies an image file into the store under a name. It is checked: its header and its file system. Returns 0 or -1. */
int store_import(const char *path, const char *name, char hex[65], struct error *error);

#endif
