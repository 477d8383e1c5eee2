/*
 * A signal handler's frame on the application's stack, exactly as Linux lays it out (struct rt_sigframe): programs read
 * and edit it. The kernel itself uses no vector registers, so the state to save is still in them.
 */
#include <linux/signal.h>

#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <linux/errno.h>

#include "arch.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/table.h"

#define RED_ZONE_BYTES 128
#define XSTATE_ALIGN 64
/* XSAVE's header behind the legacy area; Linux keeps its own words in the legacy area's reserved end. */
#define XSTATE_HEADER_OFFSET 512
#define XSTATE_HEADER_BYTES 64
#define SOFTWARE_WORDS_OFFSET 464
#define UC_FLAGS (UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS)
/* What a program may change in RFLAGS by a signal frame. */
#define RFLAGS_USER 0x50dd5ull
#define SYSCALL_INSTRUCTION 0x050f
/* In a reserved word of the context: the call is to be repeated when the handler returns to where it was. */
#define RESTART_MAGIC 0x5452415453455244ull

struct signal_frame {
	uint64_t restorer;
	struct ucontext context;
	siginfo_t info;
};

int arch_xstate_save(void *area, uint64_t features);
int arch_xstate_load(const void *area, uint64_t features);

uint64_t arch_xstate_features(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

void arch_xstate_keep(void *area)
{
	/* XSAVE leaves alone what it does not write; XRSTOR wants zeroes there. */
	memset((char *)area + XSTATE_HEADER_OFFSET, 0, XSTATE_HEADER_BYTES);
	bug_on(arch_xstate_save(area, arch_xstate_features()) < 0);
}

void arch_xstate_bring_back(const void *area)
{
	bug_on(arch_xstate_load(area, arch_xstate_features()) < 0);
}

static int xstate_push(uint64_t area)
{
	static const uint8_t zeroes[XSTATE_HEADER_BYTES];
	uint32_t bytes = arch_xstate_bytes();
	struct _fpx_sw_bytes software = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = bytes + FP_XSTATE_MAGIC2_SIZE,
		.xfeatures = arch_xstate_features(),
		.xstate_size = bytes,
	};
	uint32_t magic = FP_XSTATE_MAGIC2;

	if (!user_range_ok(area, bytes + sizeof(magic)) ||
	    copy_to_user(area + XSTATE_HEADER_OFFSET, zeroes, sizeof(zeroes)) < 0 ||
	    arch_xstate_save((void *)(uintptr_t)area, software.xfeatures) < 0)
		return -EFAULT;
	if (copy_to_user(area + SOFTWARE_WORDS_OFFSET, &software, sizeof(software)) < 0)
		return -EFAULT;
	return copy_to_user(area + bytes, &magic, sizeof(magic));
}

static int xstate_pop(uint64_t area)
{
	struct _fpx_sw_bytes software;

	if (area == 0)
		return 0;
	if (area % XSTATE_ALIGN || !user_range_ok(area, arch_xstate_bytes()) ||
	    copy_from_user(&software, area + SOFTWARE_WORDS_OFFSET, sizeof(software)) < 0)
		return -EFAULT;
	/* A frame without Linux's words has the legacy state only. */
	return arch_xstate_load((const void *)(uintptr_t)area,
				software.magic1 == FP_XSTATE_MAGIC1 ? arch_xstate_features() : 3);
}

static bool is_on_stack(const struct signal_state *signals, uint64_t sp)
{
	return sp - signals->stack_base <= signals->stack_bytes && sp > signals->stack_base;
}

static uint64_t stack_choose(const struct frame *frame, const struct signal_action *action)
{
	const struct signal_state *signals = &current->signals;

	if (action->flags & SA_ONSTACK && signals->stack_bytes && !is_on_stack(signals, frame->rsp))
		return signals->stack_base + signals->stack_bytes;
	return frame->rsp - RED_ZONE_BYTES;
}

static void context_fill(struct sigcontext *out, const struct frame *frame, signal_set_t mask)
{
	const struct thread_fault *fault = &current->fault;

	*out = (struct sigcontext){
		.r8 = frame->r8,
		.r9 = frame->r9,
		.r10 = frame->r10,
		.r11 = frame->r11,
		.r12 = frame->r12,
		.r13 = frame->r13,
		.r14 = frame->r14,
		.r15 = frame->r15,
		.rdi = frame->rdi,
		.rsi = frame->rsi,
		.rbp = frame->rbp,
		.rbx = frame->rbx,
		.rdx = frame->rdx,
		.rax = frame->rax,
		.rcx = frame->rcx,
		.rsp = frame->rsp,
		.rip = frame->rip,
		.eflags = frame->rflags,
		.cs = USER_CS,
		.__pad0 = USER_SS,
		.err = fault->error_code,
		.trapno = fault->trap_number,
		.cr2 = fault->address,
		.oldmask = mask,
	};
}

