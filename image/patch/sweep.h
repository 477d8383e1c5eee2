/* Decodes all code once: finds the system call instructions and where the code itself may branch to. */
#ifndef IMAGE_PATCH_SWEEP_H
#define IMAGE_PATCH_SWEEP_H

#include "image/patch/code.h"
#include "image/patch/patch.h"

/* Whether code holds the bytes of a system call at all, in an instruction or not. */
bool sweep_is_needed(const struct code *code);

/*
 * Fills in object->sites with the kind NONE. Code is decoded from the last anchor in front of bytes that look like a
 * system call; data among the code, between an undecodable byte and the next anchor or a long run of instructions, hold
 * none: an elliptic curve's table in OpenSSL's code has the bytes of one. The decoder must be open, functions be
 * marked. Returns 0, -1: out of memory.
 */
int sweep_sites(struct code *code, struct patch_object *object, struct error *error);

/*
 * Decodes all code and marks as targets where it branches to and whose addresses it takes. False: it takes so many that
 * they were not all followed, which nobody's compiler does.
 */
bool sweep_targets(struct code *code);

#endif
