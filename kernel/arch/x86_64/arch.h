/* What the rest of the kernel asks of the CPU. */
#ifndef KERNEL_ARCH_ARCH_H
#define KERNEL_ARCH_ARCH_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

struct thread;

/* copy.S: bytes not copied; either side may be application memory. */
size_t arch_copy(void *to, const void *from, size_t bytes);
size_t arch_clear(void *to, size_t bytes);
long arch_compare_exchange(uint32_t *at, uint32_t expected, uint32_t desired, uint32_t *old);

/* blocking.S */
long host_blocking_call(long number, long a, long b, long c, long d, long e, long f);

/* Makes `thread` the one the calling host thread runs: from here on `current`. */
void arch_thread_set(struct thread *thread);
/* clone.S: threads and processes of the host. What they do stands there. */
long arch_clone(uint64_t flags, struct frame *frame, struct thread *thread, uint32_t *host_alive, uint64_t tls);
void arch_thread_lend(struct frame *frame, struct thread *borrower, uint64_t *lender_sp);
_Noreturn void arch_thread_return(struct thread *lender, uint64_t lender_sp);
_Noreturn void arch_process_end(uint32_t *host_alive, int status);
/* The extended state (x87, vector) of the calling thread, in a 64-byte aligned block of arch_xstate_bytes. */
uint32_t arch_xstate_bytes(void);
void arch_xstate_keep(void *area);
void arch_xstate_bring_back(const void *area);

/*
 * Lets kicks reach the calling thread, which started with them blocked: the kick's handler needs `current`.
 * signal_stack is the thread's alternate signal stack, of KERNEL_SIGNAL_STACK_BYTES. The vector registers become those
 * of a new program.
 */
void arch_kick_unblock(uint64_t signal_stack);
/* Starts the application, or continues it elsewhere: never returns. Does not touch what lies above the frame. */
_Noreturn void arch_enter_user(struct frame *frame);
/* Base of the application's FS segment, its thread-local storage. */
void arch_set_fs(uint64_t base);
uint64_t arch_get_fs(void);
/* CPUID leaf 1 EDX and the FSGSBASE bit: AT_HWCAP and AT_HWCAP2. */
uint64_t arch_hwcap(void);
uint64_t arch_hwcap2(void);
/* Bytes of a signal frame at most: AT_MINSIGSTKSZ. */
uint64_t arch_signal_frame_bytes(void);
/* The calling thread's registers, for a core dump; call_number: of the call that is being served, or all ones. */
#define CORE_REGISTERS 27
void arch_core_registers(const struct frame *frame, uint64_t call_number, uint64_t out[CORE_REGISTERS]);
/* The same for a stopped thread, whose FS base is given; and one of them changed: -EIO if that cannot be. */
void arch_registers_get(const struct frame *frame, uint64_t call_number, uint64_t fs, uint64_t out[CORE_REGISTERS]);
int arch_register_set(struct frame *frame, uint64_t *call_number, uint64_t *fs, unsigned index, uint64_t value);
/* The components that the extended state may have: XCR0. */
uint64_t arch_xstate_features(void);
/* And its extended state, as arch_xstate_keep has it, in an area of zeroes. */
void arch_core_vectors(void *area);
/* The CPU the thread runs on, for getcpu and for deciding whether to spin. */
unsigned arch_cpu(void);

#endif
