/*
 * How patched application code enters the library kernel: what stubs and kernel agree on.
 *
 * A stub puts the address behind the system call into RCX, as the SYSCALL instruction does, and jumps through the
 * word at ENTRY_GS_OFFSET of the thread's GS segment. It pushes nothing: the red zone below RSP is live across system
 * calls. All other registers are as the system call ABI has them.
 */
#ifndef ABI_ENTRY_H
#define ABI_ENTRY_H

#define ENTRY_GS_OFFSET 24

#endif
