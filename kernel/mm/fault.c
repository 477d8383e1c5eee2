/* Faults in application memory, and files that change under their mappings. */
#include <asm/siginfo.h>
#include <asm/signal.h>

#include "kernel/mm/area.h"
#include "kernel/mm/space.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

static bool fault_set(struct mm_fault *out, int signal, int code)
{
	out->signal = signal;
	out->code = code;
	return false;
}

/* As x86 has it: what can be written or executed can be read. */
static bool access_is_allowed(const struct vma *vma, bool write, bool execute)
{
	if (write)
		return vma->protection & PROT_WRITE;
	if (execute)
		return vma->protection & PROT_EXEC;
	return vma->protection & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

static bool fault_repair(struct address_space *space, uint64_t address, bool write, bool execute, struct mm_fault *out)
{
	struct vma *vma = vma_at(space, address);

	if (!vma)
		return fault_set(out, SIGSEGV, SEGV_MAPERR);
	if (!access_is_allowed(vma, write, execute))
		return fault_set(out, SIGSEGV, SEGV_ACCERR);
	if (vma_has_end(vma) && address >= vma->backed) {
		/* Perhaps the file has grown. */
		if (backing_map(vma, vma->backed, vma->end, GROUND_RESERVED) || address >= vma->backed)
			return fault_set(out, SIGBUS, BUS_ADRERR);
		return true;
	}
	/* The host had no page: the arena is full, or the image file was cut short. */
	if (out->signal == SIGBUS)
		return false;
	/* Another thread's call came between fault and lock; or the host disagrees with us, which this mends. */
	return backing_protect(vma, vma->start, vma->end) == 0;
}

bool mm_fault_repair(uint64_t address, bool write, bool execute, struct mm_fault *out)
{
	struct address_space *space = space_lock();
	bool repaired = fault_repair(space, address, write, execute, out);

	space_unlock(space);
	return repaired;
}

/* A private mapping of the image keeps its pages, which do not go away: only a new end of the file matters to it. */
static void tail_refresh(struct vma *vma, uint64_t start, uint64_t stop)
{
	while (start < stop) {
		enum mapping_kind kind;
		uint64_t host_offset;
		uint64_t bytes = stop - start;

		if (vma->source.page(vma->file, vma->offset + (start - vma->start), false, &kind, &host_offset, &bytes))
			break;
		start += bytes;
	}
	if (start < stop && start < vma->backed) {
		(void)backing_clear(start, vma->backed);
		vma->backed = start;
	}
}

/* Shows what the file has now in [offset, end) of it, as far as the VMA has that. */
static void vma_refresh(struct vma *vma, uint64_t offset, uint64_t end)
{
	uint64_t offset_end = vma->offset + (vma->end - vma->start);
	uint64_t start;
	uint64_t stop;

	if (offset_end <= offset || vma->offset >= end)
		return;
	start = vma->start + (offset > vma->offset ? offset - vma->offset : 0);
	stop = end < offset_end ? vma->start + (end - vma->offset) : vma->end;
	/* What is not backed yet will be when it is touched. */
	if (start > vma->backed)
		return;
	if (vma->flags & MAP_PRIVATE && vma->source.kind == MAPPING_IMAGE)
		tail_refresh(vma, start, stop);
	else if (backing_map(vma, start, stop, GROUND_ANY))
		(void)backing_clear(start, stop);
}

static bool shows_file(const struct vma *vma, const struct inode *inode)
{
	return vma->file && vma->file->inode == inode && !vma_is_anonymous(vma) && !vma->shared;
}

static void mappings_refresh(struct address_space *space, const struct inode *inode, unsigned kind, uint64_t offset,
			     uint64_t end)
{
	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (shows_file(vma, inode) && vma->flags & kind)
			vma_refresh(vma, offset, end);
	}
}

/* Private mappings that can be written to may have pages of their own by now, and keep them. */
static bool is_follower(const struct vma *vma)
{
	return !(vma->protection & PROT_WRITE);
}

void mappings_follow(const struct vma *from, uint64_t start, uint64_t end)
{
	const struct address_space *space = process_current()->space;
	uint64_t offset = from->offset + (start - from->start);

	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (shows_file(vma, from->file->inode) && is_follower(vma))
			vma_refresh(vma, offset, offset + (end - start));
	}
}

void mm_file_changed(struct inode *inode, uint64_t offset, uint64_t bytes)
{
	uint64_t end = bytes > UINT64_MAX - offset ? UINT64_MAX : offset + bytes;
	struct address_space *space;

	/* The service process has none. */
	if (!process_current()->space)
		return;
	space = space_lock();
	/* Mappings that may be written fill holes; only then is there what the others are to show. */
	mappings_refresh(space, inode, MAP_SHARED, offset, end);
	mappings_refresh(space, inode, MAP_PRIVATE, offset, end);
	space_unlock(space);
}
