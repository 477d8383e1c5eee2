/* Image files out of sources: see image.h. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/image.h"
#include "image/config.h"
#include "image/erofs_write.h"
#include "image/image_fill.h"
#include "image/output.h"
#include "image/patches.h"
#include "image/source.h"

#define WORD_BYTES 8u

/* Appends a table or text and says where it is. */
static int append(struct stream *stream, const void *bytes, uint64_t size, uint64_t *offset, struct error *error)
{
	if (stream_pad(stream, WORD_BYTES, error) < 0)
		return -1;
	*offset = stream_position(stream);
	return stream_add(stream, bytes, size, error);
}

/* Tables, configuration and at last the header, which makes the file an image. */
static int tables_append(struct stream *stream, const struct patches *patches, const struct image_request *text,
			 uint64_t erofs_bytes, struct error *error)
{
	struct image_header header = {
		.magic = IMAGE_MAGIC,
		.version = IMAGE_VERSION,
		.erofs_bytes = erofs_bytes,
		.object_count = patches->object_count,
		.run_count = patches->run_count,
		.config_bytes = text->config_bytes,
	};

	if (append(stream, patches->objects, patches->object_count * sizeof(patches->objects[0]), &header.objects,
		   error) < 0 ||
	    append(stream, patches->runs, patches->run_count * sizeof(patches->runs[0]), &header.runs, error) < 0 ||
	    append(stream, text->config, text->config_bytes, &header.config, error) < 0)
		return -1;
	/* Whole pages: mapping the file gives no page that is half another's. */
	if (stream_pad(stream, IMAGE_PAGE_BYTES, error) < 0 || stream_flush(stream, error) < 0)
		return -1;
	header.file_bytes = stream_position(stream);
	return output_write(stream->output, &header, sizeof(header), 0, error);
}

/* Everything behind the file system, which is in the file as far as the stream came. */
static int rest_write(struct stream *stream, const struct image_request *text, struct image_report *report,
		      struct error *error)
{
	uint64_t size = stream_position(stream);
	void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, stream->output->fd, 0);
	struct patches patches = {0};
	struct erofs fs;
	int result;

	if (bytes == MAP_FAILED)
		return error_set(error, "%s: could not be mapped: %s", stream->output->path, strerror(errno));
	result = erofs_open(&fs, bytes, size);
	if (result < 0)
		error_set(error, "%s: was not written as it should be: %s", stream->output->path, strerror(-result));
	else
		result = patches_append(&patches, &fs, stream, report, error);
	if (result == 0)
		result = tables_append(stream, &patches, text, size, error);
	patches_free(&patches);
	munmap(bytes, size);
	report->file_bytes = stream_position(stream);
	return result;
}

/* A configuration must be one, wherever it comes from. */
static int config_check(const struct image_request *text, struct error *error)
{
	struct image_config config;

	if (!text->config)
		return 0;
	if (image_config_parse(text->config, text->config_bytes, &config, error) < 0)
		return -1;
	image_config_free(&config);
	return 0;
}

static int source_write(struct source *source, const struct image_request *request, const struct output *output,
			struct image_report *report, struct error *error)
{
	struct image_request text = *request;
	struct stream stream;
	int result;

	if (!text.config && source->config) {
		text.config = source->config;
		text.config_bytes = source->config_bytes;
	}
	if (config_check(&text, error) < 0 || stream_open(&stream, output, error) < 0)
		return -1;
	result = erofs_write(&source->root, &stream, source->progress, error);
	if (result == 0)
		result = rest_write(&stream, &text, report, error);
	stream_close(&stream);
	return result;
}

/* The directory that a file is in. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

int image_fill(const struct image_request *request, const struct output *output, struct image_report *report,
	       struct error *error)
{
	char *dir = directory_of(output->path);
	struct progress progress;
	struct source source;
	int result;

	*report = (struct image_report){0};
	if (!dir)
		return error_set(error, "out of memory");
	progress_start(&progress, request->shows_progress);
	result = source_open(&source, request, dir, &progress, error);
	if (result == 0) {
		report->skipped = source.has_scan ? source.scan.skipped : 0;
		result = source_write(&source, request, output, report, error);
		source_close(&source);
	}
	progress_end(&progress);
	free(dir);
	return result;
}

int image_builder_become(struct error *error)
{
	(void)error;
	return 0;
}

int image_build(const struct image_request *request, const char *output, struct image_report *report,
		struct error *error)
{
	struct image_report ignored = {0};
	struct output file;

	if (!report)
		report = &ignored;
	if (output_create(&file, output, error) < 0)
		return -1;
	if (image_fill(request, &file, report, error) == 0)
		return output_publish(&file, error);
	output_discard(&file);
	return -1;
}
