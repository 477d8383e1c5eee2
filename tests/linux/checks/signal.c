/* Signals that handlers take: delivery, frames, masks, stacks, faults, and calls that wait for signals. */
#include "matrix.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#define SA_RESTORER 0x04000000
#define BIT(signal) (1ul << ((signal)-1))

/* The system call's own structure; its restorer is what a C library would put there. */
struct kernel_action {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

void signal_restorer(void);
__asm__(".text\n\t.type signal_restorer, @function\nsignal_restorer:\n\tmovl $15, %eax\n\tsyscall\n");

/* What the last handler saw. Handlers only note; lines are written outside. */
static struct seen {
	int count, signal, code, value;
	int32_t sender;
	uint64_t mask, mask_saved, address, sp;
	int order[8];
} seen;

static void note(int signal, siginfo_t *info, void *data)
{
	ucontext_t *context = data;
	uint64_t mask = 0;
	raw_call(SYS_rt_sigprocmask, ARGS(SIG_BLOCK, NULL, &mask, 8));
	if (seen.count < 8)
		seen.order[seen.count] = signal;
	seen.count++;
	seen.signal = signal;
	seen.code = info->si_code;
	seen.sender = info->si_pid;
	seen.value = info->si_value.sival_int;
	seen.address = (uintptr_t)info->si_addr;
	seen.mask = mask;
	memcpy(&seen.mask_saved, &context->uc_sigmask, 8);
	seen.sp = (uintptr_t)&mask;
}

static void handler_set(int signal, void (*handler)(int, siginfo_t *, void *), unsigned long flags, uint64_t mask)
{
	struct kernel_action action = {handler, flags | SA_SIGINFO | SA_RESTORER, signal_restorer, mask};
	QUIET(rt_sigaction, signal, &action, NULL, 8);
	memset(&seen, 0, sizeof seen);
	record_made("rt_sigreturn");
}

/* As it was, with nothing pending: what is ignored is forgotten. */
static void handlers_end(void)
{
	const struct kernel_action ignore = {.handler = (void *)SIG_IGN}, usual = {0};
	uint64_t mask = 0;
	for (int signal = 1; signal < 65; signal++) {
		if (signal == SIGKILL || signal == SIGSTOP || signal == SIGPIPE || signal == SIGXFSZ)
			continue;
		QUIET(rt_sigaction, signal, &ignore, NULL, 8);
		QUIET(rt_sigaction, signal, &usual, NULL, 8);
	}
	QUIET(rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

CHECK(signal_handlers, "rt_sigaction,kill,tgkill,rt_sigreturn,rt_sigprocmask")
{
	handler_set(SIGUSR1, note, 0, BIT(SIGUSR2));
	CALL(kill, getpid(), SIGUSR1);
	NOTE("%d: signal %d code %d, blocked meanwhile %#lx, restored to %#lx", seen.count, seen.signal, seen.code,
	     (unsigned long)seen.mask, (unsigned long)seen.mask_saved);
	EXPECT(seen.sender == getpid());
	CALL(tgkill, getpid(), getpid(), SIGUSR1);
	NOTE("%d: code %d", seen.count, seen.code);
	handler_set(SIGUSR1, note, SA_NODEFER | SA_RESETHAND, 0);
	CALL(kill, getpid(), SIGUSR1);
	SHOW_HEX(seen.mask);
	struct kernel_action old;
	CALL(rt_sigaction, SIGUSR1, NULL, &old, 8);
	SHOW(old.handler == NULL); /* SA_RESETHAND */
	SHOW_HEX(old.flags);
	handlers_end();
}

CHECK(signal_queueing, "rt_sigprocmask,rt_sigpending,rt_sigqueueinfo,rt_tgsigqueueinfo,kill,rt_sigreturn")
{
	uint64_t mask = ~0ul, pending = 0;
	siginfo_t info = {.si_code = SI_QUEUE};
	handler_set(SIGUSR1, note, 0, 0);
	handler_set(SIGRTMIN, note, 0, 0);
	handler_set(SIGRTMIN + 1, note, 0, 0);
	CALL(rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
	for (int i = 0; i < 3; i++) {
		CALL(kill, getpid(), SIGUSR1); /* one is remembered, */
		info.si_value.sival_int = 10 + i;
		CALL(rt_sigqueueinfo, getpid(), SIGRTMIN, &info); /* of these all */
	}
	CALL(rt_tgsigqueueinfo, getpid(), getpid(), SIGRTMIN + 1, &info);
	CALL(rt_sigpending, &pending, 8);
	SHOW_HEX(pending);
	SHOW(seen.count);
	mask = 0;
	CALL(rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
	SHOW(seen.count);
	for (int i = 0; i < 8; i++)
		SHOW(seen.order[i]);
	SHOW(seen.value); /* of the last one delivered */
	info.si_code = SI_USER;
	CALL(rt_sigqueueinfo, getpid(), SIGUSR1, &info); /* a process may tell itself anything */
	CALL(rt_sigqueueinfo, 4000000, SIGUSR1, &info);
	info.si_code = SI_QUEUE;
	CALL(rt_sigqueueinfo, 4000000, SIGUSR1, &info);
	CALL(rt_sigqueueinfo, getpid(), 65, &info);
	CALL(rt_sigqueueinfo, getpid(), 0, &info);
	CALL(rt_tgsigqueueinfo, getpid(), -1, SIGUSR1, &info);
	FOR_ADDRESSES(rt_sigqueueinfo, getpid(), 0, BAD);
	handlers_end();
}

CHECK(signal_stacks, "sigaltstack,rt_sigaction,kill,rt_sigreturn")
{
	char *memory = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = {.ss_sp = memory, .ss_size = 1 << 16}, now;
	REQUIRE(memory != MAP_FAILED);
	CALL(sigaltstack, &stack, NULL);
	CALL(sigaltstack, NULL, &now);
	SHOW(now.ss_sp == memory && now.ss_size == 1 << 16);
	SHOW(now.ss_flags);
	handler_set(SIGUSR1, note, SA_ONSTACK, 0);
	CALL(kill, getpid(), SIGUSR1);
	SHOW(seen.sp - (uintptr_t)memory < 1 << 16);
	handler_set(SIGUSR1, note, 0, 0);
	CALL(kill, getpid(), SIGUSR1);
	SHOW(seen.sp - (uintptr_t)memory < 1 << 16);
	stack.ss_flags = SS_DISABLE;
	CALL(sigaltstack, &stack, NULL);
	handler_set(SIGUSR1, note, SA_ONSTACK, 0);
	CALL(kill, getpid(), SIGUSR1);
	SHOW(seen.sp - (uintptr_t)memory < 1 << 16);
	handlers_end();
}

/* Goes on behind the instruction, whose length is in RCX, with a mark in RAX. */
static void skip(int signal, siginfo_t *info, void *data)
{
	ucontext_t *context = data;
	note(signal, info, data);
	context->uc_mcontext.gregs[REG_RIP] += context->uc_mcontext.gregs[REG_RCX];
	context->uc_mcontext.gregs[REG_RAX] = 4711;
}

#define FAULT(text, length, address)                                                                                   \
	do {                                                                                                           \
		long mark = 0;                                                                                         \
		memset(&seen, 0, sizeof seen);                                                                         \
		__asm__ volatile(text : "+a"(mark) : "c"(length), "D"(address) : "rdx", "memory", "cc");               \
		NOTE("%s: %d signal %d code %d, mark %ld", text, seen.count, seen.signal, seen.code, mark);            \
	} while (0)

CHECK(signal_faults, "rt_sigaction,rt_sigreturn,mmap")
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
	for (int i = 0; i < 5; i++)
		handler_set(signals[i], skip, 0, 0);
	char *none = MAP(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *readable = MAP(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	file_make("a", "x");
	char *file = MAP(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, QUIET(open, "a", O_RDONLY), 0);
	FAULT("movb (%%rdi), %%dl", 2, 8);
	EXPECT(seen.address == 8);
	FAULT("movb (%%rdi), %%dl", 2, none);
	EXPECT(seen.address == (uintptr_t)none);
	FAULT("movb %%dl, (%%rdi)", 2, readable + 5);
	EXPECT(seen.address == (uintptr_t)readable + 5);
	FAULT("movb (%%rdi), %%dl", 2, file + PAGE);
	EXPECT(seen.address == (uintptr_t)file + PAGE);
	FAULT("movb (%%rdi), %%dl", 2, 0x800000000000);
	FAULT("ud2", 2, 0);
	FAULT("hlt", 1, 0);
	FAULT("divb %%dil", 3, 0);
	FAULT("int3", 0, 0);
	handlers_end();
}

CHECK(signal_suspend, "rt_sigsuspend,rt_sigprocmask,kill,rt_sigreturn")
{
	uint64_t blocked = BIT(SIGUSR1) | BIT(SIGUSR2), only_first = ~BIT(SIGUSR1), now = 0;
	handler_set(SIGUSR2, note, 0, 0);
	handler_set(SIGUSR1, note, 0, 0);
	CALL(rt_sigprocmask, SIG_SETMASK, &blocked, NULL, 8);
	CALL(kill, getpid(), SIGUSR2);
	CALL(kill, getpid(), SIGUSR1);
	CALL(rt_sigsuspend, &only_first, 8);
	NOTE("%d: signal %d, restored to %#lx", seen.count, seen.signal, (unsigned long)seen.mask_saved);
	CALL(rt_sigprocmask, SIG_BLOCK, NULL, &now, 8);
	SHOW_HEX(now);
	CALL(rt_sigsuspend, &now, 4);
	FOR_ADDRESSES(rt_sigsuspend, BAD, 4);
	CALL(rt_sigsuspend, 8, 8);
	handlers_end();
	SHOW(seen.count);
}

CHECK(signal_wait, "rt_sigtimedwait,rt_sigprocmask,kill,rt_sigqueueinfo,rt_sigpending")
{
	uint64_t blocked = BIT(SIGUSR1) | BIT(SIGRTMIN), pending = 0, none = 0, fatal = BIT(SIGKILL) | BIT(SIGUSR1);
	struct timespec nothing = {0, 0}, moment = {0, 2000000}, wrong = {0, -1};
	siginfo_t info = {.si_code = SI_QUEUE, .si_value = {.sival_int = 77}}, got = {0};
	CALL(rt_sigprocmask, SIG_SETMASK, &blocked, NULL, 8);
	CALL(rt_sigtimedwait, &blocked, &got, &nothing, 8);
	CALL(rt_sigtimedwait, &blocked, &got, &moment, 8);
	CALL(rt_sigqueueinfo, getpid(), SIGRTMIN, &info);
	CALL(kill, getpid(), SIGUSR1);
	CALL(rt_sigtimedwait, &blocked, &got, NULL, 8);
	NOTE("signal %d code %d", got.si_signo, got.si_code);
	CALL(rt_sigtimedwait, &blocked, &got, &nothing, 8);
	NOTE("signal %d code %d value %d", got.si_signo, got.si_code, got.si_value.sival_int);
	CALL(kill, getpid(), SIGUSR1);
	CALL(rt_sigtimedwait, &fatal, NULL, &moment, 8);
	CALL(rt_sigpending, &pending, 8);
	SHOW_HEX(pending);
	CALL(rt_sigtimedwait, &none, NULL, &moment, 8);
	CALL(rt_sigtimedwait, &blocked, NULL, &wrong, 8);
	CALL(rt_sigtimedwait, &blocked, NULL, &nothing, 4);
	FOR_ADDRESSES(rt_sigtimedwait, BAD, NULL, &nothing, 8);
	CALL(rt_sigtimedwait, &blocked, NULL, 8, 8);
	handlers_end();
}

CHECK(signal_pause, "pause,setitimer,rt_sigreturn")
{
	struct itimerval soon = {{0, 0}, {0, 20000}};
	handler_set(SIGALRM, note, SA_RESTART, 0);
	REQUIRE(CALL(setitimer, ITIMER_REAL, &soon, NULL) == 0);
	CALL(pause); /* ends even where calls are restarted */
	NOTE("%d: signal %d code %d", seen.count, seen.signal, seen.code);
	handlers_end();
}

CHECK(signal_interrupts_calls, "setitimer,read,nanosleep,poll,rt_sigreturn")
{
	char byte;
	int ends[2];
	struct itimerval soon = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	struct timespec second = {1, 0}, left = {0, 0};
	QUIET(pipe2, ends, 0);
	handler_set(SIGALRM, note, 0, 0);
	REQUIRE(CALL(setitimer, ITIMER_REAL, &soon, NULL) == 0);
	CALL(read, ends[0], &byte, 1);
	CALL(nanosleep, &second, &left);
	EXPECT(left.tv_sec == 0 && left.tv_nsec > 900000000);
	CALL(poll, NULL, 0, 1000);
	handler_set(SIGALRM, note, SA_RESTART, 0);
	CALL(poll, NULL, 0, 1000); /* never restarted */
	CALL(setitimer, ITIMER_REAL, &never, NULL);
	handlers_end();
}
