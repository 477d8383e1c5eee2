/* Registers of stopped tracees, where they saved them: see ptrace.h. The formats are struct user and ELF core notes. */
#include <linux/elf.h>
#include <linux/errno.h>

#include "arch.h"
#include "kernel/lib/string.h"
#include "kernel/ptrace/ptrace.h"

/* struct user */
#define USER_REGISTERS_BYTES (CORE_REGISTERS * sizeof(uint64_t))
#define USER_DEBUG 848
#define USER_BYTES 928 /* as the kernel has it: longer than <sys/user.h>'s */
#define DEBUG_CONTROL 7
/* The state as FXSAVE has it, with which that of XSAVE begins. */
#define FX_BYTES 512
#define MXCSR_OFFSET 24
#define MXCSR_BITS 0xffffu
/* XSAVE's header: which components there are, and two words that are 0 in the format that is not compacted. */
#define HEADER_OFFSET 512
#define HEADER_BYTES 64
#define LEGACY_COMPONENTS 3ull
#define SOFTWARE_OFFSET 464

uint64_t tracee_registers_bytes(uint32_t type)
{
	switch (type) {
	case NT_PRSTATUS:
		return USER_REGISTERS_BYTES;
	case NT_PRFPREG:
		return FX_BYTES;
	case NT_X86_XSTATE:
		return arch_xstate_bytes();
	default:
		return 0;
	}
}

static void general_get(const struct tracee *tracee, uint64_t out[CORE_REGISTERS])
{
	arch_registers_get(tracee->thread->frame, tracee->thread->call_number, tracee->fs, out);
}

static long general_set(struct tracee *tracee, unsigned index, uint64_t value)
{
	return arch_register_set(tracee->thread->frame, &tracee->thread->call_number, &tracee->fs, index, value);
}

long tracee_peek_user(const struct tracee *tracee, uint64_t offset, user_t data)
{
	uint64_t registers[CORE_REGISTERS];
	uint64_t value = 0;

	if (offset % sizeof(value) || offset >= USER_BYTES)
		return -EIO;
	if (offset < USER_REGISTERS_BYTES) {
		general_get(tracee, registers);
		value = registers[offset / sizeof(value)];
	}
	return put_user_u64(data, value);
}

/* No breakpoint can be had: addresses may be written, which means nothing, but none be switched on. */
static long debug_set(unsigned index, uint64_t value)
{
	if (index == 4 || index == 5 || index > DEBUG_CONTROL)
		return -EIO;
	return index == DEBUG_CONTROL && value & 0xff ? -ENOSPC : 0;
}

long tracee_poke_user(struct tracee *tracee, uint64_t offset, uint64_t value)
{
	if (offset % sizeof(value) || offset >= USER_BYTES)
		return -EIO;
	if (offset < USER_REGISTERS_BYTES)
		return general_set(tracee, (unsigned)(offset / sizeof(value)), value);
	return offset >= USER_DEBUG ? debug_set((unsigned)(offset - USER_DEBUG) / sizeof(value), value) : -EIO;
}

long tracee_registers_get(struct tracee *tracee, uint32_t type, user_t data, uint64_t *bytes)
{
	uint64_t registers[CORE_REGISTERS];
	const void *from = tracee->vectors;
	uint64_t size = tracee_registers_bytes(type);

	if (*bytes > size)
		*bytes = size;
	if (type == NT_PRSTATUS) {
		general_get(tracee, registers);
		from = registers;
	}
	if (!from)
		return -ENOMEM;
	return copy_to_user(data, from, *bytes);
}

static long general_set_all(struct tracee *tracee, user_t data, uint64_t bytes)
{
	uint64_t registers[CORE_REGISTERS];
	long error = copy_from_user(registers, data, bytes);

	for (unsigned i = 0; i < bytes / sizeof(registers[0]) && !error; i++)
		error = general_set(tracee, i, registers[i]);
	return error;
}

/* What XRSTOR would not take must not come that far. */
static long vectors_check(const uint8_t *legacy, const uint8_t *header)
{
	uint64_t words[3];
	uint32_t mxcsr;

	memcpy(&mxcsr, legacy + MXCSR_OFFSET, sizeof(mxcsr));
	if (mxcsr & ~MXCSR_BITS)
		return -EINVAL;
	if (!header)
		return 0;
	memcpy(words, header, sizeof(words));
	return words[0] & ~arch_xstate_features() || words[1] || words[2] ? -EINVAL : 0;
}

static long vectors_set(struct tracee *tracee, user_t data, uint64_t bytes)
{
	uint8_t head[HEADER_OFFSET + HEADER_BYTES];
	uint8_t *vectors = tracee->vectors;
	bool whole = bytes > FX_BYTES;
	uint64_t components;
	long error;

	if (!vectors)
		return -ENOMEM;
	error = copy_from_user(head, data, whole ? sizeof(head) : FX_BYTES);
	if (!error)
		error = vectors_check(head, whole ? head + HEADER_OFFSET : NULL);
	if (!error && whole)
		error = copy_from_user(vectors + sizeof(head), data + sizeof(head), bytes - sizeof(head));
	if (error)
		return error;
	memcpy(vectors, head, SOFTWARE_OFFSET);
	if (whole) {
		memcpy(vectors + HEADER_OFFSET, head + HEADER_OFFSET, HEADER_BYTES);
	} else {
		memcpy(&components, vectors + HEADER_OFFSET, sizeof(components));
		components |= LEGACY_COMPONENTS;
		memcpy(vectors + HEADER_OFFSET, &components, sizeof(components));
	}
	tracee->vectors_changed = true;
	return 0;
}

long tracee_registers_set(struct tracee *tracee, uint32_t type, user_t data, uint64_t *bytes)
{
	uint64_t size = tracee_registers_bytes(type);

	if (*bytes > size)
		*bytes = size;
	if (type == NT_PRSTATUS)
		return general_set_all(tracee, data, *bytes);
	/* Nothing in between. */
	if (*bytes != size)
		return type == NT_PRFPREG ? -EINVAL : -EFAULT;
	return vectors_set(tracee, data, *bytes);
}
