/* For checks of signals: catching, blocking and taking them, and letting time pass. */
#ifndef TESTS_LINUX_SIGNALS_H
#define TESTS_LINUX_SIGNALS_H

#include "conform.h"

#include <signal.h>

#define SIGNAL_SET(signal) (1ul << ((signal)-1))

/* How often signal_count was called. */
extern volatile sig_atomic_t signals_caught;
void signal_count(int signal);
/* Sets the handler (SIG_DFL and SIG_IGN, too) and forgets what was caught. */
void signal_handle(int signal, void (*handler)(int));
/* rt_sigprocmask with SIGNAL_SETs */
void signals_mask(int how, uint64_t set);
bool signal_is_pending(int signal);
/* The number of the first signal of the set that is pending now, or the error. */
long signal_take(uint64_t set, siginfo_t *info);

void pass_ms(long milliseconds);
/* Computes, for ten seconds without a system call, until a signal was caught or ten seconds of CPU time have passed. */
bool compute_until_caught(void);

#endif
