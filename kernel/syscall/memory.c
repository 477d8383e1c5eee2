/* System calls about memory: mmap(2) and its family. */
#include <linux/errno.h>
#include <linux/membarrier.h>
#include <linux/mman.h>
#include <stdbool.h>

#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/area.h"
#include "kernel/mm/mm.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

/* log2 of the huge page sizes of x86-64; 0 stands for the smaller one. */
static bool huge_size_exists(unsigned flags)
{
	unsigned size = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;

	return size == 0 || size == 21 || size == 30;
}

SYSCALL(mmap)
{
	unsigned flags = ARG_UINT(args, 3);
	struct file *file;
	long result;

	if (ARG_ULONG(args, 5) % PAGE_BYTES)
		return -EINVAL;
	if (flags & MAP_ANONYMOUS) {
		/* There are no huge pages to reserve: as on a machine where nobody set any aside. */
		if (flags & MAP_HUGETLB)
			return huge_size_exists(flags) ? -ENOMEM : -EINVAL;
		return mm_map(ARG_ULONG(args, 0), ARG_ULONG(args, 1), ARG_UINT(args, 2), flags, NULL, 0);
	}
	file = fd_get(ARG_INT(args, 4));
	if (!file)
		return -EBADF;
	result = flags & MAP_HUGETLB ? -EINVAL
				     : mm_map(ARG_ULONG(args, 0), ARG_ULONG(args, 1), ARG_UINT(args, 2), flags, file,
					      ARG_ULONG(args, 5));
	fd_put(file);
	return result;
}

SYSCALL(munmap)
{
	return mm_unmap(ARG_ULONG(args, 0), ARG_ULONG(args, 1));
}

SYSCALL(mprotect)
{
	return mm_protect(ARG_ULONG(args, 0), ARG_ULONG(args, 1), ARG_UINT(args, 2));
}

SYSCALL(mremap)
{
	return mm_remap(ARG_ULONG(args, 0), ARG_ULONG(args, 1), ARG_ULONG(args, 2), ARG_UINT(args, 3),
			ARG_ULONG(args, 4));
}

SYSCALL(madvise)
{
	return mm_advise(ARG_ULONG(args, 0), ARG_ULONG(args, 1), ARG_INT(args, 2));
}

SYSCALL(brk)
{
	return mm_break(ARG_ULONG(args, 0));
}

/* Shared mappings are the file's own pages: there is nothing to write back. */
SYSCALL(msync)
{
	uint64_t start = ARG_ULONG(args, 0);
	uint64_t end = start + PAGE_ROUND_UP(ARG_ULONG(args, 1));
	int flags = ARG_INT(args, 2);

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || start % PAGE_BYTES ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (end < start)
		return -ENOMEM;
	return mm_mapped_end(start, end) == end ? 0 : -ENOMEM;
}

SYSCALL(mincore)
{
	uint64_t start = ARG_ULONG(args, 0);
	uint64_t pages = PAGE_ROUND_UP(ARG_ULONG(args, 1)) / PAGE_BYTES;
	uint64_t mapped;
	uint8_t resident[256];

	if (start % PAGE_BYTES)
		return -EINVAL;
	if (start > TASK_BYTES || ARG_ULONG(args, 1) > TASK_BYTES - start)
		return -ENOMEM;
	mapped = (mm_mapped_end(start, start + pages * PAGE_BYTES) - start) / PAGE_BYTES;
	memset(resident, 1, sizeof(resident));
	for (uint64_t done = 0; done < mapped; done += sizeof(resident)) {
		uint64_t count = mapped - done < sizeof(resident) ? mapped - done : sizeof(resident);

		if (copy_to_user(ARG_USER(args, 2) + done, resident, count))
			return -EFAULT;
	}
	return mapped == pages ? 0 : -ENOMEM;
}

SYSCALL(mlock)
{
	return mm_lock(ARG_ULONG(args, 0), ARG_ULONG(args, 1), true);
}

SYSCALL(mlock2)
{
	if (ARG_UINT(args, 2) & ~(unsigned)MLOCK_ONFAULT)
		return -EINVAL;
	return mm_lock(ARG_ULONG(args, 0), ARG_ULONG(args, 1), true);
}

SYSCALL(munlock)
{
	return mm_lock(ARG_ULONG(args, 0), ARG_ULONG(args, 1), false);
}

SYSCALL(mlockall)
{
	int flags = ARG_INT(args, 0);

	if (flags == 0 || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	return mm_lock_all(flags);
}

SYSCALL_NO_ARGS(munlockall)
{
	return mm_lock_all(0);
}

/*
 * The host's barrier is not ours to call. Private ones are not offered: callers (Go, liburcu, JVMs) ask first and do
 * without.
 */
SYSCALL(membarrier)
{
	if (ARG_UINT(args, 1) != 0 || ARG_INT(args, 0) != MEMBARRIER_CMD_QUERY)
		return -EINVAL;
	return 0;
}

/* A CPU without protection keys. */
SYSCALL(pkey_mprotect)
{
	if (ARG_INT(args, 3) != -1)
		return -EINVAL;
	return mm_protect(ARG_ULONG(args, 0), ARG_ULONG(args, 1), ARG_UINT(args, 2));
}

SYSCALL_NO_ARGS(pkey_alloc)
{
	return -EINVAL;
}

SYSCALL_NO_ARGS(pkey_free)
{
	return -EINVAL;
}
