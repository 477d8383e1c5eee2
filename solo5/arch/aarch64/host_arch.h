/* What differs on aarch64 among the host calls of the spt target. */
#ifndef SOLO5_HOST_ARCH_H
#define SOLO5_HOST_ARCH_H

#include <stdint.h>

#define HOST_EPOLL_EVENT_LAYOUT
#define HOST_VDSO_CLOCK_GETTIME "__kernel_clock_gettime"

/*
 * Thread-local storage, variant I: two words at the thread pointer, padded to the alignment of the data, which lies
 * above them: the linker counts from there.
 */
#define ARCH_TLS_HEADER_BYTES(align) ((align) > 2 * sizeof(uintptr_t) ? (align) : 2 * sizeof(uintptr_t))
#define ARCH_TLS_POINTER(bytes) 0
#define ARCH_TLS_DATA(align) ARCH_TLS_HEADER_BYTES(align)

static inline long host_set_tls_base(uintptr_t base)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(base) : "memory");
	return 0;
}

#endif
