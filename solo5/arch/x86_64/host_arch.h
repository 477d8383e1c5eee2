/* What differs on x86-64 among the host calls of the spt target. */
#ifndef SOLO5_HOST_ARCH_H
#define SOLO5_HOST_ARCH_H

#include <asm/unistd.h>
#include <stdint.h>

#include "syscall.h"

#define HOST_VDSO_CLOCK_GETTIME "__vdso_clock_gettime"
/* struct epoll_event has no padding here. */
#define HOST_EPOLL_EVENT_LAYOUT __attribute__((packed))
#define HOST_ARCH_SET_FS 0x1002

/* Thread-local storage, variant II: data below the thread pointer, which points to itself. */
#define ARCH_TLS_HEADER_BYTES(align) sizeof(uintptr_t)
#define ARCH_TLS_POINTER(bytes) (bytes)
#define ARCH_TLS_DATA(align) 0

static inline long host_set_tls_base(uintptr_t base)
{
	return arch_syscall(__NR_arch_prctl, HOST_ARCH_SET_FS, (long)base, 0, 0, 0, 0);
}

#endif
