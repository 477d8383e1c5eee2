/*
 * What a C library asks for at start: futexes without other threads, thread set-up, signal state that needs no
 * handler.
 */
#include "matrix.h"

#include <asm/prctl.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/time.h>
#include <time.h>

/* The system call's own structure: glibc's sigaction has another layout. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

CHECK(futex_wait_and_wake, "futex")
{
	static uint32_t words[4] = {5, 6, 7, 8};
	struct timespec wait = {0, 5000000}, wrong = {0, 1000000000}, past = {1, 0};
	CALL(futex, words, FUTEX_WAKE, 1);
	CALL(futex, words, FUTEX_WAKE_PRIVATE, 1);
	CALL(futex, words, FUTEX_WAIT, 4, NULL);
	CALL(futex, words, FUTEX_WAIT_PRIVATE, 5, &wait);
	CALL(futex, words, FUTEX_WAIT_PRIVATE, 5, &wrong);
	CALL(futex, words, FUTEX_WAIT_BITSET_PRIVATE, 5, &past, NULL, ~0u);
	CALL(futex, words, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 5, &past, NULL, ~0u);
	CALL(futex, words, FUTEX_WAIT_BITSET_PRIVATE, 5, &past, NULL, 0);
	CALL(futex, words, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 0);
	CALL(futex, words, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 1);
	CALL(futex, words, FUTEX_REQUEUE_PRIVATE, 1, 1, words + 1, 0);
	CALL(futex, words, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, words + 1, 4);
	CALL(futex, words, FUTEX_CMP_REQUEUE_PRIVATE, 1, 1, words + 1, 5);
	CALL(futex, words, FUTEX_WAKE_OP_PRIVATE, 1, 1, words + 1, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 6));
	SHOW(words[1]);
	CALL(futex, (char *)words + 1, FUTEX_WAIT_PRIVATE, 5, &wait);
	CALL(futex, words, 99, 5, NULL);
	CALL(futex, words, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1);
	FOR_ADDRESSES(futex, BAD, FUTEX_WAIT, 1, NULL);
	FOR_ADDRESSES(futex, words, FUTEX_WAIT_PRIVATE, 4, BAD);
}

CHECK(thread_pointers, "arch_prctl,set_tid_address,set_robust_list,get_robust_list")
{
	uint64_t base = 0, own;
	static long head[3];
	void *list = NULL;
	size_t bytes = 0;
	__asm__("movq %%fs:0, %0" : "=r"(own));
	CALL(arch_prctl, ARCH_GET_FS, &base);
	EXPECT(base == own);
	CALL(arch_prctl, ARCH_SET_FS, own);
	CALL(arch_prctl, ARCH_SET_FS, 0xffff888000000000);
	CALL(arch_prctl, 0x9999, 0);
	FOR_ADDRESSES(arch_prctl, ARCH_GET_FS, BAD);
	EXPECT(QUIET(set_tid_address, NULL) == getpid());
	CALL(get_robust_list, 0, &list, &bytes);
	SHOW(bytes);
	CALL(set_robust_list, head, 23);
	CALL(set_robust_list, head, 24);
	void *now = NULL;
	CALL(get_robust_list, 0, &now, &bytes);
	EXPECT(now == head);
	CALL(set_robust_list, list, 24);
	CALL(get_robust_list, 4000000, &now, &bytes);
	CALL(personality, 0xffffffff);
	/* ADDR_NO_RANDOMIZE, and what no kernel knows */
	CALL(personality, 0x0040000);
	CALL(personality, 0xfff0000);
	CALL(personality, 0);
	CALL(personality, 0xffffffff);
}

CHECK(signal_actions, "rt_sigaction")
{
	struct kernel_action action = {.handler = SIG_IGN}, old;
	CALL(rt_sigaction, SIGUSR1, &action, &old, 8);
	SHOW(old.handler == SIG_DFL);
	CALL(rt_sigaction, SIGUSR1, NULL, &old, 8);
	SHOW(old.handler == SIG_IGN);
	action.handler = SIG_DFL;
	CALL(rt_sigaction, SIGUSR1, &action, NULL, 8);
	CALL(rt_sigaction, SIGPIPE, NULL, &old, 8);
	SHOW(old.handler == SIG_IGN);
	CALL(rt_sigaction, SIGKILL, &action, NULL, 8);
	CALL(rt_sigaction, SIGSTOP, NULL, &old, 8);
	CALL(rt_sigaction, 0, NULL, &old, 8);
	CALL(rt_sigaction, 64, NULL, &old, 8);
	CALL(rt_sigaction, 65, NULL, &old, 8);
	CALL(rt_sigaction, SIGUSR1, NULL, &old, 16);
	FOR_ADDRESSES(rt_sigaction, SIGUSR2, NULL, BAD, 8);
	FOR_ADDRESSES(rt_sigaction, SIGUSR2, BAD, NULL, 8);
}

