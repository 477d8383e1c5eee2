/* ptrace, process_vm_readv and /proc/PID/mem: memory and registers of others, breakpoints and steps. */
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

static int status_when_stopped(pid_t child)
{
	int status = -1;
	QUIET(wait4, child, &status, WUNTRACED, NULL);
	return status;
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
	NOTE("%#lx %#lx mxcsr %#x", third[0], third[1], state.mxcsr);
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

CHECK(process_vm_errors, "process_vm_readv,process_vm_writev")
{
	char bytes[16] = "here";
	struct iovec local = {bytes, sizeof(bytes)}, remote = {bytes, sizeof(bytes)}, bad = {(void *)8, 8};
	CALL(process_vm_readv, 1 << 22, &local, 1, &remote, 1, 0);
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &remote, 1, 1));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1025, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &remote, 1025, 0));
	SHOW(QUIET(process_vm_readv, getpid(), 8, 1, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, 8, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &bad, 1, 0));
	SHOW(QUIET(process_vm_writev, getpid(), &local, 1, &bad, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &bad, 1, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 0, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &remote, 0, 0));
	SHOW(QUIET(process_vm_writev, getpid(), &local, 1, &remote, 1, 0));
}

/* Of whoever it is: who sleeps, computes, is stopped. */
CHECK(process_vm_of_others, "process_vm_readv,process_vm_writev")
{
	char out[32] = "", in[] = "written by another";
	static char text[32] = "of the child's own";
	struct iovec local[2] = {{out, 3}, {out + 3, 29}}, remote[2] = {{text, 5}, {text + 5, 27}},
		     given = {in, sizeof(in)};
	for (int how = 0; how < 3; how++) {
		pid_t child = family_fork();
		if (child == 0) {
			/* Computes until it is written, or sleeps. */
			while (how == 1 && *(volatile char *)(text + 17) != 'r')
				;
			while (how != 1 && *(volatile char *)(text + 17) != 'r')
				pass_ms(2);
			_exit(strcmp(text, in) ? 9 : how);
		}
		if (how == 2) {
			kill(child, SIGSTOP);
			EXPECT(WIFSTOPPED(status_when_stopped(child)));
		}
		memset(out, 0, sizeof(out));
		SHOW(QUIET(process_vm_readv, child, local, 2, remote, 2, 0));
		SHOW_TEXT(out, 18);
		SHOW(QUIET(process_vm_writev, child, &given, 1, remote, 2, 0));
		if (how == 2)
			kill(child, SIGCONT);
		family_end("child", child);
	}
}

CHECK(process_vm_in_part, "process_vm_readv,process_vm_writev")
{
	char *place = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char buffer[3 * 4096];
	REQUIRE(place != MAP_FAILED);
	memset(place, 'x', 3 * PAGE);
	mprotect(place + 2 * PAGE, PAGE, PROT_NONE);
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	struct iovec local = {buffer, sizeof(buffer)}, remote[2] = {{place + 10, 3 * PAGE - 10}, {place, 8}};
	SHOW(QUIET(process_vm_readv, child, &local, 1, remote, 2, 0));
	remote[0].iov_len = 100;
	remote[1].iov_base = (void *)8;
	SHOW(QUIET(process_vm_readv, child, &local, 1, remote, 2, 0));
	mprotect(place, PAGE, PROT_READ);
	SHOW(QUIET(process_vm_writev, child, &local, 1, remote, 1, 0));
	family_kill(child);
	SHOW(QUIET(process_vm_readv, child, &local, 1, remote, 1, 0));
}

CHECK(proc_mem, "pread64,pwrite64,lseek")
{
	char path[64], bytes[16] = "";
	pid_t child = tracee_fork(changed);
	snprintf(path, sizeof(path), "/proc/%d/mem", child);
	int fd = open(path, O_RDWR);
	SHOW(fd >= 0);
	SHOW(QUIET(pread64, fd, bytes, 8, (long)&word));
	SHOW_HEX(*(long *)bytes);
	SHOW(QUIET(pread64, fd, bytes, 8, 8));
	SHOW(QUIET(pwrite64, fd, bytes, 8, 8));
	*(long *)bytes = 78;
	SHOW(QUIET(pwrite64, fd, bytes, 8, (long)constant));
	SHOW(QUIET(lseek, fd, (long)&word, SEEK_SET) == (long)&word);
	*(long *)bytes = 77;
	SHOW(write(fd, bytes, 8));
	SHOW(QUIET(lseek, fd, 0, SEEK_CUR) == (long)(&word + 1));
	SHOW(QUIET(lseek, fd, 0, SEEK_END));
	tracee_kill(child);
	SHOW(QUIET(pread64, fd, bytes, 8, (long)&word));
	close(fd);
	fd = open("/proc/self/mem", O_RDONLY);
	SHOW(QUIET(pread64, fd, bytes, 8, (long)constant));
	SHOW_HEX(*(long *)bytes);
}
