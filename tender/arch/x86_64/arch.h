/* x86-64 facts of the tender. */
#ifndef TENDER_ARCH_H
#define TENDER_ARCH_H

/* rsp at entry, below the end of memory: as if a return address had been pushed. */
#define ARCH_STACK_SLACK 8u

/* The architecture as seccomp and ELF files name it; for <linux/audit.h> and <elf.h>. */
#define ARCH_AUDIT AUDIT_ARCH_X86_64
#define ARCH_ELF_MACHINE EM_X86_64

#endif
