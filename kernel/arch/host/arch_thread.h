/* The "CPU" of unit tests, in which the kernel's code runs as part of an ordinary program: see arch/x86_64. */
#ifndef KERNEL_ARCH_THREAD_H
#define KERNEL_ARCH_THREAD_H

struct thread;

extern _Thread_local struct thread *arch_thread_current;

static inline struct thread *arch_thread_self(void)
{
	return arch_thread_current;
}

#endif
