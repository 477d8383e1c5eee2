/* tend image: what the store of images holds, and moving images in and out. */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/image_inspect.h"
#include "cli/option.h"
#include "image/file.h"
#include "image/image.h"
#include "image/output.h"
#include "image/store.h"
#include "image/store_build.h"

#define ROW "%-24s %-14s %10s  %s\n"
#define ID_DIGITS 12
#define PIECE_BYTES (1u << 20)
#define MIB (1u << 20)

enum { OPTION_OUTPUT = 1, OPTION_QUIET };

static const struct command_option options[] = {
	{OPTION_OUTPUT, 'o', "output", "FILE", "export: the file to write, instead of standard output"},
	{OPTION_QUIET, 'q', "quiet", NULL, "ls: identifiers only"},
	{0},
};

struct image_arguments {
	const char *output;
	bool quiet;
	int count; /* of operands behind the action */
	char **operands;
};

static void row_print(const struct store_image *image)
{
	char id[ID_DIGITS + 1], size[24], created[32] = "";
	struct tm when;

	snprintf(id, sizeof(id), "%.*s", ID_DIGITS, image->hex);
	snprintf(size, sizeof(size), "%.1f MiB", (double)image->bytes / MIB);
	if (localtime_r(&image->created, &when))
		strftime(created, sizeof(created), "%Y-%m-%d %H:%M", &when);
	printf(ROW, image->is_source ? "<source>" : image->name[0] ? image->name : "<none>", id, size, created);
}

static int images_list(const struct image_arguments *arguments)
{
	struct store_image *images;
	struct error error = {0};
	size_t count;

	if (arguments->count)
		return command_misused(&command_image);
	if (store_list(&images, &count, &error) < 0)
		return complain("%s", error.text);
	if (!arguments->quiet)
		printf(ROW, "NAME", "ID", "SIZE", "CREATED");
	for (size_t i = 0; i < count; i++) {
		if (arguments->quiet)
			puts(images[i].hex);
		else
			row_print(&images[i]);
	}
	free(images);
	return output_end(0);
}

/* Whether an operand is the name, or the beginning of the identifier, of an image. */
static bool is_meant(const struct store_image *image, const char *operand)
{
	size_t length = strlen(operand);

	if (!image->is_source && strcmp(image->name, operand) == 0)
		return true;
	return length >= ID_DIGITS && strncmp(image->hex, operand, length) == 0;
}

static int link_remove(const struct store_image *image)
{
	char *relative, path[PATH_MAX];
	struct error error = {0};
	int status = 0;

	if (!image->name[0])
		return 0;
	if (asprintf(&relative, "%s/%s", image->is_source ? "sources" : "names", image->name) < 0)
		return complain("out of memory");
	if (store_path(path, relative, &error) < 0)
		status = complain("%s", error.text);
	else if (unlink(path) < 0 && errno != ENOENT)
		status = complain("%s: could not be removed: %s", path, strerror(errno));
	free(relative);
	return status;
}

static int image_remove(const struct store_image *images, size_t count, const char *operand)
{
	bool found = false;
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++) {
		if (!is_meant(&images[i], operand))
			continue;
		found = true;
		status = link_remove(&images[i]);
	}
	return found ? status : complain("%s: no such image; tend image ls lists them", operand);
}

static int images_remove(const struct image_arguments *arguments)
{
	struct store_image *images;
	struct error error = {0};
	uint64_t bytes;
	size_t count;
	int status = 0;

	if (!arguments->count)
		return command_misused(&command_image);
	if (store_list(&images, &count, &error) < 0)
		return complain("%s", error.text);
	for (int i = 0; i < arguments->count; i++)
		status |= image_remove(images, count, arguments->operands[i]);
	free(images);
	return store_sweep(&bytes, &error) < 0 ? complain("%s", error.text) : status;
}

/* A descriptor of an image that an operand means: an identifier of the store, or a source that is one already. */
static int image_open(const char *operand, char *path, struct error *error)
{
	struct store_image *images;
	size_t count, i;
	char *relative;
	int fd;

	if (store_list(&images, &count, error) < 0)
		return -1;
	for (i = 0; i < count && !is_meant(&images[i], operand); i++)
		;
	if (i == count) {
		free(images);
		return strchr(operand, '/') || access(operand, F_OK) == 0
			       ? image_of_source(operand, path, PATH_MAX, error)
			       : error_set(error, "%s: no such image; tend image ls lists them", operand);
	}
	fd = asprintf(&relative, "images/%s" STORE_SUFFIX, images[i].hex);
	free(images);
	if (fd < 0)
		return error_set(error, "out of memory");
	fd = store_path(path, relative, error) < 0 ? -1 : image_file_open(path, error);
	free(relative);
	return fd;
}

