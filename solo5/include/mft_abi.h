/* Macros of the Solo5 ABI for a generated manifest (solo5-elftool gen-manifest); the layout is abi/manifest.h. */
#ifndef MFT_ABI_H
#define MFT_ABI_H

#include <stdbool.h>

#include "manifest.h"
#include "solo5_elf.h"

/* The payload is 8-aligned: four bytes lie between it and the header, and count as the note's. */
struct mft1_note {
	struct solo5_note_header h;
	struct mft m;
};

_Static_assert(offsetof(struct mft1_note, m) == 24, "offset of the manifest in its note");

#define MFT1_NOTE_DECLARE_BEGIN                                                                                        \
	const struct mft1_note __solo5_mft1_note                                                                       \
		__attribute__((section(".note.solo5.manifest"), aligned(8), used)) = {                                 \
			.h = {.n_namesz = SOLO5_NOTE_NAME_SIZE,                                                        \
			      .n_descsz = sizeof(struct mft1_note) - sizeof(struct solo5_note_header),                 \
			      .n_type = MFT1_NOTE_TYPE,                                                                \
			      .n_name = SOLO5_NOTE_NAME},                                                              \
			.m =

#define MFT1_NOTE_DECLARE_END                                                                                          \
	}                                                                                                              \
	;

#endif
