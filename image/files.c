/* Images of files that a guest is shown: image_of_files of image.h. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "image/image.h"

int image_of_files(const char *path, char *image, size_t image_size, struct error *error)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return error_set(error, "%s: not a directory", path);
	return image_of_source(path, image, image_size, error);
}
