/* Registers as core dumps have them: struct user_regs_struct. */
#include <asm/sigcontext.h>
#include <linux/errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "arch.h"
#include "kernel/lib/string.h"

void arch_core_registers(const struct frame *frame, uint64_t call_number, uint64_t out[CORE_REGISTERS])
{
	arch_registers_get(frame, call_number, arch_get_fs(), out);
}

void arch_registers_get(const struct frame *frame, uint64_t call_number, uint64_t fs, uint64_t out[CORE_REGISTERS])
{
	const uint64_t registers[CORE_REGISTERS] = {
		frame->r15, frame->r14, frame->r13,    frame->r12, frame->rbp, frame->rbx, frame->r11, frame->r10,
		frame->r9,  frame->r8,  frame->rax,    frame->rcx, frame->rdx, frame->rsi, frame->rdi, call_number,
		frame->rip, USER_CS,    frame->rflags, frame->rsp, USER_SS,    fs, /* gs, ds, es and others are 0 */
	};

	memcpy(out, registers, sizeof(registers));
}

/* Debuggers look for the features in use where Linux puts them: in the first of the software's own words. */
void arch_core_vectors(void *area)
{
	uint32_t low, high;
	uint64_t features;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	features = (uint64_t)high << 32 | low;
	arch_xstate_keep(area);
	memcpy((char *)area + offsetof(struct _fpstate_64, sw_reserved), &features, sizeof(features));
}

/* In struct user_regs_struct: those that are no frame's. */
enum {
	INDEX_CALL = 15,
	INDEX_RIP = 16,
	INDEX_CS = 17,
	INDEX_FLAGS = 18,
	INDEX_SP = 19,
	INDEX_SS = 20,
	INDEX_FS_BASE = 21
};
/* What a tracer may change in RFLAGS. */
#define RFLAGS_TRACER 0x50dd5ull
#define USER_ADDRESS_MAX 0x7ffffffff000ull

/* Where a frame has a register, by the index; those that are not there have none. */
static uint64_t *register_of(struct frame *frame, unsigned index)
{
	uint64_t *const registers[] = {
		&frame->r15, &frame->r14, &frame->r13, &frame->r12, &frame->rbp, &frame->rbx, &frame->r11, &frame->r10,
		&frame->r9,  &frame->r8,  &frame->rax, &frame->rcx, &frame->rdx, &frame->rsi, &frame->rdi,
	};

	return index < sizeof(registers) / sizeof(registers[0]) ? registers[index] : NULL;
}

/* Others cannot be gone to: Linux finds that out behind the application's back, and sends it a signal. */
static bool is_canonical(uint64_t address)
{
	return address >> 47 == 0 || address >> 47 == 0x1ffff;
}

int arch_register_set(struct frame *frame, uint64_t *call_number, uint64_t *fs, unsigned index, uint64_t value)
{
	uint64_t *place = register_of(frame, index);

	if (place)
		*place = value;
	else if (index == INDEX_CALL)
		*call_number = value;
	else if (index == INDEX_RIP && is_canonical(value))
		frame->rip = value;
	else if (index == INDEX_SP)
		frame->rsp = value;
	else if (index == INDEX_FLAGS)
		frame->rflags = (frame->rflags & ~RFLAGS_TRACER) | (value & RFLAGS_TRACER);
	else if (index == INDEX_FS_BASE && value < USER_ADDRESS_MAX)
		*fs = value;
	else if (index == INDEX_RIP || index == INDEX_FS_BASE || (index == INDEX_CS && value != USER_CS) ||
		 (index == INDEX_SS && value != USER_SS))
		return -EIO;
	/* The base of GS is the kernel's, the other segments are 0. */
	return 0;
}
