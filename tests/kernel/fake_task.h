/*
 * Threads of unit tests: each host thread that calls fake_thread_begin is a kernel thread of one process. No header of
 * the kernel here that clashes with libc's.
 */
#ifndef TESTS_KERNEL_FAKE_TASK_H
#define TESTS_KERNEL_FAKE_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct thread;

/* The calling thread becomes a thread of the process. Ends with the test program. */
struct thread *fake_thread_begin(void);
/* As if a signal had arrived for the thread. */
void fake_thread_interrupt(struct thread *thread);

/* What process_capable says, and process_limit for all resources. */
extern bool fake_capable;
extern uint64_t fake_limit;
/* Signals sent with signal_send_current, by number. */
extern unsigned fake_signals_sent[65];

#endif
