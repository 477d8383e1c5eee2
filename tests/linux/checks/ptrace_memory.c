/* ptrace: memory and registers of others, breakpoints and steps. */
#include "../signals.h"
#include "../tracee.h"

#include <elf.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>

static long word = 0x1122334455667788;
static const long constant[2] = {0x0102030405060708, 9};
static char *pages;

static void nothing(void)
{
}

static void changed(void)
{
	_exit((word == 77) + 2 * (*(volatile const long *)constant == 78) +
	      4 * (pages && *(volatile long *)pages == 79));
}

/* Debuggers write to what cannot be written, and read what cannot be read. */
CHECK(ptrace_memory, "ptrace")
{
	long got = 0;
	pages = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(pages != MAP_FAILED);
	memcpy(pages + PAGE - 4, "seven bytes", 12);
	*(long *)(pages + 3 * PAGE) = 5;
	mprotect(pages, PAGE, PROT_READ);
	mprotect(pages + 3 * PAGE, PAGE, PROT_NONE);
	munmap(pages + 2 * PAGE, PAGE);
	pid_t child = tracee_fork(changed);
	SHOW(TRACE(PTRACE_PEEKDATA, child, &word, &got));
	SHOW_HEX(got);
	SHOW(TRACE(PTRACE_PEEKTEXT, child, pages + PAGE - 4, &got));
	SHOW_TEXT(&got, 8);
	SHOW(TRACE(PTRACE_PEEKTEXT, child, pages + 3 * PAGE, &got));
	SHOW(got);
	SHOW(TRACE(PTRACE_PEEKDATA, child, pages + 2 * PAGE - 4, &got));
	SHOW(TRACE(PTRACE_PEEKDATA, child, -8, &got));
	SHOW(TRACE(PTRACE_POKEDATA, child, &word, 77));
	SHOW(TRACE(PTRACE_POKEDATA, child, constant, 78));
	SHOW(TRACE(PTRACE_POKETEXT, child, pages, 79));
	SHOW(TRACE(PTRACE_POKEDATA, child, pages + 2 * PAGE, 79));
	SHOW(word == 0x1122334455667788 && constant[0] == 0x0102030405060708);
	tracee_end(child);
}

/* Shared memory that cannot be written is not the tracee's alone. */
CHECK(ptrace_shared_memory, "ptrace")
{
	long got = 0;
	int file = open("file", O_RDWR | O_CREAT, 0644), reading = open("file", O_RDONLY);
	REQUIRE(write(file, "original bytes of the file", 26) == 26);
	char *shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reading, 0);
	char *private = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, reading, 0);
	REQUIRE(shared != MAP_FAILED && private != MAP_FAILED);
	pid_t child = tracee_fork(nothing);
	SHOW(TRACE(PTRACE_POKEDATA, child, shared, 1));
	SHOW(TRACE(PTRACE_POKEDATA, child, private, 0x6565656565656565));
	SHOW(TRACE(PTRACE_PEEKDATA, child, private, &got));
	SHOW_TEXT(&got, 8);
	SHOW_TEXT(private, 8);
	SHOW_TEXT(shared, 8);
	tracee_end(child);
}

/* A system call between known instructions, whose bytes must be those of the program. */
__asm__(".pushsection .text\n"
	".globl traced_code, traced_call, traced_end\n"
	"traced_code:\n"
	"	mov $39, %eax\n"
	"traced_call:\n"
	"	syscall\n"
	"	mov $0x1234, %ebx\n"
	"	xor %r12d, %r12d\n"
	"traced_end:\n"
	"	ret\n"
	".popsection\n");
extern char traced_code[], traced_call[], traced_end[];

static void coded(void)
{
	long code;
	__asm__ volatile("call traced_code" : "=a"(code)::"rbx", "rcx", "r11", "r12", "memory");
	__asm__ volatile("call traced_code" : "=a"(code)::"rbx", "rcx", "r11", "r12", "memory");
	_exit(code == getpid());
}

