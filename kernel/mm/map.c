/* mmap(2): checks in Linux's order, a place, a VMA. */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/lib/pages.h"
#include "kernel/mm/area.h"
#include "kernel/mm/patch.h"
#include "kernel/mm/shared.h"
#include "kernel/mm/space.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
/* Like MAP_PRIVATE for anonymous memory, but its contents may be dropped: new in Linux 6.11. */
#define MAP_TYPE_DROPPABLE 0x08u
#define HUGE_SIZE_BITS (0x3fu << MAP_HUGE_SHIFT)
/* What Linux knew before MAP_SHARED_VALIDATE. */
#define LEGACY_FLAGS                                                                                                   \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_UNINITIALIZED |   \
	 MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB |          \
	 MAP_32BIT | HUGE_SIZE_BITS)
#define LOW_END_32BIT 0x80000000ull

struct request {
	uint64_t start; /* the hint, then the place */
	uint64_t bytes;
	unsigned protection;
	unsigned flags;
	struct file *file;
	uint64_t offset;
	const char *label;
	bool shared;
	struct shared_memory *memory; /* to be mapped; NULL: new memory */
	unsigned maximum;
	struct mapping_source source;
	enum ground ground;
};

static int file_check(struct request *request)
{
	struct file *file = request->file;
	unsigned type = request->flags & MAP_TYPE;

	if (request->offset > INT64_MAX - request->bytes)
		return -EOVERFLOW;
	if (type == MAP_SHARED_VALIDATE && request->flags & ~LEGACY_FLAGS & ~MAP_TYPE)
		return -EOPNOTSUPP;
	if (type != MAP_SHARED && type != MAP_SHARED_VALIDATE && type != MAP_PRIVATE)
		return -EINVAL;
	request->shared = type != MAP_PRIVATE;
	if (request->shared && !FILE_WRITABLE(file)) {
		if (request->protection & PROT_WRITE)
			return -EACCES;
		request->maximum &= (unsigned)~PROT_WRITE;
	}
	if (!FILE_READABLE(file))
		return -EACCES;
	if (!file->ops->map)
		return -ENODEV;
	if (request->flags & MAP_GROWSDOWN)
		return -EINVAL;
	return file->ops->map(file, &request->source);
}

static int anonymous_check(struct request *request)
{
	switch (request->flags & MAP_TYPE) {
	case MAP_SHARED:
		if (request->flags & MAP_GROWSDOWN)
			return -EINVAL;
		request->shared = true;
		return 0;
	case MAP_PRIVATE:
	case MAP_TYPE_DROPPABLE:
		return 0;
	default:
		return -EINVAL;
	}
}

/* A fixed place: where it is possible at all. */
static int fixed_check(const struct request *request)
{
	if (request->start % PAGE_BYTES)
		return -EINVAL;
	if (area_has(request->start, request->bytes))
		return 0;
	return request->start < AREA_LOWEST && !process_capable(CAP_SYS_RAWIO) ? -EPERM : -ENOMEM;
}

/* Where a mapping goes that may go anywhere: 0 is nowhere. */
static uint64_t place_find(struct address_space *space, const struct request *request)
{
	uint64_t page = PAGE_ROUND_DOWN(request->start);
	uint64_t hint = page && page < AREA_LOWEST ? AREA_LOWEST : page;
	uint64_t bytes = request->bytes + patch_room(&request->source, request->offset, request->bytes);
	bool memory = !request->file && !request->shared;
	uint64_t place = 0;

	if (hint && area_has(hint, bytes) && range_is_free(space, hint, hint + bytes) &&
	    (!(request->flags & MAP_32BIT) || hint + bytes <= LOW_END_32BIT))
		return hint;
	if (request->flags & MAP_32BIT) {
		uint64_t end = area_end(0) < LOW_END_32BIT ? area_end(0) : LOW_END_32BIT;

		return gap_find(space, area_start(0), end, bytes);
	}
	if (request->file || (memory && request->protection & PROT_WRITE))
		place = recycle_find(space, bytes, request->file);
	if (!place)
		place = space_place(space, bytes,
				    memory && mapping_is_roomy(bytes, request->protection, request->flags));
	return place;
}

static int place_choose(struct address_space *space, struct request *request)
{
	int error = 0;

	if (request->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		error = fixed_check(request);
		if (!error && request->flags & MAP_FIXED_NOREPLACE &&
		    !range_is_free(space, request->start, request->start + request->bytes))
			error = -EEXIST;
		return error;
	}
	request->start = place_find(space, request);
	return request->start ? 0 : -ENOMEM;
}

