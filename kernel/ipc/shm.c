/* System V shared memory: see shm.h. A segment's memory is shared memory of mm/, whose mappings count themselves. */
#include "kernel/ipc/shm.h"

#include <linux/errno.h>
#include <linux/shm.h>

#include <asm/shmbuf.h>

#include "kernel/host/host.h"
#include "kernel/ipc/ids.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/mm.h"
#include "kernel/mm/shared.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"

/* Of shm_perm.mode: shmctl(2) */
#define SHM_DEST 01000u
#define SHM_LOCKED 02000u
#define SHMLBA PAGE_BYTES
#define SEGMENT_BYTES_MIN 1
#define SEGMENT_BYTES_MAX (1ull << 46)

struct segment {
	struct ipc_object object;
	uint64_t bytes;
	struct shared_memory *memory;
	int64_t attached_s, detached_s, changed_s;
	int32_t creator, last;
};

static struct segment *segment_of(const struct ipc_object *object)
{
	return container_of(object, struct segment, object);
}

static void segment_release(struct ipc_object *object)
{
	heap_free(segment_of(object));
}

static struct ipc_table segments = {.release = segment_release};

static int64_t now_s(void)
{
	return (int64_t)(host_realtime_ns() / NS_PER_SECOND);
}

struct wanted {
	uint64_t bytes;
};

static struct ipc_object *segment_make(const void *request, int *error)
{
	uint64_t bytes = ((const struct wanted *)request)->bytes;
	struct segment *segment;

	*error = -EINVAL;
	if (bytes < SEGMENT_BYTES_MIN || bytes > SEGMENT_BYTES_MAX)
		return NULL;
	*error = -ENOMEM;
	segment = heap_new(struct segment);
	if (!segment)
		return NULL;
	segment->memory = shared_memory_new(PAGE_ROUND_UP(bytes));
	if (!segment->memory) {
		heap_free(segment);
		return NULL;
	}
	segment->memory->segment = &segment->object;
	segment->bytes = bytes;
	segment->changed_s = now_s();
	segment->creator = process_current()->pid;
	return &segment->object;
}

static int segment_fits(const struct ipc_object *object, const void *request)
{
	return ((const struct wanted *)request)->bytes > segment_of(object)->bytes ? -EINVAL : 0;
}

long shm_get(int key, uint64_t bytes, int flags)
{
	struct wanted wanted = {.bytes = bytes};

	if (flags & SHM_HUGETLB)
		return -ENOMEM;
	return ipc_get(&segments, key, flags, &wanted, segment_make, segment_fits);
}

/* The segment's own reference apart, each mapping has one. */
static uint64_t attaches(const struct segment *segment)
{
	return __atomic_load_n(&segment->memory->references, __ATOMIC_RELAXED) - 1;
}

/* Its memory goes; the object is the caller's still. */
static void segment_destroy(struct segment *segment)
{
	struct shared_memory *memory = segment->memory;

	ipc_remove(&segments, &segment->object);
	memory->segment = NULL;
	shared_memory_put(memory);
}

void shm_detach_memory(struct shared_memory *memory)
{
	struct ipc_object *object = memory->segment;
	struct segment *segment = segment_of(object);

	__atomic_fetch_add(&object->references, 1, __ATOMIC_RELAXED);
	lock_acquire(&object->lock);
	segment->detached_s = now_s();
	segment->last = process_current()->pid;
	/* Behind this only the lock keeps another one from destroying it. */
	shared_memory_return(memory);
	if (object->mode & SHM_DEST && !object->removed && attaches(segment) == 0)
		segment_destroy(segment);
	ipc_put(&segments, object);
}

static long place_check(user_t *address, int flags)
{
	if (*address % SHMLBA) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		*address &= ~(uint64_t)(SHMLBA - 1);
		if (!*address && flags & SHM_REMAP)
			return -EINVAL;
	}
	return !*address && flags & SHM_REMAP ? -EINVAL : 0;
}

long shm_attach(int id, user_t address, int flags)
{
	unsigned protection = PROT_READ;
	unsigned mode = 0400;
	struct segment *segment;
	struct ipc_object *object;
	int error;
	long result = place_check(&address, flags);

	if (result)
		return result;
	if (!(flags & SHM_RDONLY)) {
		protection |= PROT_WRITE;
		mode |= 0200;
	}
	if (flags & SHM_EXEC) {
		protection |= PROT_EXEC;
		mode |= 0100;
	}
	object = ipc_find(&segments, id, &error);
	if (!object)
		return error;
	segment = segment_of(object);
	result = ipc_permission(object, mode);
	if (!result) {
		shared_memory_get(segment->memory);
		segment->attached_s = now_s();
		segment->last = process_current()->pid;
	}
	lock_release(&object->lock);
	/* Mapping takes the address space's lock, whose holders may take ours. */
	if (!result) {
		result = mm_map_shared(address, segment->bytes, protection, flags & SHM_REMAP, segment->memory);
		if (result < 0)
			shared_memory_put(segment->memory);
		else
			shared_memory_return(segment->memory);
	}
	ipc_drop(&segments, object);
	return result;
}

