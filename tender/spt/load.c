/* Third stage of a guest: hand-over, boot information, and whatever else lies below the image. */
#include <errno.h>
#include <linux/mman.h>
#include <string.h>

#include "abi/boot.h"
#include "abi/solo5_spt.h"
#include "tender/host/host.h"
#include "tender/host/personality.h"
#include "tender/spt/guest.h"
#include "tender/spt/memory.h"
#include "tender/spt/tail.h"

/* The tender's own arguments, so that ps still shows them when the tender's stack is gone. */
static void arguments_copy(struct guest *guest, const struct start *start, char *to)
{
	const char *end = guest_pointer(GUEST_ARGUMENTS_MAX - 1);

	guest->arguments = (uint64_t)(uintptr_t)to;
	for (int i = 0; i < start->argc && to < end; i++) {
		size_t length = strlen(start->argv[i]);

		if (length > (size_t)(end - to))
			length = (size_t)(end - to);
		memcpy(to, start->argv[i], length);
		to += length + 1; /* guest memory is zero */
	}
	guest->arguments_end = (uint64_t)(uintptr_t)to;
}

static void boot_info_write(struct guest *guest, const struct start *start)
{
	struct spt_boot_info *info = guest_pointer(SPT_BOOT_INFO);
	char *manifest = (char *)(info + 1);
	char *cmdline = manifest + guest->unikernel.mft_bytes;

	*info = (struct spt_boot_info){
		.mem_size = guest->unikernel.options.mem_bytes,
		.kernel_end = guest->unikernel.plan.kernel_end,
		.cmdline = (uint64_t)(uintptr_t)cmdline,
		.manifest = (uint64_t)(uintptr_t)manifest,
		.epollfd = guest->unikernel.policy.epoll_fd,
		.timerfd = guest->unikernel.policy.timer_fd,
	};
	arguments_copy(guest, start, unikernel_texts_write(&guest->unikernel, manifest));
}

/*
 * Self pointer and canary where compilers look for them before anybody has set up thread-local storage. Our bindings
 * clear the base first of all; other guests get a page of their own that they may also write to.
 */
static void tls_write(const struct guest *guest, const struct start *start)
{
	uint64_t *tls = guest_pointer(guest->tls);

	tls[0] = guest->tls;
	memcpy(&tls[5], start->random + 8, 7); /* %fs:0x28; its top byte stays zero, as usual for a canary */
}

/* Hand-over and tail share a page that the guest may read and execute, not write. */
static long handover_make(struct guest *guest, const struct start *start)
{
	struct tend_handover *handover = guest_pointer(GUEST_HANDOVER);
	long result = memory_page_map(GUEST_HANDOVER);

	if (result < 0)
		return result;

	if (guest->unikernel.kind == HOSTCALL_GUEST_TEND) {
		handover->magic = TEND_HANDOVER_MAGIC;
		handover->vdso = start->vdso;
		handover->stack_bottom = guest->stack_bottom;
		memcpy(handover->random, start->random, sizeof(handover->random));
		guest->tls = GUEST_HANDOVER_TLS;
		tls_write(guest, start);
	}
	memcpy(guest_pointer(GUEST_TAIL), tail_code, tail_size);
	return host_mprotect(GUEST_HANDOVER, SPT_PAGE_SIZE, PROT_READ | PROT_EXEC);
}

int guest_load(struct guest *guest, const struct start *start, struct error *error)
{
	long result = personality_undo();

	if (result < 0)
		return error_set(error, "Page 0 is mapped and cannot be unmapped: %s; start without setarch -Z",
				 error_name(-result));
	/* First, while nothing lies beside it: protecting a page inside of a mapping divides that. */
	result = handover_make(guest, start);
	if (result < 0)
		return error_set(error, "Could not prepare guest memory at 0x%x: %s", SPT_MEM_BASE,
				 error_name(-result));
	if (memory_make(guest, error) < 0)
		return -1;
	boot_info_write(guest, start);
	if (guest->unikernel.kind == HOSTCALL_GUEST_SOLO5) {
		guest->tls = GUEST_TLS_PAGE + SPT_PAGE_SIZE / 2;
		tls_write(guest, start);
	}
	return 0;
}
