/*
 * What Tend's tenders and Tend's bindings tell each other beyond the Solo5 ABI.
 *
 * Guest to tender: an ELF note of our own name. Its presence selects the TEND rows of abi/hostcall.def; upstream's
 * tenders ignore it. Tender to guest: a page at SPT_MEM_BASE, where upstream leaves zeroes.
 */
#ifndef ABI_BOOT_H
#define ABI_BOOT_H

#include <stddef.h>
#include <stdint.h>

#define TEND_NOTE_NAME "Tend"
#define TEND_NOTE_NAME_SIZE 5
#define TEND_NOTE_HEADER_SIZE 20
#define TEND_NOTE_TYPE 0x31444e54u /* "TND1" */

struct tend_note_payload {
	uint32_t version;
	/* u64: room to reserve below the initial stack pointer, with a guard page beneath; 0: the default */
	uint8_t stack_bytes[8];
};

struct tend_note {
	uint32_t n_namesz;
	uint32_t n_descsz;
	uint32_t n_type;
	char n_name[8];
	uint32_t version;
	uint64_t stack_bytes;
};

#define TEND_NOTE_VERSION 1

/* The default stack: a quarter of guest memory, at most 8 MiB (Linux's own default), whole pages. */
#define TEND_STACK_DEFAULT_MAX (8u << 20)
/* The least; the tender's own last data lie on the stack before the guest starts. */
#define TEND_STACK_MIN (64u << 10)

#define TEND_HANDOVER_MAGIC 0x31764f646e655400ull /* "\0TendOv1" */

struct tend_handover {
	uint64_t magic;
	uint64_t vdso;         /* address of the vDSO's ELF header, 0 where the host has none */
	uint64_t stack_bottom; /* lowest address of the stack; the page beneath is not mapped */
	uint8_t random[16];    /* fresh for every start: stack canary, seeds */
};

_Static_assert(sizeof(struct tend_note) == 32, "size of the Tend note");
_Static_assert(sizeof(struct tend_note_payload) == sizeof(struct tend_note) - TEND_NOTE_HEADER_SIZE,
	       "size of the Tend note's payload");
_Static_assert(offsetof(struct tend_note, version) == TEND_NOTE_HEADER_SIZE, "offset of the Tend note's payload");
_Static_assert(sizeof(struct tend_handover) == 40, "size of the hand-over");

#endif
