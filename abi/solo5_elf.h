/*
 * The ELF notes of a Solo5 executable: which ABI it is for and its manifest.
 * One note per PT_NOTE header; a header whose first note is not Solo5's is ignored.
 */
#ifndef ABI_SOLO5_ELF_H
#define ABI_SOLO5_ELF_H

#include <stddef.h>
#include <stdint.h>

#define SOLO5_NOTE_NAME "Solo5"
#define SOLO5_NOTE_NAME_SIZE 6    /* with the NUL */
#define SOLO5_NOTE_HEADER_SIZE 20 /* three words and the padded name */

#define ABI1_NOTE_TYPE 0x31494241u /* "ABI1" */
#define ABI1_NOTE_ALIGN 4
#define ABI1_NOTE_MAX_SIZE 32
#define MFT1_NOTE_TYPE 0x3154464du /* "MFT1" */
#define MFT1_NOTE_ALIGN 8
#define MFT1_NOTE_MAX_SIZE 6668 /* 4 bytes of padding and 64 entries */

/* The longest command line of a unikernel, with the NUL. */
#define SOLO5_CMDLINE_SIZE 8192u

enum abi_target {
	HVT_ABI_TARGET = 1,
	SPT_ABI_TARGET,
	VIRTIO_ABI_TARGET,
	MUEN_ABI_TARGET,
	GENODE_ABI_TARGET,
	XEN_ABI_TARGET,
};

struct solo5_note_header {
	uint32_t n_namesz;
	uint32_t n_descsz;
	uint32_t n_type;
	char n_name[8];
};

struct abi1_info {
	uint32_t abi_target; /* enum abi_target */
	uint32_t abi_version;
	uint32_t reserved0;
	uint32_t reserved1;
};

struct abi1_note {
	struct solo5_note_header h;
	struct abi1_info i;
};

_Static_assert(sizeof(struct solo5_note_header) == SOLO5_NOTE_HEADER_SIZE, "size of a note header");
_Static_assert(sizeof(struct abi1_info) == 16, "size of the ABI1 payload");
_Static_assert(offsetof(struct abi1_note, i) == SOLO5_NOTE_HEADER_SIZE, "offset of the ABI1 payload");

#endif
