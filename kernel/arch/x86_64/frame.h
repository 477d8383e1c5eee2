/*
 * The application's registers while the kernel serves it, on the thread's kernel stack. Order as entry.S pushes them.
 */
#ifndef KERNEL_ARCH_FRAME_H
#define KERNEL_ARCH_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "offsets.h"

struct frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx;
	uint64_t rax; /* the number on entry, the result on return */
	uint64_t rflags;
	uint64_t rip;
	uint64_t rsp;
};

_Static_assert(offsetof(struct frame, rax) == FRAME_RAX, "offset of rax");
_Static_assert(offsetof(struct frame, rflags) == FRAME_RFLAGS, "offset of rflags");
_Static_assert(offsetof(struct frame, rip) == FRAME_RIP, "offset of rip");
_Static_assert(offsetof(struct frame, rsp) == FRAME_RSP, "offset of rsp");
_Static_assert(sizeof(struct frame) == FRAME_BYTES, "size of a frame");

#endif
