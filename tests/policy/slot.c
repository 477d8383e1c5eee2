/* The library kernel's and the application's part in tests on the running kernel: see slot.h. */
#define _GNU_SOURCE

#include "tests/policy/slot.h"

#ifdef __x86_64__

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/policy/live.h"

#define PLACE (SLOT_BASE + 0x10000)

/*
 * Position-independent. No stack: it may be gone after the call, and rt_sigreturn must not find a frame.
 *   slot_call     makes the call in struct seccomp_data *RDI, then ends the process
 *   slot_call_32  makes call 1 of the 32-bit interface
 *   slot_exit     ends the process with status EDI
 */
__asm__(".pushsection .text\n"
	".globl slot_call, slot_call_32\n"
	"slot_call:\n"
	"	xor %esp, %esp\n"
	"	mov %rdi, %rbx\n"
	"	mov (%rbx), %eax\n"
	"	mov 16(%rbx), %rdi\n"
	"	mov 24(%rbx), %rsi\n"
	"	mov 32(%rbx), %rdx\n"
	"	mov 40(%rbx), %r10\n"
	"	mov 48(%rbx), %r8\n"
	"	mov 56(%rbx), %r9\n"
	"	syscall\n"
	"	jmp 1f\n"
	"slot_call_32:\n"
	"	mov $1, %eax\n"
	"	mov $1, %ebx\n"
	"	int $0x80\n"
	"1:	mov $42, %edi\n"
	"	mov $43, %ecx\n"
	"	cmp $-4, %rax\n"
	"	cmove %ecx, %edi\n"
	"slot_exit:\n"
	"	mov $231, %eax\n"
	"	syscall\n"
	"	hlt\n"
	"slot_end:\n"
	".popsection\n");
extern const char slot_exit[], slot_end[];

bool slot_make(void)
{
	size_t bytes = (size_t)(slot_end - slot_call);
	void *place = mmap((void *)PLACE, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (place != (void *)PLACE)
		return false;
	memcpy(place, slot_call, bytes);
	return mprotect(place, 4096, PROT_READ | PROT_EXEC) == 0;
}

const char *slot_address(const char *label)
{
	return (const char *)PLACE + (label - slot_call);
}

static void trap_handle(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	(void)context;
	((void (*)(int))(uintptr_t)slot_address(slot_exit))(SLOT_STATUS_TRAPPED);
}

_Noreturn void slot_child_run(const char *place, const struct sock_fprog *program, const struct seccomp_data *call)
{
	static char stack[65536];
	const stack_t signal_stack = {.ss_sp = stack, .ss_size = sizeof(stack)};
	const struct sigaction action = {.sa_sigaction = trap_handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	live_signals_reset();
	if (sigaltstack(&signal_stack, NULL) == 0 && sigaction(SIGSYS, &action, NULL) == 0 &&
	    live_filter_install(program))
		((void (*)(const struct seccomp_data *))(uintptr_t)place)(call);
	_exit(SLOT_STATUS_NO_FILTER);
}

#endif