static int image_inspect_one(const struct image_arguments *arguments)
{
	struct error error = {0};
	char path[PATH_MAX];
	int fd, status;

	if (arguments->count != 1)
		return command_misused(&command_image);
	fd = image_open(arguments->operands[0], path, &error);
	if (fd < 0)
		return complain("%s", error.text);
	status = image_inspect(fd, path);
	close(fd);
	return status;
}

static int bytes_copy(int from, const struct output *to, struct error *error)
{
	char *buffer = malloc(PIECE_BYTES);
	uint64_t offset = 0;
	ssize_t got = 1;
	int result = buffer ? 0 : error_set(error, "out of memory");

	while (result == 0 && (got = pread(from, buffer, PIECE_BYTES, (off_t)offset)) > 0) {
		result = output_write(to, buffer, (uint64_t)got, offset, error);
		offset += (uint64_t)got;
	}
	free(buffer);
	return result == 0 && got < 0 ? error_set(error, "could not be read: %s", strerror(errno)) : result;
}

static int image_export(const struct image_arguments *arguments)
{
	struct error error = {0};
	struct output output;
	char path[PATH_MAX];
	int fd, result;

	if (arguments->count != 1 || !arguments->output)
		return command_misused(&command_image);
	fd = image_open(arguments->operands[0], path, &error);
	if (fd < 0)
		return complain("%s", error.text);
	result = output_create(&output, arguments->output, &error);
	if (result == 0) {
		result = bytes_copy(fd, &output, &error);
		if (result == 0)
			result = output_publish(&output, &error);
		else
			output_discard(&output);
	}
	close(fd);
	return result < 0 ? complain("%s", error.text) : 0;
}

static int image_import(const struct image_arguments *arguments)
{
	struct error error = {0};
	char hex[65];

	if (arguments->count != 2)
		return command_misused(&command_image);
	if (!store_name_is_good(arguments->operands[1]))
		return complain("%s: no name for an image: letters, digits and . _ : @ -", arguments->operands[1]);
	if (store_import(arguments->operands[0], arguments->operands[1], hex, &error) < 0)
		return complain("%s", error.text);
	puts(hex);
	return 0;
}

static int images_prune(const struct image_arguments *arguments)
{
	struct error error = {0};
	uint64_t bytes;

	if (arguments->count)
		return command_misused(&command_image);
	if (store_sources_remove(&error) < 0 || store_sweep(&bytes, &error) < 0)
		return complain("%s", error.text);
	printf("%.1f MiB freed\n", (double)bytes / MIB);
	return 0;
}

static int action_run(const struct image_arguments *arguments)
{
	static const struct {
		const char *name;
		int (*run)(const struct image_arguments *arguments);
	} actions[] = {
		{"ls", images_list},      {"inspect", image_inspect_one}, {"rm", images_remove},
		{"export", image_export}, {"import", image_import},       {"prune", images_prune},
	};
	struct image_arguments rest = *arguments;

	for (size_t i = 0; arguments->count && i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(rest.operands[0], actions[i].name) == 0) {
			rest.operands++;
			rest.count--;
			return actions[i].run(&rest);
		}
	}
	return command_misused(&command_image);
}

static int image_run(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_image, argc, argv);
	struct image_arguments arguments = {.operands = calloc((size_t)argc + 1, sizeof(char *))};
	int id, status;

	if (!arguments.operands)
		return complain("out of memory");
	do {
		while ((id = option_next(&reader)) != 0) {
			if (id == OPTION_OUTPUT)
				arguments.output = reader.value;
			else
				arguments.quiet = true;
		}
		if (!reader.failed && reader.next < argc)
			arguments.operands[arguments.count++] = argv[reader.next++];
	} while (!reader.failed && reader.next < argc);
	status = reader.failed ? reader.status : action_run(&arguments);
	free(arguments.operands);
	return status;
}

const struct command command_image = {
	.name = "image",
	.arguments = "ls|inspect IMAGE|rm IMAGE...|export IMAGE -o FILE|import FILE NAME|prune",
	.summary = "list images, show one, remove, move them in and out",
	.details =
		"IMAGE is a name, 12 digits or more of an identifier, or a file. prune removes images without a name.",
	.options = options,
	.run = image_run,
};