long shm_detach(user_t address)
{
	return address % SHMLBA ? -EINVAL : mm_unmap_shared(address);
}

static struct shmid64_ds state_of(const struct segment *segment)
{
	struct shmid64_ds state = {
		.shm_segsz = segment->bytes,
		.shm_atime = segment->attached_s,
		.shm_dtime = segment->detached_s,
		.shm_ctime = segment->changed_s,
		.shm_cpid = segment->creator,
		.shm_lpid = segment->last,
		.shm_nattch = attaches(segment),
	};

	ipc_permissions_show(&segment->object, &state.shm_perm);
	return state;
}

static long limits_show(user_t to)
{
	struct shminfo64 limits = {.shmmax = SEGMENT_BYTES_MAX,
				   .shmmin = 1,
				   .shmmni = 4096,
				   .shmseg = 4096,
				   .shmall = SEGMENT_BYTES_MAX >> 12};

	if (copy_to_user(to, &limits, sizeof(limits)))
		return -EFAULT;
	return segments.highest ? (long)segments.highest - 1 : 0;
}

static long usage_show(user_t to)
{
	struct shm_info usage = {.used_ids = (int)segments.used};

	if (copy_to_user(to, &usage, sizeof(usage)))
		return -EFAULT;
	return segments.highest ? (long)segments.highest - 1 : 0;
}

static long status(int id, int command, user_t to)
{
	int error;
	struct ipc_object *object = command == IPC_STAT ? ipc_find(&segments, id, &error)
							: ipc_find_slot(&segments, id, &error);
	struct shmid64_ds state;
	long result = error;

	if (!object)
		return result;
	result = command == SHM_STAT_ANY ? 0 : ipc_permission(object, 0400);
	state = state_of(segment_of(object));
	if (!result && command != IPC_STAT)
		result = object->id;
	ipc_put(&segments, object);
	if (result >= 0 && copy_to_user(to, &state, sizeof(state)))
		return -EFAULT;
	return result;
}

static long change(int id, int command, user_t from)
{
	struct shmid64_ds state;
	struct ipc_object *object;
	struct segment *segment;
	int error = 0;

	if (command == IPC_SET && copy_from_user(&state, from, sizeof(state)))
		return -EFAULT;
	object = ipc_find(&segments, id, &error);
	if (!object)
		return error;
	segment = segment_of(object);
	/* Memory is the host's to page: locking it only takes the right to. */
	error = ipc_ownership(object);
	if (!error && command == IPC_SET) {
		ipc_permissions_set(object, &state.shm_perm);
		segment->changed_s = now_s();
	} else if (!error && command == IPC_RMID) {
		/* It stays as long as it is attached, but nobody finds it by its key. */
		object->mode |= SHM_DEST;
		object->key = IPC_PRIVATE;
		if (attaches(segment) == 0)
			segment_destroy(segment);
	} else if (!error && command == SHM_LOCK) {
		object->mode |= SHM_LOCKED;
	} else if (!error) {
		object->mode &= ~(unsigned)SHM_LOCKED;
	}
	ipc_put(&segments, object);
	return error;
}

long shm_control(int id, int command, user_t argument)
{
	switch (command) {
	case IPC_INFO:
		return limits_show(argument);
	case SHM_INFO:
		return usage_show(argument);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return id < 0 ? -EINVAL : status(id, command, argument);
	case IPC_SET:
	case IPC_RMID:
	case SHM_LOCK:
	case SHM_UNLOCK:
		return change(id, command, argument);
	default:
		return -EINVAL;
	}
}

static void line(const struct ipc_object *object, struct text *text)
{
	const struct segment *segment = segment_of(object);

	text_print(text, "%10d %10d  %4o %21lu %5u %5u  %5lu %5u %5u %5u %5u %10lu %10lu %10lu %21lu %21lu\n",
		   object->key, object->id, object->mode, segment->bytes, (unsigned)segment->creator,
		   (unsigned)segment->last, attaches(segment), object->uid, object->gid, object->cuid, object->cgid,
		   (uint64_t)segment->attached_s, (uint64_t)segment->detached_s, (uint64_t)segment->changed_s,
		   PAGE_ROUND_UP(segment->bytes), 0ul);
}

void shm_show(struct text *text)
{
	text_print(text, "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid"
			 "      atime      dtime      ctime                   rss                  swap\n");
	ipc_show(&segments, text, line);
}
