/* Image files: see file.h. */
#define _GNU_SOURCE 1

#include "image/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freestanding/image/image.h"

/* 0 or -errno. */
static int header_read(int fd, struct image_header *header)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return -errno;
	if (!S_ISREG(stat.st_mode) || pread(fd, header, sizeof(*header), 0) != (ssize_t)sizeof(*header))
		return -EINVAL;
	return image_header_check(header, (uint64_t)stat.st_size);
}

int image_file_header(int fd, const char *name, struct image_header *header, struct error *error)
{
	int number = header_read(fd, header);

	if (!number)
		return 0;
	if (number == -EUCLEAN)
		return error_set(error, "%s: damaged or cut short: build it again", name);
	if (number == -EOPNOTSUPP)
		return error_set(error, "%s: made by another version of tend: build it again", name);
	return error_set(error, "%s: neither a directory nor an image made by tend build", name);
}

int image_file_open(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct image_header header;

	if (fd < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	if (image_file_header(fd, path, &header, error) == 0)
		return fd;
	close(fd);
	return -1;
}

int image_files_open(struct image_files *files, int fd, struct error *error)
{
	struct image_header header = {0};
	int number;

	if (image_file_header(fd, "image", &header, error) < 0)
		return -1;
	files->size = header.erofs_bytes;
	files->bytes = mmap(NULL, files->size, PROT_READ, MAP_SHARED, fd, 0);
	if (files->bytes == MAP_FAILED)
		return error_set(error, "image: could not be mapped: %s", strerror(errno));
	number = erofs_open(&files->fs, files->bytes, files->size);
	if (!number)
		return 0;
	image_files_close(files);
	return error_set(error, "image: its file system is damaged: build it again");
}

void image_files_close(struct image_files *files)
{
	munmap(files->bytes, files->size);
}