CHECK(signal_masks, "rt_sigprocmask,rt_sigpending,sigaltstack")
{
	uint64_t mask = 1ul << (SIGUSR1 - 1) | 1ul << (SIGKILL - 1), old = 1;
	stack_t stack;
	CALL(rt_sigprocmask, SIG_BLOCK, &mask, &old, 8);
	SHOW_HEX(old);
	CALL(rt_sigprocmask, SIG_BLOCK, NULL, &old, 8);
	SHOW_HEX(old); /* SIGKILL is never blocked */
	CALL(rt_sigprocmask, SIG_UNBLOCK, &mask, NULL, 8);
	CALL(rt_sigprocmask, 77, NULL, &old, 8);
	CALL(rt_sigprocmask, 77, &mask, NULL, 8);
	SHOW_HEX(old);
	CALL(rt_sigprocmask, SIG_SETMASK, &mask, NULL, 4);
	CALL(rt_sigpending, &old, 8);
	SHOW_HEX(old);
	FOR_ADDRESSES(rt_sigprocmask, SIG_SETMASK, NULL, BAD, 8);
	CALL(sigaltstack, NULL, &stack);
	SHOW(stack.ss_flags == SS_DISABLE);
	stack = (stack_t){.ss_sp = &old, .ss_size = 100};
	CALL(sigaltstack, &stack, NULL);
	stack.ss_flags = 99;
	CALL(sigaltstack, &stack, NULL);
	FOR_ADDRESSES(sigaltstack, NULL, BAD);
}

CHECK(signal_sending, "kill,tgkill,tkill,rt_sigaction")
{
	struct kernel_action action = {.handler = SIG_IGN}, restored = {.handler = SIG_DFL};
	CALL(kill, getpid(), 0);
	CALL(kill, 4000000, 0);
	CALL(kill, getpid(), 65);
	CALL(kill, getpid(), -1);
	CALL(tgkill, getpid(), getpid(), 0);
	CALL(tgkill, 4000000, getpid(), 0);
	CALL(tgkill, getpid(), -1, 0);
	CALL(tgkill, 0, 0, 0);
	CALL(tkill, 0, 0);
	QUIET(rt_sigaction, SIGUSR1, &action, NULL, 8);
	CALL(kill, getpid(), SIGUSR1); /* ignored */
	CALL(tgkill, getpid(), getpid(), SIGUSR1);
	QUIET(rt_sigaction, SIGUSR1, &restored, NULL, 8);
	CALL(kill, getpid(), SIGCHLD); /* ignored unless asked for */
}

CHECK(interval_timers, "getitimer,setitimer,alarm")
{
	struct itimerval timer = {{9, 9}, {9, 9}}, armed = {{0, 0}, {500, 0}};
	CALL(getitimer, ITIMER_REAL, &timer);
	SHOW(timer.it_value.tv_sec + timer.it_interval.tv_usec);
	CALL(getitimer, 3, &timer);
	CALL(setitimer, ITIMER_REAL, &armed, NULL);
	CALL(getitimer, ITIMER_REAL, &timer);
	EXPECT(timer.it_value.tv_sec >= 498 && timer.it_value.tv_sec <= 500);
	EXPECT(QUIET(alarm, 100) >= 498);
	CALL(alarm, 0);
	CALL(alarm, 0);
	armed.it_value.tv_usec = 1000000;
	CALL(setitimer, ITIMER_REAL, &armed, NULL);
	CALL(setitimer, 3, &armed, NULL);
	CALL(setitimer, ITIMER_REAL, NULL, &timer);
	FOR_ADDRESSES(getitimer, ITIMER_REAL, BAD);
}
