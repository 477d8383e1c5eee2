/* The host's signal mask of a new thread: see arch.h. */
#include <linux/signal.h>

#include <asm/sigcontext.h>
#include <asm/ucontext.h>

#include "abi/kernel.h"
#include "arch.h"

void arch_signal_restore(struct ucontext *context);

#define CONTEXT_OFFSET(name) (offsetof(struct ucontext, uc_mcontext) + offsetof(struct sigcontext, name))

_Static_assert(CONTEXT_OFFSET(r12) == CONTEXT_R12, "offset of r12");
_Static_assert(CONTEXT_OFFSET(r15) == CONTEXT_R15, "offset of r15");
_Static_assert(CONTEXT_OFFSET(rbp) == CONTEXT_RBP, "offset of rbp");
_Static_assert(CONTEXT_OFFSET(rbx) == CONTEXT_RBX, "offset of rbx");
_Static_assert(CONTEXT_OFFSET(rsp) == CONTEXT_RSP, "offset of rsp");
_Static_assert(CONTEXT_OFFSET(rip) == CONTEXT_RIP, "offset of rip");

void arch_kick_unblock(uint64_t signal_stack)
{
	struct ucontext context = {
		.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS,
		.uc_stack = {.ss_sp = (void *)(uintptr_t)signal_stack, .ss_size = KERNEL_SIGNAL_STACK_BYTES},
		.uc_mcontext = {.eflags = RFLAGS_START, .cs = USER_CS, .ss = USER_SS},
	};

	arch_signal_restore(&context);
}
