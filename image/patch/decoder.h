/*
 * Instructions, as far as patching asks: a thin layer over Zydis.
 * Zydis is loaded when an image is built, not when `tend` starts: linking it would cost every start its loading.
 */
#ifndef IMAGE_PATCH_DECODER_H
#define IMAGE_PATCH_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tender/error.h"

struct instruction {
	uint8_t length;
	uint8_t disp_at; /* where the 32-bit displacement is that counts from the instruction's end; 0: none */
	bool is_syscall; /* exactly 0f 05 */
	bool is_lea;
	bool has_branch;    /* `value` is relative to the instruction's end: direct jumps and calls */
	bool has_immediate; /* `value` is one */
	bool has_absolute;  /* `disp` is an address, or added to one */
	bool can_move;      /* set by decoder_examine only: it does the same elsewhere, displacement corrected */
	int64_t value;
	int64_t disp;
};

/* Loads the decoder; afterwards the others may be called from any thread. Returns 0 or -1. */
int decoder_open(struct error *error);

/* The instruction at the start of the bytes; false: there is none. `examine` takes longer and fills in all fields. */
bool decoder_decode(const uint8_t *bytes, size_t size, struct instruction *instruction);
bool decoder_examine(const uint8_t *bytes, size_t size, struct instruction *instruction);

#endif
