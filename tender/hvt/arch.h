/* What a processor architecture gives the tender: one folder arch/NAME/ implements it. */
#ifndef TENDER_HVT_ARCH_H
#define TENDER_HVT_ARCH_H

#include <linux/kvm.h>

#include "abi/solo5_hvt.h"
#include "tender/error.h"

struct machine;

#if defined(__x86_64__)
#define ARCH_KICK_ADDRESS HVT_PORT_KICK
#define ARCH_KICK_FLAGS KVM_IOEVENTFD_FLAG_PIO
#elif defined(__aarch64__)
#define ARCH_KICK_ADDRESS HVT_MMIO_KICK
#define ARCH_KICK_FLAGS 0
#endif

/* Writes the tables that the CPU needs below HVT_LOW_END. Memory and plan are set. */
void arch_tables_make(const struct machine *machine);

/* Finds out how fast the cycle counter runs. Returns 0, or -1 with *error. */
int arch_cycles_find(struct machine *machine, struct error *error);

/* Gives the CPU its state at entry. Returns 0, or -1 with *error. */
int arch_cpu_init(const struct machine *machine, struct error *error);

/* Where the guest is; 0 if that cannot be found out. */
uint64_t arch_cpu_pc(const struct machine *machine);

enum arch_exit {
	ARCH_EXIT_HYPERCALL, /* *number and *address are set */
	ARCH_EXIT_KICK,      /* the net ring's, if the host kernel does not serve it */
	ARCH_EXIT_FAULT,     /* an access that memory's protection forbids */
	ARCH_EXIT_INVALID,   /* *error is set */
	ARCH_EXIT_OTHER
};

/* What the guest left the CPU for, with state->run as the host kernel filled it in. */
enum arch_exit arch_exit_decode(const struct machine *machine, unsigned *number, uint32_t *address,
				struct error *error);

#endif
