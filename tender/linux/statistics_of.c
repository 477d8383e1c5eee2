/* The counters of a guest that runs, by the memory of one of its processes: see statistics.h. All of it is hostile. */
#include <errno.h>
#include <fcntl.h>

#include "tender/host/host.h"
#include "tender/linux/say.h"
#include "tender/linux/statistics.h"

#define PATH_BYTES 32

/* Reads all or fails. */
static long memory_read(int memory, uint64_t address, void *out, size_t size)
{
	size_t done = 0;

	while (done < size) {
		long got = host_pread(memory, (char *)out + done, size - done, address + done);

		if (got <= 0)
			return got < 0 ? got : -EIO;
		done += (size_t)got;
	}
	return 0;
}

int statistics_of(int fd, uint64_t pid, uint64_t arena, struct error *error)
{
	static struct kernel_boot boot;
	static struct kernel_statistics statistics;
	char path[PATH_BYTES];
	long memory, result;

	text_make(path, sizeof(path), "/proc/%lu/mem", (unsigned long)pid);
	memory = host_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		return error_set(error, "%s: %s", path, error_name(-memory));
	result = memory_read((int)memory, arena, &boot, sizeof(boot));
	if (result == 0 && (boot.magic != KERNEL_BOOT_MAGIC || boot.bytes != sizeof(boot)))
		result = -EINVAL;
	if (result == 0)
		result = memory_read((int)memory, boot.statistics, &statistics, sizeof(statistics));
	host_close((int)memory);
	if (result < 0)
		return error_set(error, "%s: no guest of this tender: %s", path, error_name(-result));
	statistics_write(fd, &statistics, boot.net.fd >= 0);
	return 0;
}