/* Everything that may refuse the mapping, once its place is known. */
static int room_check(struct address_space *space, struct request *request)
{
	uint64_t end = request->start + request->bytes;
	uint64_t replaced = range_mapped_bytes(space, request->start, end);
	unsigned shared = request->shared ? MAP_SHARED : MAP_PRIVATE;
	int error = 0;

	if (space->lock_future)
		request->flags |= MAP_LOCKED;
	if (request->flags & MAP_LOCKED)
		error = lock_limit_check(space, request->bytes, -EAGAIN);
	if (!error)
		error = limits_check(space, request->bytes - replaced, request->protection,
				     shared | (request->flags & MAP_GROWSDOWN));
	request->ground = replaced ? GROUND_ANY : range_ground(request->start);
	return error;
}

/* The VMA, with all references; -errno: it was discarded. */
static int vma_make(struct address_space *space, const struct request *request, struct vma **out)
{
	struct vma *vma = vma_new(space);
	int error = 0;

	vma->start = request->start;
	vma->end = request->start + request->bytes;
	vma->protection = request->protection;
	vma->flags = (request->flags & VMA_FLAGS & ~(unsigned)(MAP_SHARED | MAP_PRIVATE)) |
		     (request->shared ? MAP_SHARED : MAP_PRIVATE);
	vma->maximum = request->maximum;
	vma->label = request->label;
	vma->file = request->file;
	vma->offset = request->file ? request->offset : 0;
	vma->source = request->source;
	if (vma->file) {
		file_get(vma->file);
		mapping_count(vma);
	}
	if (request->shared && vma->source.kind == MAPPING_ZERO) {
		vma->shared = request->memory ? request->memory : shared_memory_new(request->bytes);
		if (request->memory)
			shared_memory_get(request->memory);
		vma->offset = 0;
		error = vma->shared ? 0 : -ENOMEM;
	} else if (request->shared && vma->maximum & PROT_WRITE && vma->source.writable_add) {
		error = vma->source.writable_add(vma->file->inode);
		/* Not counted, and never writable. */
		if (error)
			vma->maximum &= (unsigned)~PROT_WRITE;
		if (!(vma->protection & PROT_WRITE))
			error = 0;
	}
	if (error)
		vma_discard(space, vma);
	*out = vma;
	return error;
}

static int map_locked(struct address_space *space, struct request *request)
{
	struct vma *vma;
	int error = space->vma_count >= VMA_COUNT_MAX ? -ENOMEM : 0;

	if (!error)
		error = place_choose(space, request);
	if (!error)
		error = room_check(space, request);
	/* Two cuts, the mapping, its stubs. */
	if (!error)
		error = space_reserve(space, 4);
	if (!error)
		error = vma_make(space, request, &vma);
	if (error)
		return error;
	error = range_unmap(space, vma->start, vma->end, true);
	if (error) {
		vma_discard(space, vma);
		return error;
	}
	return vma_establish(space, vma, request->ground);
}

static long map_request(struct request *request)
{
	struct address_space *space;
	int error;

	if (request->bytes == 0)
		return -EINVAL;
	request->bytes = PAGE_ROUND_UP(request->bytes);
	if (request->bytes == 0 || request->bytes > TASK_BYTES)
		return -ENOMEM;
	request->protection &= PROT_ALL;
	request->maximum = PROT_ALL;
	request->source.kind = MAPPING_ZERO;
	error = request->file ? file_check(request) : anonymous_check(request);
	if (error)
		return error;
	space = space_lock();
	error = map_locked(space, request);
	space_unlock(space);
	return error ? error : (long)request->start;
}

long mm_map(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, struct file *file, uint64_t offset)
{
	struct request request = {.start = hint,
				  .bytes = bytes,
				  .protection = protection,
				  .flags = flags & (file ? (unsigned)~MAP_ANONYMOUS : ~0u),
				  .file = file,
				  .offset = offset};

	return map_request(&request);
}

long mm_map_labelled(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, const char *label)
{
	struct request request = {
		.start = hint, .bytes = bytes, .protection = protection, .flags = flags, .label = label};

	return map_request(&request);
}

long mm_map_shared(uint64_t address, uint64_t bytes, unsigned protection, bool replace, struct shared_memory *shared)
{
	struct request request = {
		.start = address,
		.bytes = bytes,
		.protection = protection,
		.flags = MAP_SHARED | MAP_ANONYMOUS |
			 (!address  ? 0
			  : replace ? MAP_FIXED
				    : MAP_FIXED_NOREPLACE),
		.memory = shared,
	};
	long result = map_request(&request);

	/* shmat(2) */
	return result == -EEXIST ? -EINVAL : result;
}