int arch_signal_frame_push(struct frame *frame, const struct signal_action *action, const siginfo_t *info,
			   signal_set_t mask)
{
	struct signal_state *signals = &current->signals;
	uint64_t top = stack_choose(frame, action);
	uint64_t xstate = (top - arch_xstate_bytes() - FP_XSTATE_MAGIC2_SIZE) & ~(uint64_t)(XSTATE_ALIGN - 1);
	uint64_t place = ((xstate - sizeof(struct signal_frame)) & ~15ull) - 8;
	struct signal_frame out;

	memset(&out, 0, sizeof(out));
	out.restorer = action->restorer;
	out.context.uc_flags = UC_FLAGS;
	out.context.uc_stack.ss_sp = (void *)(uintptr_t)signals->stack_base;
	out.context.uc_stack.ss_size = signals->stack_bytes;
	out.context.uc_stack.ss_flags = (int)signals->stack_flags;
	context_fill(&out.context.uc_mcontext, frame, mask);
	out.context.uc_mcontext.fpstate = (struct _fpstate_64 *)(uintptr_t)xstate;
	memcpy(&out.context.uc_sigmask, &mask, sizeof(mask));
	out.info = *info;
	if (current->restart_behind_handler) {
		out.context.uc_mcontext.reserved1[0] = RESTART_MAGIC;
		out.context.uc_mcontext.reserved1[1] = frame->rip;
		out.context.uc_mcontext.reserved1[2] = current->call_number;
		current->restart_behind_handler = false;
	}
	if (is_on_stack(signals, frame->rsp) && !is_on_stack(signals, place))
		return -EFAULT;
	if (xstate_push(xstate) < 0 || copy_to_user(place, &out, sizeof(out)) < 0)
		return -EFAULT;
	if (signals->stack_flags & SS_AUTODISARM) {
		signals->stack_base = signals->stack_bytes = 0;
		signals->stack_flags = SS_DISABLE;
	}
	frame->rdi = (uint64_t)info->si_signo;
	frame->rsi = place + offsetof(struct signal_frame, info);
	frame->rdx = place + offsetof(struct signal_frame, context);
	frame->rax = 0;
	frame->rsp = place;
	frame->rip = action->handler;
	frame->rflags &= ~0x10500ull; /* direction, trap, resume */
	return 0;
}

static void context_load(struct frame *frame, const struct sigcontext *in)
{
	*frame = (struct frame){
		.r15 = in->r15,
		.r14 = in->r14,
		.r13 = in->r13,
		.r12 = in->r12,
		.r11 = in->r11,
		.r10 = in->r10,
		.r9 = in->r9,
		.r8 = in->r8,
		.rbp = in->rbp,
		.rdi = in->rdi,
		.rsi = in->rsi,
		.rdx = in->rdx,
		.rcx = in->rcx,
		.rbx = in->rbx,
		.rax = in->rax,
		.rip = in->rip,
		.rsp = in->rsp,
		.rflags = (frame->rflags & ~RFLAGS_USER) | (in->eflags & RFLAGS_USER),
	};
}

int arch_signal_frame_pop(struct frame *frame, signal_set_t *mask)
{
	struct signal_state *signals = &current->signals;
	struct ucontext context;

	/* The handler's return took the restorer's address off. */
	if (copy_from_user(&context, frame->rsp, sizeof(context)) < 0)
		return -EFAULT;
	if (xstate_pop((uint64_t)(uintptr_t)context.uc_mcontext.fpstate) < 0)
		return -EFAULT;
	context_load(frame, &context.uc_mcontext);
	current->call_number = CALL_NONE;
	if (context.uc_mcontext.reserved1[0] == RESTART_MAGIC && context.uc_mcontext.reserved1[1] == frame->rip) {
		current->call_number = context.uc_mcontext.reserved1[2];
		frame->rax = (uint64_t)-ERESTARTNOINTR;
	}
	memcpy(mask, &context.uc_sigmask, sizeof(*mask));
	signals->stack_base = (uint64_t)(uintptr_t)context.uc_stack.ss_sp;
	signals->stack_bytes = context.uc_stack.ss_size;
	signals->stack_flags = (uint32_t)context.uc_stack.ss_flags;
	return 0;
}

void arch_call_restart(struct frame *frame, uint64_t number)
{
	uint16_t instruction;

	if (copy_from_user(&instruction, frame->rip - sizeof(instruction), sizeof(instruction)) == 0 &&
	    instruction == SYSCALL_INSTRUCTION) {
		frame->rip -= sizeof(instruction);
		frame->rax = number;
		return;
	}
	/* The instruction was moved into a stub. */
	frame->rax = (uint64_t)-EINTR;
	current->restart_behind_handler = true;
}
