/*
 * The last instructions of a member: they unmap the tender's data and the initial stack, install the filter, wipe
 * their own data and jump to the library kernel. They use no stack, and run from the tender's text, which stays: it is
 * the file's, holds no secret, and system calls from it trap.
 */
#ifndef TENDER_LINUX_TAIL_H
#define TENDER_LINUX_TAIL_H

#define LINUX_TAIL_UNMAP 0
#define LINUX_TAIL_FILTER_LENGTH 32
#define LINUX_TAIL_ENTRY 48
#define LINUX_TAIL_BOOT 56
#define LINUX_TAIL_ROLE 64
#define LINUX_TAIL_STACK 72
#define LINUX_TAIL_BYTES 80
#define LINUX_TAIL_SIZE 88

#ifndef __ASSEMBLER__
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* On pages of its own, private: the arena is the guest's the moment the first member runs. */
struct linux_tail {
	uint64_t unmap[2][2];   /* address and size */
	uint64_t filter_length; /* with the next: struct sock_fprog */
	uint64_t filter;
	uint64_t entry;
	uint64_t boot;
	uint64_t role;
	uint64_t stack;
	uint64_t bytes; /* of this structure and the instructions, a multiple of 8 */
	struct sock_filter instructions[];
};

_Static_assert(offsetof(struct linux_tail, filter_length) == LINUX_TAIL_FILTER_LENGTH, "LINUX_TAIL_FILTER_LENGTH");
_Static_assert(offsetof(struct linux_tail, entry) == LINUX_TAIL_ENTRY, "LINUX_TAIL_ENTRY");
_Static_assert(offsetof(struct linux_tail, boot) == LINUX_TAIL_BOOT, "LINUX_TAIL_BOOT");
_Static_assert(offsetof(struct linux_tail, role) == LINUX_TAIL_ROLE, "LINUX_TAIL_ROLE");
_Static_assert(offsetof(struct linux_tail, stack) == LINUX_TAIL_STACK, "LINUX_TAIL_STACK");
_Static_assert(offsetof(struct linux_tail, bytes) == LINUX_TAIL_BYTES, "LINUX_TAIL_BYTES");
_Static_assert(sizeof(struct linux_tail) == LINUX_TAIL_SIZE, "LINUX_TAIL_SIZE");

_Noreturn void linux_tail_enter(struct linux_tail *tail);
#endif

#endif
