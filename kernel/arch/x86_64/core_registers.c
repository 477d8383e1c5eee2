/* Registers as core dumps have them: struct user_regs_struct. */
#include <asm/sigcontext.h>
#include <stddef.h>

#include "arch.h"
#include "kernel/lib/string.h"

void arch_core_registers(const struct frame *frame, uint64_t call_number, uint64_t out[CORE_REGISTERS])
{
	const uint64_t registers[CORE_REGISTERS] =
		{
			frame->r15,    frame->r14, frame->r13, frame->r12,    frame->rbp, frame->rbx,
			frame->r11,    frame->r10, frame->r9,  frame->r8,     frame->rax, frame->rcx,
			frame->rdx,    frame->rsi, frame->rdi, call_number,   frame->rip, USER_CS,
			frame->rflags, frame->rsp, USER_SS,    arch_get_fs(), /* gs, ds, es and others are 0 */
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
