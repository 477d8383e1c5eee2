/*
 * Unpacking archives: see archive.h. Two readers of libarchive in a row: one decompresses, the other takes the tar
 * apart, so that digests of both forms can be had.
 */
#include "image/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/archive_entry.h"

#define TAR_BLOCK_BYTES 512u
#define BUFFER_BYTES (256u << 10)

/* What the two readers' callbacks share. */
struct unpacking {
	struct archive_job *job;
	struct archive *outer; /* decompresses */
	struct archive *inner;
	struct digest packed;
	struct digest unpacked;
	char *packed_buffer;
	char *unpacked_buffer;
	uint64_t unpacked_bytes;
	struct error why; /* of a callback; empty: the reader's own words count */
};

static la_ssize_t packed_read(struct archive *archive, void *client, const void **buffer)
{
	struct unpacking *unpacking = client;
	struct archive_job *job = unpacking->job;
	int64_t got = job->input->read(job->input, unpacking->packed_buffer, BUFFER_BYTES, &unpacking->why);

	if (got < 0) {
		archive_set_error(archive, EIO, "could not be read");
		return ARCHIVE_FATAL;
	}
	digest_add(&unpacking->packed, unpacking->packed_buffer, (uint64_t)got);
	progress_add(job->progress, (uint64_t)got);
	*buffer = unpacking->packed_buffer;
	return (la_ssize_t)got;
}

/*
 * Of layers that umoci inserted, the last file may lack its padding, and the archive its end. Bytes that are missing
 * otherwise are noticed: the digests are compared.
 */
static la_ssize_t padding_make(struct unpacking *unpacking)
{
	size_t missing = (size_t)((TAR_BLOCK_BYTES - unpacking->unpacked_bytes % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES);

	memset(unpacking->unpacked_buffer, 0, missing);
	return (la_ssize_t)missing;
}

static la_ssize_t unpacked_read(struct archive *archive, void *client, const void **buffer)
{
	struct unpacking *unpacking = client;
	la_ssize_t got = archive_read_data(unpacking->outer, unpacking->unpacked_buffer, BUFFER_BYTES);

	if (got < 0) {
		const char *text = archive_error_string(unpacking->outer);

		archive_set_error(archive, EIO, "%s", text ? text : "damaged");
		return ARCHIVE_FATAL;
	}
	digest_add(&unpacking->unpacked, unpacking->unpacked_buffer, (uint64_t)got);
	if (got == 0 && unpacking->job->is_layer)
		got = padding_make(unpacking);
	unpacking->unpacked_bytes += (uint64_t)got;
	*buffer = unpacking->unpacked_buffer;
	return got;
}

static int reader_failed(struct unpacking *unpacking, struct archive *archive, struct error *error)
{
	const char *text = archive_error_string(archive);

	if (unpacking->why.text[0])
		return error_set(error, "%s", unpacking->why.text);
	return error_set(error, "%s: %s", unpacking->job->name, text ? text : "not an archive");
}

/* Both readers, on the first entry of the outer one, which is all there is. */
static int readers_open(struct unpacking *unpacking, struct error *error)
{
	struct archive_entry *entry;
	int result;

	/* Not all there are: some would start programs of the host. */
	archive_read_support_filter_gzip(unpacking->outer);
	archive_read_support_filter_zstd(unpacking->outer);
	archive_read_support_filter_xz(unpacking->outer);
	archive_read_support_filter_bzip2(unpacking->outer);
	archive_read_support_format_raw(unpacking->outer);
	archive_read_support_format_empty(unpacking->outer);
	if (archive_read_open(unpacking->outer, unpacking, NULL, packed_read, NULL) != ARCHIVE_OK)
		return reader_failed(unpacking, unpacking->outer, error);
	result = archive_read_next_header(unpacking->outer, &entry);
	if (result == ARCHIVE_EOF)
		return error_set(error, "%s: empty", unpacking->job->name);
	if (result < ARCHIVE_WARN)
		return reader_failed(unpacking, unpacking->outer, error);
	archive_read_support_format_tar(unpacking->inner);
	archive_read_support_format_empty(unpacking->inner);
	/* Names are bytes: what the host's locale thinks of them is no concern of an image. */
	archive_read_set_format_option(unpacking->inner, "tar", "hdrcharset", "BINARY");
	if (archive_read_open(unpacking->inner, unpacking, NULL, unpacked_read, NULL) != ARCHIVE_OK)
		return reader_failed(unpacking, unpacking->inner, error);
	return 0;
}

static int entries_take(struct unpacking *unpacking, struct error *error)
{
	struct archive_entry *entry;
	int result;

	while ((result = archive_read_next_header(unpacking->inner, &entry)) != ARCHIVE_EOF) {
		if (result < ARCHIVE_WARN)
			return reader_failed(unpacking, unpacking->inner, error);
		result = archive_entry_take(unpacking->job, unpacking->inner, entry, &unpacking->why);
		if (result < 0 && unpacking->why.text[0])
			return error_set(error, "%s: %s", unpacking->job->name, unpacking->why.text);
		if (result < 0)
			return reader_failed(unpacking, unpacking->inner, error);
	}
	return 0;
}

/* What stands behind the end of the archive belongs to the digests. */
static int rest_take(struct unpacking *unpacking, struct error *error)
{
	const void *buffer;
	la_ssize_t got;

	while ((got = unpacked_read(unpacking->inner, unpacking, &buffer)) > 0)
		;
	if (got < 0)
		return reader_failed(unpacking, unpacking->inner, error);
	while ((got = packed_read(unpacking->outer, unpacking, &buffer)) > 0)
		;
	return got < 0 ? reader_failed(unpacking, unpacking->outer, error) : 0;
}

static int all_take(struct unpacking *unpacking, struct error *error)
{
	if (!unpacking->packed_buffer || !unpacking->unpacked_buffer || !unpacking->outer || !unpacking->inner)
		return error_set(error, "out of memory");
	digest_start(&unpacking->packed);
	digest_start(&unpacking->unpacked);
	if (readers_open(unpacking, error) < 0 || entries_take(unpacking, error) < 0 || rest_take(unpacking, error) < 0)
		return -1;
	digest_end(&unpacking->packed, unpacking->job->packed);
	digest_end(&unpacking->unpacked, unpacking->job->unpacked);
	return 0;
}

int archive_unpack(struct archive_job *job, struct error *error)
{
	struct unpacking unpacking = {
		.job = job,
		.outer = archive_read_new(),
		.inner = archive_read_new(),
		.packed_buffer = malloc(BUFFER_BYTES),
		.unpacked_buffer = malloc(BUFFER_BYTES),
	};
	int result = all_take(&unpacking, error);

	archive_read_free(unpacking.inner);
	archive_read_free(unpacking.outer);
	free(unpacking.packed_buffer);
	free(unpacking.unpacked_buffer);
	return result;
}
