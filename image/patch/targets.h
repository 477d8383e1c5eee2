/* What the data of an ELF file say about its code: pointers to it, and where its functions begin. */
#ifndef IMAGE_PATCH_TARGETS_H
#define IMAGE_PATCH_TARGETS_H

#include "image/patch/code.h"

/* Marks functions as targets and anchors: those of the unwinder's search table, of the symbol tables, the entry. */
void targets_mark_functions(struct code *code);

/*
 * Marks as targets all aligned words of the file that are addresses of its code, which takes in relocations' addends,
 * tables of pointers and RELR entries. The code has at least one range.
 */
void targets_mark_words(struct code *code);

#endif
