/* Ways into the host kernel other than SYSCALL in 64-bit code: attempts of reach.c. */
#ifndef TESTS_ISOLATION_GUESTS_LEGACY_H
#define TESTS_ISOLATION_GUESTS_LEGACY_H

/* INT 0x80 in 64-bit and in 32-bit code: trapped, and no call of the library's either. */
void legacy_interrupt(void);
void legacy_interrupt_32(void);
/* SYSENTER in 64-bit and 32-bit code, SYSCALL in 32-bit code. */
void legacy_sysenter(void);
void legacy_sysenter_32(void);
void legacy_syscall_32(void);
/* The three calls of the vsyscall page. */
void legacy_vsyscall(void);

#endif
