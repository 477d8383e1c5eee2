/*
 * One spt guest while it is being set up: tender/solo5/unikernel.h says the first stages.
 *
 *   guest_decode   executable, notes, command line           nothing done yet
 *   guest_attach   devices, poll descriptors
 *   guest_load     memory, segments, boot information
 *   lockdown_enter privileges, descriptors, filter, jump     no way back
 */
#ifndef TENDER_SPT_GUEST_H
#define TENDER_SPT_GUEST_H

#include "abi/solo5_spt.h"
#include "tender/solo5/unikernel.h"

struct guest {
	uint64_t stack_bottom; /* 0: not fixed, the guest shares one region between heap and stack */
	uint64_t tls;          /* initial base of thread-local storage */
	uint64_t arguments;    /* where the tender's own command line was copied to, for ps */
	uint64_t arguments_end;
	struct unikernel unikernel;
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