static long byte_change(pid_t child, char *address, unsigned char byte)
{
	long old = 0;
	SHOW(TRACE(PTRACE_PEEKTEXT, child, address, &old));
	SHOW(TRACE(PTRACE_POKETEXT, child, address, (old & ~0xffl) | byte));
	return old;
}

CHECK(ptrace_breakpoint, "ptrace")
{
	pid_t child = tracee_fork(coded);
	siginfo_t info;
	long call = byte_change(child, traced_call, 0xcc), code = 0;
	SHOW(TRACE(PTRACE_PEEKTEXT, child, traced_code, &code));
	SHOW_HEX(code & 0xffffffffffl);
	SHOW_HEX(call & 0xffff);
	tracee_status("breakpoint", tracee_next(PTRACE_CONT, child, 0));
	struct user_regs_struct registers = tracee_registers(child);
	SHOW((long)registers.rip - (long)traced_call);
	SHOW(registers.rax);
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
	NOTE("signal %d code %d", info.si_signo, info.si_code);
	SHOW(TRACE(PTRACE_POKETEXT, child, traced_call, call));
	registers.rip--;
	SHOW(TRACE(PTRACE_SETREGS, child, 0, &registers));
	call = byte_change(child, traced_end, 0xcc);
	tracee_status("behind", tracee_next(PTRACE_CONT, child, 0));
	registers = tracee_registers(child);
	SHOW((long)registers.rip - (long)traced_end);
	SHOW(registers.rax == (unsigned long)child);
	SHOW_HEX(registers.rbx);
	SHOW(TRACE(PTRACE_POKETEXT, child, traced_end, call));
	registers.rip--;
	SHOW(TRACE(PTRACE_SETREGS, child, 0, &registers));
	tracee_end(child);
}

/* Instruction by instruction, one of which is a system call. */
CHECK(ptrace_steps, "ptrace")
{
	pid_t child = tracee_fork(coded);
	siginfo_t info;
	long first = byte_change(child, traced_code, 0xcc);
	tracee_status("breakpoint", tracee_next(PTRACE_CONT, child, 0));
	struct user_regs_struct registers = tracee_registers(child);
	SHOW(TRACE(PTRACE_POKETEXT, child, traced_code, first));
	registers.rip--;
	SHOW(TRACE(PTRACE_SETREGS, child, 0, &registers));
	for (int i = 0; i < 5; i++) {
		tracee_status("step", tracee_next(PTRACE_SINGLESTEP, child, 0));
		registers = tracee_registers(child);
		SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
		/* Behind the return: somewhere in the caller. */
		NOTE("at %ld code %d flag %d", i < 4 ? (long)registers.rip - (long)traced_code : 0, info.si_code,
		     !!(registers.eflags & 0x100));
	}
	tracee_end(child);
}

static void handled(void)
{
	signal_handle(SIGUSR1, signal_count);
	kill(getpid(), SIGUSR1);
	_exit(signals_caught);
}

CHECK(ptrace_steps_into_handlers, "ptrace")
{
	pid_t child = tracee_fork(handled);
	siginfo_t info;
	tracee_status("signal", tracee_next(PTRACE_CONT, child, 0));
	tracee_status("step", tracee_next(PTRACE_SINGLESTEP, child, SIGUSR1));
	struct user_regs_struct registers = tracee_registers(child);
	SHOW(registers.rip == (unsigned long)signal_count);
	SHOW(registers.rdi);
	SHOW(TRACE(PTRACE_GETSIGINFO, child, 0, &info));
	NOTE("signal %d code %d", info.si_signo, info.si_code);
	tracee_status("step", tracee_next(PTRACE_SINGLESTEP, child, 0));
	SHOW(tracee_registers(child).rip > registers.rip);
	tracee_end(child);
}

static void registered(void)
{
	register long r12 __asm__("r12") = 12, r15 __asm__("r15") = 15;
	long rbx = 0;
	__asm__ volatile("mov $0x55, %%rbx; stc; int3; setc %%bl" : "+r"(r12), "+r"(r15), "=b"(rbx)::"cc");
	_exit((r12 == 1200) + 2 * (r15 == 15) + 4 * (rbx & 1));
}

