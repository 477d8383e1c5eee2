/*
 * System call instructions that trapped, and what takes their place: the run-time side of image/patch.
 *
 * Only `mov $number,%eax; syscall` is replaced: the mov, by a jump to a stub that does it and enters the kernel. The
 * syscall instruction stays, for whoever jumps to it, or was interrupted between the two. That the five bytes in front
 * are this mov, and no part of anything else, is known from three things:
 *   - the syscall instruction was just executed: it is one, and ends where it ends;
 *   - RAX holds the number that the bytes would have put there;
 *   - of all the bytes before, none begins an instruction that reaches into the five bytes and from whose end
 *     instructions lead to the syscall (an instruction that could not have been executed with this RAX is none). An
 *     instruction of unknown length counts as one that does.
 * So nothing but this mov was executed in front of the syscall, or something jumped to it; code in which instructions
 * overlap, and data in front of a jumped-to syscall that look like the mov of its very number, are taken not to exist.
 */
#ifndef KERNEL_ARCH_SITE_H
#define KERNEL_ARCH_SITE_H

#include <stdbool.h>
#include <stdint.h>

#define SITE_SYSCALL_BYTES 2
#define SITE_PATCH_BYTES 5 /* in front of the syscall */
#define SITE_BEFORE_BYTES 20
#define SITE_STUB_BYTES 32

/* The bytes in front of a syscall instruction, and itself. */
struct site_code {
	uint8_t bytes[SITE_BEFORE_BYTES + SITE_SYSCALL_BYTES];
};

/* Whether the syscall, executed just now with this RAX, can be patched. */
bool site_can_be_patched(const struct site_code *code, uint64_t rax);
/* What replaces the five bytes in front of the syscall at `site`. False: the stub is too far away. */
bool site_jump(uint8_t jump[SITE_PATCH_BYTES], uint64_t site, uint64_t stub);
/* Where a jump as above leads that lies at the address; 0: it is none. */
uint64_t site_jump_target(const uint8_t *code, uint64_t address);
/* The syscall that a stub at the address stands for. A stub begins with the five bytes that were in front of it. */
uint64_t site_of_stub(const uint8_t stub[SITE_STUB_BYTES], uint64_t address);
/* The stub's code, for this address. False: too far away. */
bool site_stub(uint8_t stub[SITE_STUB_BYTES], uint64_t address, uint64_t site, uint32_t number);

#endif
