/* Writes an image into an output: the builder's own. */
#ifndef IMAGE_IMAGE_FILL_H
#define IMAGE_IMAGE_FILL_H

#include "image/image.h"
#include "image/output.h"

/* The output is neither published nor discarded. Returns 0 or -1. */
int image_fill(const struct image_request *request, const struct output *output, struct image_report *report,
	       struct error *error);

#endif
