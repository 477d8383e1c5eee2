/* The Tend note of a unikernel that brings none of its own: the default stack. */
#include "abi/boot.h"

const struct tend_note __tend_note __attribute__((section(".note.tend"), aligned(8), used)) = {
	.n_namesz = TEND_NOTE_NAME_SIZE,
	.n_descsz = sizeof(struct tend_note_payload),
	.n_type = TEND_NOTE_TYPE,
	.n_name = TEND_NOTE_NAME,
	.version = TEND_NOTE_VERSION,
	.stack_bytes = 0,
};
