/*
 * The binary interface between an spt tender and a Solo5 unikernel: addresses, boot information, entry.
 * Guest addresses are host addresses. At entry the first argument register holds SPT_BOOT_INFO and the stack ends with
 * guest memory: rsp = memory size - 8 as after a call (x86-64), sp = memory size - 16 (aarch64). Versions 1 and 2
 * differ in their number only.
 */
#ifndef ABI_SOLO5_SPT_H
#define ABI_SOLO5_SPT_H

#include <stddef.h>
#include <stdint.h>

#define SPT_ABI_VERSION_OLDEST 1
#define SPT_ABI_VERSION 2

#define SPT_PAGE_SIZE 4096u
#define SPT_MEM_BASE 0x10000u    /* guest memory begins here; everything below stays unmapped */
#define SPT_BOOT_INFO 0x11000u   /* boot information, then manifest, then command line */
#define SPT_IMAGE_BASE 0x100000u /* lowest address of an ELF segment */
#define SPT_MEM_DEFAULT_MIB 512u

/* epoll_event.data.u64 of the timer; a network device has its manifest index */
#define SPT_TIMER_EVENT 0xfffffffeu

struct spt_boot_info {
	uint64_t mem_size;   /* bytes: guest memory ends at this address */
	uint64_t kernel_end; /* end of the highest loaded segment */
	uint64_t cmdline;    /* address of a NUL-terminated string */
	uint64_t manifest;   /* address of a struct mft */
	int32_t epollfd;
	int32_t timerfd;
};

_Static_assert(sizeof(struct spt_boot_info) == 40, "size of the boot information");
_Static_assert(offsetof(struct spt_boot_info, epollfd) == 32, "offset of epollfd");

#endif
