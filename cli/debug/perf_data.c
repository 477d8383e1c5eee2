/*
 * perf.data, rewritten: see perf_data.h. Its format is in the kernel's
 * tools/perf/Documentation/perf.data-file-format.txt and linux/perf_event.h. Records of mappings change their size, so
 * what lies behind them moves.
 */
#include "cli/debug/perf_data.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/debug/perf_names.h"

#define MAGIC "PERFILE2"
#define FEATURE_WORDS 4
#define FEATURE_COMPRESSED 27

struct section {
	uint64_t offset;
	uint64_t bytes;
};

struct header {
	char magic[8];
	uint64_t bytes;
	uint64_t attribute_bytes;
	struct section attributes;
	struct section data;
	struct section event_types;
	uint64_t features[FEATURE_WORDS];
};

/* Of a record of a mapping: where its offset in the file is, and where its file's name. */
#define MAPPING_OFFSET 32
#define MAPPING_NAME 40
#define MAPPING2_NAME 72

struct record {
	struct perf_names *names;
	const uint8_t *bytes; /* of the whole file */
	uint64_t count;
	struct header header;
	FILE *out;
};

static uint64_t padded(uint64_t bytes)
{
	return (bytes + 7) & ~7ull;
}

/* Where the name of a mapping's file begins; 0: not a record of a mapping. */
static size_t name_place(const struct perf_event_header *event)
{
	if (event->type == PERF_RECORD_MMAP)
		return MAPPING_NAME;
	return event->type == PERF_RECORD_MMAP2 ? MAPPING2_NAME : 0;
}

static void renamed_write(struct record *record, const struct perf_event_header *event, uint64_t offset,
			  const char *name, size_t rest)
{
	static const char zeroes[8];
	const uint8_t *bytes = (const uint8_t *)event;
	struct perf_event_header header = *event;
	size_t place = name_place(event);
	size_t length = strlen(name) + 1;

	header.size = (uint16_t)(place + padded(length) + (header.size - rest));
	fwrite(&header, sizeof(header), 1, record->out);
	fwrite(bytes + sizeof(header), MAPPING_OFFSET - sizeof(header), 1, record->out);
	fwrite(&offset, sizeof(offset), 1, record->out);
	fwrite(bytes + MAPPING_NAME, place - MAPPING_NAME, 1, record->out);
	fwrite(name, length, 1, record->out);
	fwrite(zeroes, padded(length) - length, 1, record->out);
	fwrite(bytes + rest, event->size - rest, 1, record->out);
}

/* One record, aligned and inside the file. */
static int event_copy(struct record *record, const struct perf_event_header *event, struct error *error)
{
	const char *bytes = (const char *)event;
	size_t place = name_place(event);
	char better[PERF_NAME_MAX];
	uint64_t offset, rest;
	int found = 0;

	if (place && event->size > place && memchr(bytes + place, 0, event->size - place)) {
		memcpy(&offset, bytes + MAPPING_OFFSET, sizeof(offset));
		found = perf_names_find(record->names, bytes + place, &offset, better, error);
		rest = place + padded(strlen(bytes + place) + 1);
	}
	if (found < 0)
		return -1;
	if (found && rest <= event->size)
		renamed_write(record, event, offset, better, rest);
	else
		fwrite(event, event->size, 1, record->out);
	return 0;
}

static int data_copy(struct record *record, struct error *error)
{
	uint64_t at = record->header.data.offset;
	uint64_t end = at + record->header.data.bytes;

	while (end - at >= sizeof(struct perf_event_header)) {
		const struct perf_event_header *event = (const struct perf_event_header *)(record->bytes + at);

		if (event->size < sizeof(*event) || event->size % 8 || event->size > end - at)
			break;
		if (event_copy(record, event, error) < 0)
			return -1;
		at += event->size;
	}
	return at == end ? 0 : error_set(error, "perf's record is damaged, or of a kind not known here");
}

/* The table of features lies behind the data, and they behind the table: all have moved. */
static int features_copy(struct record *record, uint64_t moved, struct error *error)
{
	uint64_t table = record->header.data.offset + record->header.data.bytes;
	uint64_t count = 0;

	for (unsigned i = 0; i < FEATURE_WORDS; i++)
		count += (uint64_t)__builtin_popcountll(record->header.features[i]);
	if (count * sizeof(struct section) > record->count - table)
		return error_set(error, "perf's record is cut short");
	for (uint64_t i = 0; i < count; i++) {
		struct section section;

		memcpy(&section, record->bytes + table + i * sizeof(section), sizeof(section));
		section.offset += moved;
		fwrite(&section, sizeof(section), 1, record->out);
	}
	table += count * sizeof(struct section);
	fwrite(record->bytes + table, record->count - table, 1, record->out);
	return 0;
}

static int header_check(struct record *record, struct error *error)
{
	const struct section *data = &record->header.data;

	if (record->count < sizeof(record->header))
		return error_set(error, "perf's record is cut short");
	memcpy(&record->header, record->bytes, sizeof(record->header));
	if (memcmp(record->header.magic, MAGIC, 8) != 0 || record->header.bytes != sizeof(record->header) ||
	    data->offset % 8 || data->offset > record->count || data->bytes > record->count - data->offset)
		return error_set(error, "perf's record is damaged, or of a kind not known here");
	if (record->header.features[0] >> FEATURE_COMPRESSED & 1)
		return error_set(error, "perf's record is compressed; record without -z");
	return 0;
}

static int record_copy(struct record *record, struct error *error)
{
	uint64_t end;

	if (header_check(record, error) < 0)
		return -1;
	fwrite(record->bytes, record->header.data.offset, 1, record->out);
	if (data_copy(record, error) < 0)
		return -1;
	end = (uint64_t)ftell(record->out);
	if (features_copy(record, end - record->header.data.offset - record->header.data.bytes, error) < 0)
		return -1;
	record->header.data.bytes = end - record->header.data.offset;
	rewind(record->out);
	fwrite(&record->header, sizeof(record->header), 1, record->out);
	return 0;
}

static int record_map(struct record *record, const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *bytes = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &status) == 0)
		bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		error_set(error, "%s: %s", path, strerror(errno));
	} else {
		record->bytes = bytes;
		record->count = (uint64_t)status.st_size;
	}
	if (fd >= 0)
		close(fd);
	return bytes == MAP_FAILED ? -1 : 0;
}

static int record_write(struct record *record, const char *to, struct error *error)
{
	int result = 0;

	/* Not over what may be open or linked elsewhere. */
	unlink(to);
	record->out = fopen(to, "wbxe");
	if (record->out)
		result = record_copy(record, error);
	if (!record->out || (fclose(record->out) != 0 && result == 0))
		result = error_set(error, "%s: %s", to, strerror(errno));
	return result;
}

int perf_data_rewrite(const char *from, const char *to, const char *directory, struct error *error)
{
	struct record record = {.names = perf_names_new(directory)};
	int result;

	if (!record.names)
		return error_set(error, "out of memory");
	result = record_map(&record, from, error);
	if (result == 0) {
		if (mkdir(directory, 0700) < 0)
			result = error_set(error, "%s: %s", directory, strerror(errno));
		else
			result = record_write(&record, to, error);
		munmap((void *)(uintptr_t)record.bytes, record.count);
	}
	perf_names_free(record.names);
	return result;
}
