/* New images in the store: see store_build.h. */
#define _GNU_SOURCE 1

#include "image/store_build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/digest.h"
#include "image/executables.h"
#include "image/file.h"
#include "image/image_fill.h"
#include "image/store.h"

#define PIECE_BYTES (1ull << 20)

static int sum(const struct output *output, char hex[65], struct error *error)
{
	char text[DIGEST_TEXT_BYTES];
	struct digest digest;
	struct stat status;
	void *bytes;

	if (fstat(output->fd, &status) < 0)
		return error_set(error, "%s: %s", output->path, strerror(errno));
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, output->fd, 0);
	if (bytes == MAP_FAILED)
		return error_set(error, "%s: could not be mapped: %s", output->path, strerror(errno));
	digest_start(&digest);
	digest_add(&digest, bytes, (uint64_t)status.st_size);
	digest_end(&digest, text);
	munmap(bytes, (size_t)status.st_size);
	memcpy(hex, text + strlen(DIGEST_PREFIX), strlen(text + strlen(DIGEST_PREFIX)) + 1);
	return 0;
}

/* Gives a finished image its place and its link. Nobody may sweep between the two. */
static int place(struct output *output, const char *links, const char *name, char hex[65], struct error *error)
{
	char relative[128], path[PATH_MAX];
	int lock, result;

	if (sum(output, hex, error) < 0) {
		output_discard(output);
		return -1;
	}
	snprintf(relative, sizeof(relative), "images/%s" STORE_SUFFIX, hex);
	lock = store_path(path, relative, error) < 0 ? -1 : store_lock("lock", LOCK_SH, error);
	if (lock < 0) {
		output_discard(output);
		return -1;
	}
	output->path = path;
	result = output_publish(output, error);
	if (result == 0)
		result = store_link(links, name, hex, error);
	close(lock);
	return result;
}

int store_build(const struct image_request *request, const char *links, const char *name, struct image_report *report,
		char hex[65], struct error *error)
{
	struct image_report ignored = {0};
	struct output output;
	char path[PATH_MAX];

	if (store_path(path, "images/new", error) < 0 || output_create(&output, path, error) < 0)
		return -1;
	if (image_fill(request, &output, report ? report : &ignored, error) == 0)
		return place(&output, links, name, hex, error);
	output_discard(&output);
	return -1;
}

/* All directories can be read, and all inodes in them. */
static int files_check(int fd, struct error *error)
{
	struct executables executables;
	struct image_files files;
	int result;

	if (image_files_open(&files, fd, error) < 0)
		return -1;
	result = executables_find(&files.fs, &executables, error);
	if (result == 0)
		executables_free(&executables);
	image_files_close(&files);
	return result < 0 ? error_set(error, "its file system is damaged: build it again") : 0;
}

static int copy(int from, const struct output *to, const char *path, struct error *error)
{
	char *buffer = malloc(PIECE_BYTES);
	uint64_t offset = 0;
	ssize_t got = 1;
	int result = buffer ? 0 : error_set(error, "out of memory");

	while (result == 0 && got > 0) {
		got = pread(from, buffer, PIECE_BYTES, (off_t)offset);
		if (got < 0)
			result = error_set(error, "%s: could not be read: %s", path, strerror(errno));
		else
			result = output_write(to, buffer, (uint64_t)got, offset, error);
		offset += got > 0 ? (uint64_t)got : 0;
	}
	free(buffer);
	return result;
}

int store_import(const char *path, const char *name, char hex[65], struct error *error)
{
	int fd = image_file_open(path, error), result;
	struct error why = {0};
	char place_path[PATH_MAX];
	struct output output;

	if (fd < 0)
		return -1;
	if (store_path(place_path, "images/new", error) < 0 || output_create(&output, place_path, error) < 0) {
		close(fd);
		return -1;
	}
	/* The copy is checked: nobody else can change it. */
	result = copy(fd, &output, path, error);
	if (result == 0 && files_check(output.fd, &why) < 0)
		result = error_set(error, "%s: %s", path, why.text);
	close(fd);
	if (result == 0)
		return place(&output, "names", name, hex, error);
	output_discard(&output);
	return -1;
}
