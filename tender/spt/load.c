/* Third stage of a guest: its memory, exactly as abi/solo5_spt.h says. */
#include <errno.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <string.h>

#include "abi/boot.h"
#include "abi/solo5_spt.h"
#include "tender/elf/source.h"
#include "tender/host/host.h"
#include "tender/spt/defence.h"
#include "tender/spt/guest.h"
#include "tender/spt/tail.h"

#define PERSONALITY_QUERY 0xffffffffu

/* Guest addresses are host addresses in spt; the tender only ever writes to guest memory, before the guest runs. */
static void *guest_pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

#define MEMORY_PROT (PROT_READ | PROT_WRITE)

static long region_map(uint64_t start, uint64_t end)
{
	return host_mmap(start, end - start, MEMORY_PROT,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

/* With this personality (setarch -X) whatever is readable would be executable. */
static void read_implies_exec_clear(void)
{
	long persona = host_personality(PERSONALITY_QUERY);

	if (persona >= 0 && (persona & READ_IMPLIES_EXEC))
		host_personality((unsigned long)persona & ~(unsigned long)READ_IMPLIES_EXEC);
}

/* All of guest memory, with a hole of a page beneath the stack where the stack's place is known. */
static int memory_map(const struct guest *guest, struct error *error)
{
	uint64_t end = guest->options.mem_bytes;
	bool guarded = guest->stack_bottom && spt_defends(SPT_DEFENCE_GUARD);
	long result;

	read_implies_exec_clear();
	result = region_map(SPT_MEM_BASE, guarded ? guest->stack_bottom - SPT_PAGE_SIZE : end);

	if (result >= 0 && guarded)
		result = region_map(guest->stack_bottom, end);
	if (result < 0)
		return error_set(error, "Error allocating guest memory of %lu MiB: %s", (unsigned long)(end >> 20),
				 error_name(-result));
	return 0;
}

static uint64_t page_down(uint64_t address)
{
	return address & ~(uint64_t)(SPT_PAGE_SIZE - 1);
}

/*
 * Code and constants are mapped from the file, so that instances share them, where the file's pages are memory's pages.
 * Returns the end of what was mapped, or the segment's start if nothing was (a file on a noexec mount, for one).
 */
static uint64_t segment_map(const struct guest *guest, const struct elf_segment *segment)
{
	uint64_t start = page_down(segment->address);
	uint64_t end = page_down(segment->address + segment->file_bytes + SPT_PAGE_SIZE - 1);
	long result;

	if ((segment->prot & PROT_WRITE) || segment->file_bytes != segment->mem_bytes || start != segment->start)
		return segment->start;
	if ((segment->address ^ segment->offset) & (SPT_PAGE_SIZE - 1))
		return segment->start;
	result = host_mmap(start, end - start, segment->prot, MAP_PRIVATE | MAP_FIXED, guest->kernel_fd,
			   page_down(segment->offset));
	return result < 0 ? segment->start : end;
}

static long segment_read(const struct elf_source *source, const struct elf_segment *segment)
{
	long got = source->read_at(source, guest_pointer(segment->address), segment->file_bytes, segment->offset);

	if (got >= 0 && (uint64_t)got != segment->file_bytes)
		return -ENOEXEC;
	return got;
}

static int segment_load(const struct guest *guest, const struct elf_source *source, const struct elf_segment *segment,
			struct error *error)
{
	bool defends = spt_defends(SPT_DEFENCE_PROTECT);
	int prot = defends ? segment->prot : PROT_READ | PROT_WRITE | PROT_EXEC;
	uint64_t mapped_end = defends ? segment_map(guest, segment) : segment->start;
	long result = 0;

	if (mapped_end == segment->start)
		result = segment_read(source, segment);
	if (result >= 0 && mapped_end < segment->end && prot != MEMORY_PROT)
		result = host_mprotect(mapped_end, segment->end - mapped_end, prot);
	if (result < 0)
		return error_set(error, "%s: Could not load the segment at 0x%lx: %s", source->name,
				 (unsigned long)segment->address, error_name(-result));
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

/* --x-exec-heap: heap and stack, not the image's own data. */
static long heap_make_executable(const struct guest *guest)
{
	const int prot = PROT_READ | PROT_WRITE | PROT_EXEC;
	uint64_t heap = guest->plan.kernel_end;
	uint64_t end = guest->options.mem_bytes;
	uint64_t heap_end = guest->stack_bottom ? guest->stack_bottom - SPT_PAGE_SIZE : end;
	long result = host_mprotect(heap, heap_end - heap, prot);

	if (result >= 0 && guest->stack_bottom)
		result = host_mprotect(guest->stack_bottom, end - guest->stack_bottom, prot);
	return result;
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
	memcpy(guest_pointer(GUEST_TAIL), tail_code, tail_size);
	return host_mprotect(GUEST_HANDOVER, SPT_PAGE_SIZE, PROT_READ | PROT_EXEC);
}

/*
 * Self pointer and canary where compilers look for them before anybody has set up thread-local storage. Our bindings
 * clear the base first of all; other guests get a page of their own that they may also write to.
 */
static void tls_write(struct guest *guest, const struct start *start)
{
	uint64_t *tls;

	guest->tls = guest->kind == HOSTCALL_GUEST_TEND ? GUEST_HANDOVER_TLS : GUEST_TLS_PAGE + SPT_PAGE_SIZE / 2;
	tls = guest_pointer(guest->tls);
	tls[0] = guest->tls;
	memcpy(&tls[5], start->random + 8, 7); /* %fs:0x28; its top byte stays zero, as usual for a canary */
}

int guest_load(struct guest *guest, const struct start *start, struct error *error)
{
	struct elf_source source = elf_source_file(guest->options.kernel, guest->kernel_fd, &guest->window);
	long result;

	if (memory_map(guest, error) < 0)
		return -1;
	for (unsigned i = 0; i < guest->plan.count; i++) {
		if (segment_load(guest, &source, &guest->plan.segments[i], error) < 0)
			return -1;
	}
	boot_info_write(guest, start);
	tls_write(guest, start);
	result = handover_write(guest, start);
	if (result >= 0 && guest->options.exec_heap)
		result = heap_make_executable(guest);
	if (result < 0)
		return error_set(error, "%s: Could not protect guest memory: %s", guest->options.kernel,
				 error_name(-result));
	return 0;
}
