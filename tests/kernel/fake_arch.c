/* The CPU of unit tests: threads that never leave the kernel have no registers to save and no frames to make. */
#include "arch.h"

#include <linux/errno.h>

#include "arch_thread.h"
#include "cpu_show.h"
#include "kernel/lib/bug.h"
#include "kernel/signal/signal.h"

_Thread_local struct thread *arch_thread_current;

/* Where stubs of patched programs would jump to. */
extern const char kernel_entry[], trap_entry[];
const char kernel_entry[1], trap_entry[1];

void arch_thread_set(struct thread *thread)
{
	arch_thread_current = thread;
}

uint64_t arch_get_fs(void)
{
	return 0;
}

void arch_set_fs(uint64_t base)
{
	bug_on(base != 0);
}

uint64_t arch_hwcap(void)
{
	return 0;
}

uint64_t arch_hwcap2(void)
{
	return 0;
}

unsigned arch_cpu(void)
{
	return 0;
}

uint64_t arch_signal_frame_bytes(void)
{
	return 0;
}

int arch_signal_frame_push(struct frame *frame, const struct signal_action *action, const siginfo_t *info,
			   signal_set_t mask)
{
	(void)frame, (void)action, (void)info, (void)mask;
	return -EFAULT;
}

int arch_signal_frame_pop(struct frame *frame, signal_set_t *mask)
{
	(void)frame, (void)mask;
	return -EFAULT;
}

void arch_call_restart(struct frame *frame, uint64_t number)
{
	(void)frame, (void)number;
}

void arch_cpu_show(struct text *text, unsigned cpu, unsigned count)
{
	(void)count;
	text_print(text, "processor\t: %u\n\n", cpu);
}
