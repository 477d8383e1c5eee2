/* Macros of the Solo5 ABI for the notes and the interpreter string of a unikernel; the layouts are abi/solo5_elf.h. */
#ifndef ELF_ABI_H
#define ELF_ABI_H

#include "solo5_elf.h"

#define ABI1_NOTE_DECLARE_BEGIN                                                                                        \
	const struct abi1_note __solo5_abi1_note __attribute__((section(".note.solo5.abi"), aligned(4), used)) = {     \
		.h = {.n_namesz = SOLO5_NOTE_NAME_SIZE,                                                                \
		      .n_descsz = sizeof(struct abi1_info),                                                            \
		      .n_type = ABI1_NOTE_TYPE,                                                                        \
		      .n_name = SOLO5_NOTE_NAME},                                                                      \
		.i =

#define ABI1_NOTE_DECLARE_END                                                                                          \
	}                                                                                                              \
	;

/* An interpreter that cannot exist: the host refuses to execute a unikernel by mistake. */
#define DECLARE_ELF_INTERP                                                                                             \
	const char __solo5_interp[24] __attribute__((section(".interp"), aligned(8), used)) = "/nonexistent/solo5/";

/* OpenBSD executes any ELF file without this note; with it, only its own. It must be the first note. */
struct openbsd_note {
	uint32_t n_namesz;
	uint32_t n_descsz;
	uint32_t n_type;
	char n_name[8];
	uint32_t data;
};

#define DECLARE_OPENBSD_NOTE                                                                                           \
	const struct openbsd_note __solo5_openbsd_note                                                                 \
		__attribute__((section(".note.solo5.not_openbsd"), aligned(4), used)) = {                              \
			.n_namesz = 8, .n_descsz = 4, .n_type = 1, .n_name = "OpenBSD", .data = 0};

#endif
