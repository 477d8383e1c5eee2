/*
 * Patched text (abi/image.h): where an object of the image is mapped executable, its patched pages take the place of
 * the
 * file's, and its stubs lie behind the object, in a VMA "[stubs]" that comes and goes with the text. If that place is
 * taken, the text stays as it is in the file. The space's lock is held by callers.
 *
 * Text of other files (written at run time, or not known to be text when the image was built) is patched where it
 * traps, site by site, when it has done so a few times (mm/site.c): its bytes are replaced in this process's private
 * copy, so that read() and shared mappings show them as they are, and its stubs are memory somewhere above it.
 * Everything below holds for them too. Shared mappings, writable ones and anonymous memory keep trapping: nobody knows
 * who else executes them, or where their code is copied to.
 */
#ifndef KERNEL_MM_PATCH_H
#define KERNEL_MM_PATCH_H

#include "freestanding/image/image.h"
#include "kernel/mm/vma.h"

#define STUBS_LABEL "[stubs]"

/*
 * How many bytes behind a new mapping are to be left free for stubs. Loaders map an object whole at first, from
 * offset 0
 * on, and its segments then over that.
 */
uint64_t patch_room(const struct mapping_source *source, uint64_t offset, uint64_t bytes);
/* Patches a VMA that was just mapped. Uses one spare VMA. */
void patch_apply(struct address_space *space, struct vma *vma);
/* After the VMA, text or stubs, was removed: stubs without text go, text without stubs is mapped unpatched. */
void patch_settle(struct address_space *space, const struct vma *removed);

/* What the image has of a file that was patched when it was built. */
bool patch_object_find(const struct mapping_source *source, struct image *image, struct image_object *object);
/* The part of a run that the VMA shows: in *run. False: none of it. */
bool patch_run_clip(const struct vma *vma, struct image_run *run);
/*
 * Writes into text that cannot be written to. While it can, it cannot be executed: who runs into it finds the space
 * locked, and it executable afterwards.
 */
bool text_write(const struct vma *vma, uint64_t address, const uint8_t *code, size_t bytes);

#endif
