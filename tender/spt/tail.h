/*
 * The tender's last instructions: they unmap the tender, install the filter, wipe their own data and jump.
 *
 * They run from a page of guest memory (GUEST_TAIL) without a stack and touch nothing but struct tail, which lies at
 * the top of the guest's stack and is zero again when the guest starts. The code itself stays: it cannot unmap what
 * it runs on.
 */
#ifndef TENDER_SPT_TAIL_H
#define TENDER_SPT_TAIL_H

#define TAIL_UNMAP 0
#define TAIL_FILTER_LENGTH 32
#define TAIL_FILTER 40
#define TAIL_ENTRY 48
#define TAIL_BOOT_INFO 56
#define TAIL_STACK 64
#define TAIL_TLS 72
#define TAIL_BYTES 80
#define TAIL_SIZE 88

#ifndef __ASSEMBLER__
#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

struct tail {
	uint64_t unmap[2][2];   /* address and size; size 0: nothing */
	uint64_t filter_length; /* with the next: struct sock_fprog; 0: no filter (test tenders only) */
	uint64_t filter;
	uint64_t entry;
	uint64_t boot_info;
	uint64_t stack; /* the guest's stack pointer */
	uint64_t tls;
	uint64_t bytes; /* of this structure and all that was built behind it, a multiple of 8 */
	struct sock_filter instructions[];
};

_Static_assert(offsetof(struct tail, filter_length) == TAIL_FILTER_LENGTH, "TAIL_FILTER_LENGTH");
_Static_assert(offsetof(struct tail, filter) == TAIL_FILTER, "TAIL_FILTER");
_Static_assert(offsetof(struct tail, entry) == TAIL_ENTRY, "TAIL_ENTRY");
_Static_assert(offsetof(struct tail, boot_info) == TAIL_BOOT_INFO, "TAIL_BOOT_INFO");
_Static_assert(offsetof(struct tail, stack) == TAIL_STACK, "TAIL_STACK");
_Static_assert(offsetof(struct tail, tls) == TAIL_TLS, "TAIL_TLS");
_Static_assert(offsetof(struct tail, bytes) == TAIL_BYTES, "TAIL_BYTES");
_Static_assert(sizeof(struct tail) == TAIL_SIZE, "TAIL_SIZE");

/* The code to copy, which is position-independent, and its size in bytes. */
extern const char tail_code[];
extern const uint64_t tail_size;

/* Jumps to the copy at `code`. */
_Noreturn void tail_enter(const void *code, struct tail *tail);
#endif

#endif
