/* Decides for every site which instructions make room for the jump: the rules of patch.h. */
#ifndef IMAGE_PATCH_RULES_H
#define IMAGE_PATCH_RULES_H

#include "image/patch/code.h"
#include "image/patch/patch.h"

#define PATCH_JUMP_BYTES 5
#define PATCH_SYSCALL_BYTES 2

/* Fills in kind, start and end of all sites. Targets must be marked. */
void rules_apply(struct code *code, struct patch_object *object);

#endif
