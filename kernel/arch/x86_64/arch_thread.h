/* The calling thread's structure: the word at the base of its GS segment. */
#ifndef KERNEL_ARCH_THREAD_H
#define KERNEL_ARCH_THREAD_H

struct thread;

static inline struct thread *arch_thread_self(void)
{
	struct thread *self;

	/* Not volatile, no clobber: it is the same for the whole life of a thread. */
	__asm__("movq %%gs:0, %0" : "=r"(self));
	return self;
}

#endif
