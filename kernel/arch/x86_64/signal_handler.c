/*
 * The handler of every host signal. It runs on the alternate stack and never does the work itself: it sends the
 * thread to
 * where the work is done outside signal context (entry.S), or out of a blocking host call, or past a faulting user
 * copy.
 */
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <linux/audit.h>
#include <linux/errno.h>
#include <stdbool.h>

#include "abi/kernel.h"
#include "exceptions.h"
#include "frame.h"
#include "kernel/host/boot.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/print.h"
#include "kernel/task/thread.h"

extern const char trap_entry[], fault_entry[], kick_entry[], kick_again[];
extern const char kernel_leave[], kernel_leave_end[];
extern const char blocking_window_start[], blocking_window_end[], blocking_interrupted[];

void signal_handler(int signal, siginfo_t *info, struct ucontext *context);

static bool is_within(uint64_t address, const char *start, const char *end)
{
	return address >= (uint64_t)(uintptr_t)start && address < (uint64_t)(uintptr_t)end;
}

static bool is_kernel(uint64_t address)
{
	return address >> 32 == kernel_boot()->kernel_base >> 32;
}

/* Out of the handler into the kernel, even if the application was in 32-bit code. */
static void kernel_enter(struct sigcontext *registers, const char *entry)
{
	registers->rip = (uint64_t)(uintptr_t)entry;
	registers->cs = USER_CS;
	registers->ss = USER_SS;
}

/* A system call instruction of the application that nobody patched: as if a stub had jumped to the entry. */
static void trap_enter(const siginfo_t *info, struct sigcontext *registers)
{
	kernel_statistics()->traps++;
	if (info->si_arch != AUDIT_ARCH_X86_64) {
		/* int 0x80: there is no 32-bit interface. */
		registers->rax = (uint64_t)-ENOSYS;
		return;
	}
	registers->rcx = registers->rip;
	registers->r11 = registers->eflags;
	kernel_enter(registers, trap_entry);
}

/* The kernel may be in the vDSO, which it calls for the time: what tells is the stack. */
static bool is_on_kernel_stack(const struct sigcontext *registers)
{
	return registers->rsp - kernel_boot()->arena_base < kernel_boot()->arena_bytes;
}

static void kick_enter(struct sigcontext *registers)
{
	struct thread *thread = current;

	if (is_within(registers->rip, blocking_window_start, blocking_window_end)) {
		registers->rip = (uint64_t)(uintptr_t)blocking_interrupted;
	} else if (is_within(registers->rip, kernel_leave, kernel_leave_end)) {
		/* The frame is still whole: taking registers off the stack does not change it. */
		registers->rsp = thread->kernel_stack - sizeof(struct frame);
		registers->rip = (uint64_t)(uintptr_t)kick_again;
	} else if (!is_kernel(registers->rip) && !is_on_kernel_stack(registers)) {
		thread->user_ip = registers->rip;
		kernel_enter(registers, kick_entry);
	}
}

_Noreturn static void kernel_fault(int signal, const siginfo_t *info, const struct sigcontext *registers)
{
	kernel_log("the library kernel took signal %d at text+0x%lx, address 0x%lx, error %lu", signal,
		   (unsigned long)(registers->rip - kernel_boot()->kernel_base),
		   (unsigned long)(uintptr_t)info->si_addr, (unsigned long)registers->err);
	bug(__FILE__, __LINE__, "fault in the library kernel");
}

static void fault_enter(int signal, const siginfo_t *info, struct sigcontext *registers)
{
	struct thread *thread = current;

	kernel_statistics()->faults++;
	/* The trap flag is the application's: the entry path takes it off. */
	if (signal == SIGTRAP && is_kernel(registers->rip))
		return;
	if (is_kernel(registers->rip)) {
		uint64_t resume = exception_resume(registers->rip);

		if (!resume)
			kernel_fault(signal, info, registers);
		registers->rip = resume;
		return;
	}
	thread->fault.signal = signal;
	thread->fault.code = info->si_code;
	thread->fault.address = (uint64_t)(uintptr_t)info->si_addr;
	thread->fault.trap_number = registers->trapno;
	thread->fault.error_code = registers->err;
	thread->user_ip = registers->rip;
	kernel_enter(registers, fault_entry);
}

void signal_handler(int signal, siginfo_t *info, struct ucontext *context)
{
	struct sigcontext *registers = &context->uc_mcontext;

	if (signal == SIGSYS)
		trap_enter(info, registers);
	else if (signal == KERNEL_KICK_SIGNAL)
		kick_enter(registers);
	else
		fault_enter(signal, info, registers);
}
