/* Copies of an image's files for debuggers, which want names to open: image_file_extract of image_index.h. */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/debug/image_index.h"

/* Names from an image come to stand in scripts: only what means nothing there stays. */
static void name_make_harmless(char *name)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/";

	for (char *c = name; *c; c++) {
		if (!strchr(harmless, *c))
			*c = '_';
	}
}

/* Creates the directories above the file. */
static void parents_make(char *path, size_t base)
{
	for (char *slash = strchr(path + base + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static int bytes_write(int fd, const uint8_t *bytes, uint64_t count)
{
	while (count) {
		ssize_t done = write(fd, bytes, count);

		if (done < 0 && errno != EINTR)
			return -errno;
		bytes += done > 0 ? done : 0;
		count -= done > 0 ? (uint64_t)done : 0;
	}
	return 0;
}

/* -EDQUOT: more than all copies may take. */
static int contents_write(struct image_index *files, size_t file, int fd)
{
	struct erofs_inode inode;
	struct erofs_run run;
	uint64_t offset = 0;
	int result = erofs_inode(&files->fs, files->files[file].nid, &inode);

	if (result == 0 && inode.size > files->copy_bytes)
		return -EDQUOT;
	if (result == 0)
		files->copy_bytes -= inode.size;
	while (result == 0 && offset < inode.size) {
		result = erofs_data(&files->fs, &inode, offset, &run);
		if (result == 0 && run.data)
			result = bytes_write(fd, run.data, run.bytes);
		else if (result == 0 && lseek(fd, (off_t)run.bytes, SEEK_CUR) < 0)
			result = -errno;
		offset += run.bytes;
	}
	return result == 0 && ftruncate(fd, (off_t)inode.size) < 0 ? -errno : result;
}

/* Two names may be made alike: then the second one gets a number. */
static char *place_open(const char *directory, const char *name, size_t number, int *fd)
{
	char *path = NULL;

	for (unsigned again = 0; again < 2; again++) {
		int length = again ? asprintf(&path, "%s%s.%zu", directory, name, number)
				   : asprintf(&path, "%s%s", directory, name);

		if (length < 0)
			return NULL;
		name_make_harmless(path + strlen(directory));
		parents_make(path, strlen(directory));
		*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (*fd >= 0)
			return path;
		free(path);
	}
	return NULL;
}

const char *image_file_extract(struct image_index *files, size_t file, const char *directory, struct error *error)
{
	struct image_file *entry = &files->files[file];
	char *path;
	int fd, result;

	if (entry->extracted)
		return entry->extracted;
	path = place_open(directory, entry->path, file, &fd);
	if (!path) {
		error_set(error, "%s%s: %s", directory, entry->path, strerror(errno));
		return NULL;
	}
	result = contents_write(files, file, fd);
	close(fd);
	if (result < 0) {
		if (result == -EDQUOT)
			error_set(error, "%s: the image's files are together far larger than the image", path);
		else
			error_set(error, "%s: %s", path, strerror(-result));
		unlink(path);
		free(path);
		return NULL;
	}
	entry->extracted = path;
	return path;
}
