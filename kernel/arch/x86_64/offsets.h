/* Offsets that assembly needs; C checks them (thread.h, frame.h). */
#ifndef KERNEL_ARCH_OFFSETS_H
#define KERNEL_ARCH_OFFSETS_H

#define THREAD_SELF 0
#define THREAD_USER_SP 8
#define THREAD_KERNEL_STACK 16
#define THREAD_ENTRY 24
#define THREAD_KICK 32
#define THREAD_USER_IP 40

#define FRAME_RAX 112
#define FRAME_RFLAGS 120
#define FRAME_RIP 128
#define FRAME_RSP 136
#define FRAME_BYTES 144

/* In struct ucontext */
#define CONTEXT_R12 72
#define CONTEXT_R13 80
#define CONTEXT_R14 88
#define CONTEXT_R15 96
#define CONTEXT_RBP 120
#define CONTEXT_RBX 128
#define CONTEXT_RSP 160
#define CONTEXT_RIP 168

/* Selectors of 64-bit code and its stack, as Linux has them. */
#define USER_CS 0x33
#define USER_SS 0x2b

/* Interrupts on, and the bit that is always one */
#define RFLAGS_START 0x202

/* What a program may have set, the kernel must not have, sahf does not restore: direction, trap, alignment check. */
#define RFLAGS_SLOW 0x40500
#define RFLAGS_OVERFLOW_BIT 11

#endif
