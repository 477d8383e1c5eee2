/* aarch64 facts of the tender. */
#ifndef TENDER_ARCH_H
#define TENDER_ARCH_H

#define ARCH_STACK_SLACK 16u

/* The architecture as seccomp and ELF files name it; for <linux/audit.h> and <elf.h>. */
#define ARCH_AUDIT AUDIT_ARCH_AARCH64
#define ARCH_ELF_MACHINE EM_AARCH64

#endif
