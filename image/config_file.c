/* The configuration in an image file: see config.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "freestanding/image/image.h"
#include "image/config.h"
#include "image/file.h"

char *image_config_text(int fd, size_t *bytes, struct error *error)
{
	struct image_header header;
	char *text;

	if (image_file_header(fd, "image", &header, error) < 0)
		return NULL;
	if (header.config_bytes > IMAGE_CONFIG_BYTES_MAX) {
		error_set(error, "image configuration: larger than %u bytes", IMAGE_CONFIG_BYTES_MAX);
		return NULL;
	}
	text = malloc(header.config_bytes + 1);
	if (!text) {
		error_set(error, "out of memory");
		return NULL;
	}
	if (pread(fd, text, header.config_bytes, (off_t)header.config) != (ssize_t)header.config_bytes) {
		error_set(error, "image configuration: could not be read: %s", strerror(errno));
		free(text);
		return NULL;
	}
	text[header.config_bytes] = '\0';
	*bytes = header.config_bytes;
	return text;
}

int image_config_read(int fd, struct image_config *config, struct error *error)
{
	static const char nothing[] = "{}";
	size_t bytes;
	char *text = image_config_text(fd, &bytes, error);
	int result;

	if (!text)
		return -1;
	result = bytes ? image_config_parse(text, bytes, config, error)
		       : image_config_parse(nothing, sizeof(nothing) - 1, config, error);
	free(text);
	return result;
}
