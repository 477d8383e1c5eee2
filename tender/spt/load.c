/* Third stage of a guest: its memory, exactly as abi/solo5_spt.h says. */
#include <string.h>
#include <linux/mman.h>

#include "abi/boot.h"
#include "abi/solo5_spt.h"
#include "tender/elf/source.h"
#include "tender/host/host.h"
#include "tender/spt/defence.h"
#include "tender/spt/guest.h"
#include "tender/spt/tail.h"

/* Guest addresses are host addresses in spt; the tender only ever writes to guest memory, before the guest runs. */
static void *guest_pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static int memory_map(const struct guest *guest, struct error *error)
{
	int prot = PROT_READ | PROT_WRITE | (guest->options.exec_heap ? PROT_EXEC : 0);
	long result = host_mmap(SPT_MEM_BASE, guest->options.mem_bytes - SPT_MEM_BASE, prot,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE);

	if (result < 0)
		return error_set(error, "Error allocating guest memory of %lu MiB: %s",
				 (unsigned long)(guest->options.mem_bytes >> 20), error_name(-result));
	return 0;
}

static int segment_load(const struct guest *guest, const struct elf_source *source, const struct elf_segment *segment,
			struct error *error)
{
	long result = source->read_at(source, guest_pointer(segment->address), segment->file_bytes, segment->offset);

	if (result >= 0 && (uint64_t)result != segment->file_bytes)
		return error_set(error, "%s: Invalid or unsupported executable: the file ends inside a segment",
				 source->name);
	if (result >= 0 && spt_defends(SPT_DEFENCE_PROTECT))
		result = host_mprotect(segment->start, segment->end - segment->start, segment->prot);
	else if (result >= 0)
		result = host_mprotect(segment->start, segment->end - segment->start,
				       PROT_READ | PROT_WRITE | PROT_EXEC);
	if (result < 0)
		return error_set(error, "%s: Could not load: %s", guest->options.kernel, error_name(-result));
	return 0;
}

static char *command_line_join(char *to, const struct options *options)
{
	for (int i = 0; i < options->arg_count; i++) {
		size_t length = strlen(options->args[i]);

		if (i)
			*to++ = ' ';
		memcpy(to, options->args[i], length);
		to += length;
	}
	*to++ = '\0';
	return to;
}

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
	char *cmdline = manifest + guest->mft_bytes;

	*info = (struct spt_boot_info){
		.mem_size = guest->options.mem_bytes,
		.kernel_end = guest->plan.kernel_end,
		.cmdline = (uint64_t)(uintptr_t)cmdline,
		.manifest = (uint64_t)(uintptr_t)manifest,
		.epollfd = guest->policy.epoll_fd,
		.timerfd = guest->policy.timer_fd,
	};
	memcpy(manifest, &guest->mft, guest->mft_bytes);
	arguments_copy(guest, start, command_line_join(cmdline, &guest->options));
}

/* Hand-over and tail share a page that the guest may read and execute, not write. */
static long handover_write(const struct guest *guest, const struct start *start)
{
	struct tend_handover *handover = guest_pointer(GUEST_HANDOVER);

	if (guest->kind == HOSTCALL_GUEST_TEND) {
		handover->magic = TEND_HANDOVER_MAGIC;
		handover->vdso = start->vdso;
		handover->stack_bottom = guest->stack_bottom;
		memcpy(handover->random, start->random, sizeof(handover->random));
	}
	memcpy(guest_pointer(GUEST_TAIL), tail_begin, (size_t)(tail_end - tail_begin));
	return host_mprotect(GUEST_HANDOVER, SPT_PAGE_SIZE, PROT_READ | PROT_EXEC);
}

/* Self pointer and canary where compilers look for them before anybody has set up thread-local storage. */
static void tls_page_write(const struct start *start)
{
	uint64_t *tls = guest_pointer(GUEST_TLS_BASE);

	tls[0] = GUEST_TLS_BASE;
	memcpy(&tls[5], start->random + 8, 7); /* %fs:0x28; its top byte stays zero, as usual for a canary */
}

int guest_load(struct guest *guest, const struct start *start, struct error *error)
{
	struct elf_source source = elf_source_file(guest->options.kernel, guest->kernel_fd);
	long result;

	if (memory_map(guest, error) < 0)
		return -1;
	for (unsigned i = 0; i < guest->plan.count; i++) {
		if (segment_load(guest, &source, &guest->plan.segments[i], error) < 0)
			return -1;
	}
	host_close(guest->kernel_fd);
	boot_info_write(guest, start);
	tls_page_write(start);
	result = handover_write(guest, start);
	if (result >= 0 && guest->stack_bottom && spt_defends(SPT_DEFENCE_GUARD))
		result = host_mprotect(guest->stack_bottom - SPT_PAGE_SIZE, SPT_PAGE_SIZE, PROT_NONE);
	if (result < 0)
		return error_set(error, "%s: Could not protect guest memory: %s", guest->options.kernel,
				 error_name(-result));
	return 0;
}
