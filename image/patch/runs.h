/* The pages of an object that patches change, in runs. */
#ifndef IMAGE_PATCH_RUNS_H
#define IMAGE_PATCH_RUNS_H

#include "image/patch/code.h"
#include "image/patch/patch.h"

/*
 * Copies the pages with patched sites and writes the jumps. Neighbours less than a gap apart become one run: a run is a
 * mapping of its own whenever the object is loaded, a page between them is a page of the image. Returns 0, -1: out of
 * memory.
 */
int runs_make(struct code *code, struct patch_object *object, struct error *error);

#endif