CHECK(ptrace_registers, "ptrace")
{
	pid_t child = tracee_fork(registered);
	struct user_regs_struct registers = {0};
	struct iovec vector = {&registers, sizeof(registers)};
	long got = 0;
	tracee_status("trap", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_GETREGSET, child, NT_PRSTATUS, &vector));
	SHOW(vector.iov_len == sizeof(registers));
	NOTE("rbx %#llx r12 %lld r15 %lld carry %lld cs %#llx ss %#llx ds %#llx call %lld", registers.rbx,
	     registers.r12, registers.r15, registers.eflags & 1, registers.cs, registers.ss, registers.ds,
	     (long long)registers.orig_rax);
	vector.iov_len = 16;
	SHOW(TRACE(PTRACE_GETREGSET, child, NT_PRSTATUS, &vector));
	SHOW(vector.iov_len);
	vector.iov_len = 7;
	SHOW(TRACE(PTRACE_GETREGSET, child, NT_PRSTATUS, &vector));
	vector.iov_len = 16;
	SHOW(TRACE(PTRACE_GETREGSET, child, 0x7777, &vector));
	SHOW(TRACE(PTRACE_GETREGSET, child, NT_PRSTATUS, 8));
	SHOW(TRACE(PTRACE_PEEKUSR, child, offsetof(struct user_regs_struct, r15), &got));
	SHOW(got);
	SHOW(TRACE(PTRACE_PEEKUSR, child, offsetof(struct user, u_debugreg[7]), &got));
	SHOW(got);
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user, u_debugreg[7]), 0));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user, u_debugreg[4]), 0));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, r12), 1200));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, cs), 0));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, fs_base), -1));
	SHOW(TRACE(PTRACE_POKEUSR, child, offsetof(struct user_regs_struct, eflags), registers.eflags & ~1ull));
	tracee_end(child);
}

static void vectored(void)
{
	long low = 0x1111111122222222, high = 0x3333333344444444, out[2] = {0};
	__asm__ volatile("movq %2, %%xmm3; movq %3, %%xmm4; punpcklqdq %%xmm4, %%xmm3; int3; movdqu %%xmm3, %0"
			 : "=m"(out), "+m"(out)
			 : "r"(low), "r"(high)
			 : "xmm3", "xmm4");
	_exit((out[0] == 7) + 2 * (out[1] == high));
}

CHECK(ptrace_vectors, "ptrace")
{
	pid_t child = tracee_fork(vectored);
	struct user_fpregs_struct state = {0};
	static char whole[32768];
	struct iovec vector = {whole, sizeof(whole)};
	long *third = (long *)&state.xmm_space[3 * 4];
	tracee_status("trap", tracee_next(PTRACE_CONT, child, 0));
	SHOW(TRACE(PTRACE_GETFPREGS, child, 0, &state));
	NOTE("%#lx %#lx mxcsr %#x", third[0], third[1], state.mxcsr & 0x1f80);
	SHOW(TRACE(PTRACE_GETREGSET, child, NT_X86_XSTATE, &vector));
	SHOW(vector.iov_len > 512 && vector.iov_len < sizeof(whole));
	SHOW(memcmp(whole + 160, state.xmm_space, 128));
	SHOW(TRACE(PTRACE_SETREGSET, child, NT_X86_XSTATE, &vector));
	vector.iov_len -= 8;
	SHOW(TRACE(PTRACE_SETREGSET, child, NT_X86_XSTATE, &vector));
	third[0] = 7;
	state.mxcsr |= 0x80000000u;
	SHOW(TRACE(PTRACE_SETFPREGS, child, 0, &state));
	state.mxcsr &= 0xffff;
	SHOW(TRACE(PTRACE_SETFPREGS, child, 0, &state));
	tracee_end(child);
}
