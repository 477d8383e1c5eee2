/*
 * One virtual machine while it is being set up and while it runs.
 *
 *   machine_decode   executable, notes, command line, amounts of memory      nothing done yet
 *   machine_attach   devices
 *   machine_load     KVM, memory, image, boot information, the CPU's first state
 *   lockdown_enter   privileges, descriptors, I/O thread, filter             no way back
 *   machine_run      the guest, until it halts
 */
#ifndef TENDER_HVT_MACHINE_H
#define TENDER_HVT_MACHINE_H

#include "abi/solo5_hvt.h"
#include "tender/hvt/hypercall.h"
#include "tender/hvt/kvm.h"
#include "tender/hvt/ring.h"
#include "tender/solo5/unikernel.h"

struct machine {
	struct kvm kvm;
	uint64_t mem_bytes;    /* what the guest is told: its stack ends here */
	uint64_t ring_address; /* 0: no net ring */
	uint64_t stack_bottom; /* 0: not fixed, the guest shares one region between heap and stack */
	uint64_t cycle_hz;
	struct hypercall_context context;
	struct ring ring;
	struct unikernel unikernel;
};

int machine_decode(struct machine *machine, const struct start *start, int kernel_index, struct error *error);
int machine_attach(struct machine *machine, struct error *error);
int machine_load(struct machine *machine, const struct start *start, struct error *error);

/* Runs the guest. Returns 0 when it has halted, with the exit status in context; -1 with *error. */
int machine_run(struct machine *machine, struct error *error);

#endif
