/*
 * One Solo5 unikernel while it is being set up, whichever way it will run. Everything about it is decided and checked
 * before its memory exists:
 *
 *   unikernel_decode   executable, notes, command line           nothing done yet
 *   unikernel_attach   devices
 *
 * What follows is the tender's: spt/ or hvt/.
 */
#ifndef TENDER_SOLO5_UNIKERNEL_H
#define TENDER_SOLO5_UNIKERNEL_H

#include "abi/solo5_elf.h"
#include "tender/elf/elf.h"
#include "tender/host/start.h"
#include "tender/options.h"
#include "tender/policy/policy.h"

/* The ABI a tender serves. */
struct unikernel_target {
	const char *name; /* of the tender, as messages have it: solo5-spt */
	uint32_t abi_target;
	uint32_t version_oldest;
	uint32_t version;
};

/*
 * Large arrays, of which a guest mostly uses the first entries, and none of which is ever cleared as a whole: each page
 * that is touched costs a page fault at start. What a stage needs, a stage before it has set.
 */
struct unikernel {
	int kernel_fd;
	enum hostcall_guest kind; /* whose bindings: SOLO5 or TEND */
	uint32_t mft_bytes;
	uint64_t stack_bytes; /* TEND: what its note asks for, 0 for the default */
	struct policy_guest policy;
	struct elf_image image;
	struct elf_plan plan;
	struct elf_window window;
	struct options options;
	struct mft mft;
};

/*
 * Opens the kernel named on the command line and checks everything that can be checked without knowing its memory:
 * fills all but policy and plan. Returns 0, or -1 with *error.
 */
int unikernel_decode(struct unikernel *unikernel, const struct unikernel_target *target, int argc, char *const *argv,
		     int kernel_index, struct error *error);

/* Decides how the image is loaded into memory of so many bytes. Returns 0, or -1 with *error. */
int unikernel_plan(struct unikernel *unikernel, uint64_t mem_bytes, struct error *error);

/* Where the stack of a TEND guest ends below mem_bytes, a page of guard beneath it; 0 with *error if there is no room.
 */
uint64_t unikernel_stack_bottom(const struct unikernel *unikernel, uint64_t mem_bytes, struct error *error);

/* Opens the devices and lists them in the policy, whose kind it sets to the given one. Returns 0, or -1 with *error. */
int unikernel_attach(struct unikernel *unikernel, enum hostcall_guest kind, struct error *error);

/* The image's file, to read segments from. */
struct elf_source unikernel_source(struct unikernel *unikernel);

/* Writes manifest and command line, one behind the other, as the guest finds them; returns their end. */
char *unikernel_texts_write(const struct unikernel *unikernel, char *to);

/* How many bytes that takes at most. */
#define UNIKERNEL_TEXTS_MAX (sizeof(struct mft) + SOLO5_CMDLINE_SIZE)

#endif
