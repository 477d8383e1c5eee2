/* Files as bytes: see mapped_file.h. */
#include "image/mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int mapped_file_open(struct mapped_file *file, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), reason;
	void *bytes = MAP_FAILED;
	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0) {
		file->size = (size_t)status.st_size;
		bytes = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	reason = errno;
	if (fd >= 0)
		close(fd);
	errno = reason;
	if (bytes == MAP_FAILED)
		return -1;
	file->bytes = bytes;
	return 0;
}

void mapped_file_close(struct mapped_file *file)
{
	munmap((void *)(uintptr_t)file->bytes, file->size);
}
