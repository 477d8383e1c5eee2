/* memfd_create(2). */
#include <linux/errno.h>
#include <linux/memfd.h>

#include "kernel/fs/tmpfs.h"
#include "kernel/syscall/table.h"
#include "kernel/vfs/file.h"

#define NAME_BYTES_MAX 249

/* What memfd.h has since Linux 6.3. */
#ifndef MFD_EXEC
#define MFD_NOEXEC_SEAL 0x0008u
#define MFD_EXEC 0x0010u
#endif

static int flags_check(unsigned flags)
{
	/* As a kernel without huge pages. */
	if (flags & MFD_HUGETLB)
		return -ENOSYS;
	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC))
		return -EINVAL;
	return (flags & MFD_EXEC) && (flags & MFD_NOEXEC_SEAL) ? -EINVAL : 0;
}

SYSCALL(memfd_create)
{
	unsigned flags = ARG_UINT(args, 1);
	char name[NAME_BYTES_MAX + 1];
	struct file *file;
	long result = flags_check(flags);

	if (result)
		return result;
	result = strncpy_from_user(name, ARG_USER(args, 0), sizeof(name));
	if (result < 0)
		return result == -ENAMETOOLONG ? -EINVAL : result;
	result = memfd_new(name, flags, &file);
	if (result)
		return result;
	result = fd_install(file, 0, flags & MFD_CLOEXEC);
	if (result < 0)
		file_put(file);
	return result;
}
