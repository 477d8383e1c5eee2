/*
 * One spt guest while it is being set up. Everything about it is decided and checked before its memory exists.
 *
 *   guest_decode   executable, notes, command line           nothing done yet
 *   guest_attach   devices, poll descriptors
 *   guest_load     memory, segments, boot information
 *   lockdown_enter privileges, descriptors, filter, jump     no way back
 */
#ifndef TENDER_SPT_GUEST_H
#define TENDER_SPT_GUEST_H

#include "abi/solo5_elf.h"
#include "tender/elf/elf.h"
#include "tender/host/start.h"
#include "tender/options.h"
#include "tender/policy/policy.h"

/*
 * Large arrays, of which a guest mostly uses the first entries, and none of which is ever cleared as a whole: each page
 * that is touched costs a page fault at start. What a stage needs, a stage before it has set.
 */
struct guest {
	int kernel_fd;
	enum hostcall_guest kind;
	uint32_t mft_bytes;
	uint64_t stack_bottom; /* 0: not fixed, the guest shares one region between heap and stack */
	uint64_t tls;          /* initial base of thread-local storage */
	uint64_t arguments;    /* where the tender's own command line was copied to, for ps */
	uint64_t arguments_end;
	struct policy_guest policy;
	struct elf_image image;
	struct elf_plan plan;
	struct elf_window window;
	struct options options;
	struct mft mft;
};

/* Addresses below the image, which the Solo5 ABI leaves to the tender. */
#define GUEST_HANDOVER SPT_MEM_BASE /* struct tend_handover and the last instructions of the tender, read-execute */
#define GUEST_HANDOVER_TLS (GUEST_HANDOVER + 0x200)
#define GUEST_TAIL (GUEST_HANDOVER + 0x400)
#define GUEST_ARGUMENTS_MAX 0xe0000u /* the copied command line ends below this address */
#define GUEST_TLS_PAGE 0xff000u

/* Opens the kernel named on the command line and checks everything that can be checked without it running. */
int guest_decode(struct guest *guest, int argc, char *const *argv, int kernel_index, struct error *error);

/* Opens the devices and, for guests of the SOLO5 kind, the epoll set and the timer. */
int guest_attach(struct guest *guest, struct error *error);

/* Maps guest memory and fills it: segments, hand-over, boot information. */
int guest_load(struct guest *guest, const struct start *start, struct error *error);

#endif
