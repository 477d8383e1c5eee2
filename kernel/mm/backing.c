/* The host calls about application memory: see backing.h. */
#include "kernel/mm/backing.h"

#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/pages.h"
#include "kernel/task/process.h"

/* The host lets no call through that is longer than 4 GiB. */
#define CALL_BYTES_MAX (1ull << 31)

static uint64_t piece_bytes(uint64_t start, uint64_t end)
{
	return end - start < CALL_BYTES_MAX ? end - start : CALL_BYTES_MAX;
}

int backing_file(uint64_t start, uint64_t end, unsigned protection, unsigned flags, int fd, uint64_t offset)
{
	while (start < end) {
		uint64_t bytes = piece_bytes(start, end);
		long result = host_mmap(start, bytes, (int)protection, (int)(flags | MAP_FIXED), fd, offset);

		if (result < 0)
			return (int)result;
		start += bytes;
		offset += bytes;
	}
	return 0;
}

int backing_anonymous(uint64_t start, uint64_t end, unsigned protection)
{
	while (start < end) {
		uint64_t bytes = piece_bytes(start, end);
		long result = host_mmap(start, bytes, (int)protection,
					MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (result < 0)
			return (int)result;
		start += bytes;
	}
	return 0;
}

int backing_clear(uint64_t start, uint64_t end)
{
	return backing_anonymous(start, end, PROT_NONE);
}

int backing_advise(uint64_t start, uint64_t end, int advice)
{
	long result = 0;

	for (; start < end && result == 0; start += piece_bytes(start, end))
		result = host_madvise(start, piece_bytes(start, end), advice);
	return (int)result;
}

int backing_lend(uint64_t start, uint64_t end, unsigned protection)
{
	long result = 0;

	for (; start < end && result == 0; start += piece_bytes(start, end))
		result = host_mprotect(start, piece_bytes(start, end), (int)protection);
	return (int)result;
}

int backing_withdraw(uint64_t start, uint64_t end)
{
	/* Access first: another thread could put contents back. */
	int error = backing_lend(start, end, PROT_NONE);

	return error ? error : backing_advise(start, end, MADV_DONTNEED);
}

/* Consecutive pages that a file's map operation found. */
static int run_map(const struct vma *vma, uint64_t start, uint64_t end, enum mapping_kind kind, uint64_t host_offset)
{
	unsigned shared = vma->flags & MAP_SHARED;

	switch (kind) {
	case MAPPING_IMAGE:
		return backing_file(start, end, vma->protection, MAP_PRIVATE, kernel_image_at(vma->source.image).fd,
				    host_offset);
	case MAPPING_ARENA:
		return backing_file(start, end, vma->protection, shared ? MAP_SHARED : MAP_PRIVATE,
				    kernel_boot()->arena_fd, host_offset);
	case MAPPING_ZERO:
	default:
		/* A hole that is shared is only read, until it is filled. */
		return backing_anonymous(start, end, vma->protection & (shared ? (unsigned)~PROT_WRITE : ~0u));
	}
}

/* Other mappings of the file are to show the new pages: told when the space's lock is released (mm/refresh.c). */
static void made_note(struct vma *vma, uint64_t start, uint64_t end)
{
	uint64_t from = vma->offset + (start - vma->start);
	uint64_t to = vma->offset + (end - vma->start);
	bool first = vma->made_from == vma->made_to;

	/* Who maps it from now on sees them. */
	if (__atomic_load_n(&vma->file->inode->mappings, __ATOMIC_SEQ_CST) == 1)
		return;
	if (first || from < vma->made_from)
		vma->made_from = from;
	if (first || to > vma->made_to)
		vma->made_to = to;
	process_current()->space->has_made = true;
}

static int file_map(struct vma *vma, uint64_t start, uint64_t end, enum ground ground)
{
	bool write = (vma->flags & MAP_SHARED) && (vma->protection & PROT_WRITE);
	uint64_t at = start;
	bool made = false;
	int error = 0;

	bug_on(start > vma->backed);
	while (at < end && error >= 0) {
		enum mapping_kind kind;
		uint64_t host_offset = 0;
		uint64_t bytes = end - at;

		error = vma->source.page(vma->file, vma->offset + (at - vma->start), write, &kind, &host_offset,
					 &bytes);
		if (error < 0)
			break;
		made |= error > 0;
		bug_on(bytes == 0 || bytes % PAGE_BYTES || bytes > end - at);
		error = run_map(vma, at, at + bytes, kind, host_offset);
		at += bytes;
	}
	if (made)
		made_note(vma, start, at);
	if (error < 0 && error != -ENXIO)
		return error;
	error = 0;
	/* The file may end earlier than the mapping knew. */
	if (at < end && vma->backed > end)
		end = vma->backed;
	if (at < end && (ground == GROUND_ANY || at < vma->backed))
		error = backing_clear(at, end);
	if (at < end || at > vma->backed)
		vma->backed = at;
	return error;
}

/* Shared memory does not grow with its mappings: what is behind it is like what is behind the end of a file. */
static int shared_map(struct vma *vma, uint64_t start, uint64_t end, enum ground ground)
{
	uint64_t bytes = vma->shared->page_count * PAGE_BYTES;
	uint64_t there = vma->offset < bytes ? vma->start + (bytes - vma->offset) : vma->start;
	uint64_t stop = there < end ? there : end;
	int error = 0;

	if (start < stop)
		error = backing_file(start, stop, vma->protection, MAP_SHARED, kernel_boot()->arena_fd,
				     arena_offset(vma->shared->pages) + vma->offset + (start - vma->start));
	else
		stop = start;
	if (!error && stop < end && ground == GROUND_ANY)
		error = backing_clear(stop, end);
	vma->backed = there < vma->end ? there : vma->end;
	return error;
}

int backing_map(struct vma *vma, uint64_t start, uint64_t end, enum ground ground)
{
	if (vma->shared)
		return shared_map(vma, start, end, ground);
	if (!vma_is_anonymous(vma))
		return file_map(vma, start, end, ground);
	if (ground == GROUND_ANY)
		return backing_anonymous(start, end, vma->protection);
	/* The reservation is one mapping of the host's, and stays one where protections agree. */
	return vma->protection == PROT_NONE ? 0 : backing_lend(start, end, vma->protection);
}

int backing_protect(const struct vma *vma, uint64_t start, uint64_t end)
{
	if (vma_has_end(vma) && end > vma->backed)
		end = vma->backed;
	return start < end ? backing_lend(start, end, vma->protection) : 0;
}
