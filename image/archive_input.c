/* Where archives come from: see archive.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "image/archive.h"

static int64_t content_next(struct archive_input *input, void *buffer, uint64_t size, struct error *error)
{
	struct archive_content *from = (struct archive_content *)input;
	uint64_t left = from->reader->content->size - from->offset;

	if (size > left)
		size = left;
	if (content_read(from->reader, from->offset, buffer, size, from->name, error) < 0)
		return -1;
	from->offset += size;
	return (int64_t)size;
}

static int64_t descriptor_next(struct archive_input *input, void *buffer, uint64_t size, struct error *error)
{
	struct archive_descriptor *from = (struct archive_descriptor *)input;
	ssize_t got;

	do
		got = read(from->fd, buffer, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? error_set(error, "%s: could not be read: %s", from->name, strerror(errno)) : got;
}

struct archive_input *archive_content_input(struct archive_content *input, struct content_reader *reader,
					    const char *name)
{
	*input = (struct archive_content){.input = {content_next}, .reader = reader, .name = name};
	return &input->input;
}

struct archive_input *archive_descriptor_input(struct archive_descriptor *input, int fd, const char *name)
{
	*input = (struct archive_descriptor){.input = {descriptor_next}, .name = name, .fd = fd};
	return &input->input;
}
