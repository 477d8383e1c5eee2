/*
 * Process 1 of unit tests and its threads: each host thread that calls fake_thread_begin is a kernel thread of it. They
 * block all signals, so that those sent to them stay pending. No header of the kernel here that clashes with libc's.
 */
#ifndef TESTS_KERNEL_FAKE_TASK_H
#define TESTS_KERNEL_FAKE_TASK_H

#include <stdbool.h>
#include <stdint.h>

struct process;
struct thread;

/*
 * The process, made on the first call, without files and memory. From then on as it was at the start: no limits, user
 * 0 with a container's capabilities, one thread.
 */
struct process *fake_task_begin(void);
/* The calling host thread becomes a thread of the process. Ends with the test program. */
struct thread *fake_thread_begin(void);
/* As if the thread were told to leave: its waits end. */
void fake_thread_interrupt(struct thread *thread);

/* Of the process: a soft limit, for RLIMIT_*; UINT64_MAX: none. */
void fake_task_set_limit(unsigned resource, uint64_t limit);
/* Bits of CAP_*: permitted and effective. */
void fake_task_set_capabilities(uint64_t capabilities);
/* Whether a signal is pending for the calling thread; it is not any more. */
bool fake_task_take_signal(int signal);

#endif
