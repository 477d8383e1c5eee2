/* The stubs of an object: what abi/entry.h says, with the instructions that made room for the jumps. */
#ifndef IMAGE_PATCH_STUB_H
#define IMAGE_PATCH_STUB_H

#include "image/patch/code.h"
#include "image/patch/patch.h"

/*
 * Writes object->stubs, which are mapped at object->vaddr_end, and sets each site's stub. A site whose stub cannot
 * reach
 * what it must becomes PATCH_NONE. Returns 0, -1: out of memory.
 */
int stubs_make(struct code *code, struct patch_object *object, struct error *error);

#endif
