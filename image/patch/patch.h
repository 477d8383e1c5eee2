/*
 * Patches the system call instructions of an ELF file: bytes in, patched pages and stubs out; no file is touched.
 *
 * A `syscall` instruction becomes reachable only through a `jmp rel32` to a stub of its own behind the object
 * (abi/entry.h). The five bytes of the jump come from whole instructions around it, which move into the stub:
 *
 *   PATCH_BEFORE  at least five bytes in front; `syscall` itself stays, for whoever jumps to it
 *   PATCH_ACROSS  three or four bytes in front and `syscall`
 *   PATCH_AFTER   `syscall` and at least three bytes behind, which the stub executes after the call
 *
 * Nothing is moved into which a branch may go: targets of direct branches, addresses taken by code, words of the file
 * that are addresses of code, functions of the unwinder's table, jump tables. Landing pads of exceptions need no care:
 * nothing falls into them from in front, and what is moved is straight-line code.
 * `mov $15,%eax; syscall` stays as it is: unwinders know __restore_rt by its bytes.
 */
#ifndef IMAGE_PATCH_PATCH_H
#define IMAGE_PATCH_PATCH_H

#include <stddef.h>
#include <stdint.h>

#include "tender/error.h"

/* Changes with the output for the same input. */
#define PATCH_VERSION 1

enum patch_kind {
	PATCH_NONE, /* stays: it traps */
	PATCH_RESTORE,
	PATCH_BEFORE,
	PATCH_ACROSS,
	PATCH_AFTER,
	PATCH_KINDS,
};

#define PATCH_BEFORE_MAX 8

struct patch_site {
	uint64_t vaddr; /* of the syscall instruction */
	uint64_t start; /* what is replaced, unless the kind is NONE or RESTORE */
	uint64_t end;
	uint64_t stub; /* address of the stub */
	uint32_t run;  /* among runs before they are ordered */
	enum patch_kind kind;
	uint8_t before_count; /* lengths of the instructions in front, nearest first */
	uint8_t before[PATCH_BEFORE_MAX];
};

/* As struct image_run, with the bytes. */
struct patch_run {
	uint64_t file_offset;
	uint64_t vaddr;
	uint64_t bytes;
	uint8_t *data;
};

struct patch_object {
	uint64_t vaddr_start;
	uint64_t vaddr_end;
	uint8_t *stubs;
	uint32_t stub_bytes; /* whole pages */
	uint32_t run_count;
	struct patch_run *runs; /* by file offset */
	uint32_t site_count;
	uint32_t counts[PATCH_KINDS];
	struct patch_site *sites; /* every syscall instruction, by address */
};

/*
 * 1: the object holds patches. 0: nothing to patch: no x86-64 executable or shared object, no system call in it, or
 * none that may be patched (object->sites then has them). -1: out of memory, or no decoder on this machine.
 * The object is to be freed in every case.
 */
int patch_object_make(const void *elf, size_t bytes, struct patch_object *object, struct error *error);
void patch_object_free(struct patch_object *object);

#endif
