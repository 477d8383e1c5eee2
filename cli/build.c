/* tend build: makes an image out of what there is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/option.h"
#include "image/config.h"
#include "image/image.h"
#include "image/store.h"
#include "image/store_build.h"

/* The whole of a configuration's file, NUL-terminated; the caller frees it. NULL after a complaint. */
static char *config_read(const char *path, size_t *size)
{
	char *text = malloc(IMAGE_CONFIG_BYTES_MAX + 1);
	FILE *file = fopen(path, "rb");

	if (!text || !file) {
		complain("%s: %s", path, strerror(errno));
	} else {
		*size = fread(text, 1, IMAGE_CONFIG_BYTES_MAX + 1, file);
		if (!ferror(file) && *size <= IMAGE_CONFIG_BYTES_MAX) {
			text[*size] = 0;
			fclose(file);
			return text;
		}
		complain("%s: could not be read, or is larger than %u bytes", path, IMAGE_CONFIG_BYTES_MAX);
	}
	if (file)
		fclose(file);
	free(text);
	return NULL;
}

struct arguments {
	struct image_request request;
	const char *output;
	const char *name;
	const char *config;
	bool is_quiet;
};

static void report_print(const struct arguments *arguments, const struct image_report *report)
{
	printf("%s: %lu bytes, %lu of them patches: %u of %u ELF files, %u system call sites patched, %u left to trap\n",
	       arguments->output ? arguments->output : arguments->name, (unsigned long)report->file_bytes,
	       (unsigned long)report->patch_bytes, report->objects, report->elf_files, report->sites, report->left);
	if (report->skipped)
		printf("%u files could not be read and are left out\n", report->skipped);
}

static int build(const struct arguments *arguments)
{
	struct image_report report;
	struct error error = {0};
	char hex[65];
	int result;

	if (arguments->output)
		result = image_build(&arguments->request, arguments->output, &report, &error);
	else
		result = store_build(&arguments->request, "names", arguments->name, &report, hex, &error);
	if (result < 0)
		return complain("%s", error.text);
	if (!arguments->is_quiet)
		report_print(arguments, &report);
	return 0;
}

static int config_build(struct arguments *arguments)
{
	struct error error = {0};
	char *text = NULL;
	int status;

	if (image_builder_become(&error) < 0)
		return complain("%s", error.text);
	if (arguments->config) {
		text = config_read(arguments->config, &arguments->request.config_bytes);
		if (!text)
			return 1;
		arguments->request.config = text;
	}
	status = build(arguments);
	free(text);
	return status;
}

enum {
	OPTION_ROOT = 1,
	OPTION_OCI,
	OPTION_DOCKER,
	OPTION_PROGRAM,
	OPTION_DEBIAN,
	OPTION_OUTPUT,
	OPTION_TAG,
	OPTION_REFERENCE,
	OPTION_CONFIG,
	OPTION_QUIET,
};

static const struct command_option options[] = {
	{OPTION_OUTPUT, 'o', "output", "FILE", "the image to make"},
	{OPTION_TAG, 't', "tag", "NAME", "or its name in the store: tend image ls"},
	{OPTION_ROOT, 0, "root", "PATH", "a root directory, or a tar archive of one"},
	{OPTION_OCI, 0, "oci", "PATH", "an OCI layout, or an archive of one"},
	{OPTION_DOCKER, 0, "docker", "PATH", "what docker save wrote"},
	{OPTION_PROGRAM, 0, "program", "PATH", "a program of this host, with what it needs"},
	{OPTION_DEBIAN, 0, "debian", "PACKAGE,...", "Debian packages, with what they depend on"},
	{OPTION_REFERENCE, 0, "reference", "NAME", "which image of several in the source"},
	{OPTION_CONFIG, 0, "config", "FILE", "an OCI image configuration to put into it"},
	{OPTION_QUIET, 'q', "quiet", NULL, "say nothing unless it fails"},
	{0},
};

/* False: a second source. */
static bool source_set(struct arguments *arguments, enum image_kind kind, const char *source)
{
	if (arguments->request.source)
		return false;
	arguments->request.kind = kind;
	arguments->request.source = source;
	return true;
}

static bool option_take(struct arguments *arguments, int id, const char *value)
{
	static const enum image_kind kinds[] = {
		[OPTION_ROOT] = IMAGE_KIND_ROOT,     [OPTION_OCI] = IMAGE_KIND_OCI,
		[OPTION_DOCKER] = IMAGE_KIND_DOCKER, [OPTION_PROGRAM] = IMAGE_KIND_PROGRAM,
		[OPTION_DEBIAN] = IMAGE_KIND_DEBIAN,
	};

	switch (id) {
	case OPTION_OUTPUT:
		arguments->output = value;
		return true;
	case OPTION_TAG:
		arguments->name = value;
		return true;
	case OPTION_REFERENCE:
		arguments->request.reference = value;
		return true;
	case OPTION_CONFIG:
		arguments->config = value;
		return true;
	case OPTION_QUIET:
		arguments->is_quiet = true;
		return true;
	default:
		return source_set(arguments, kinds[id], value);
	}
}

static int build_run(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_build, argc, argv);
	struct arguments arguments = {0};
	bool is_good = true;
	int id;

	do {
		while ((id = option_next(&reader)) != 0)
			is_good = option_take(&arguments, id, reader.value) && is_good;
		if (reader.failed)
			return reader.status;
		if (reader.next < argc)
			is_good = source_set(&arguments, IMAGE_KIND_AUTO, argv[reader.next++]) && is_good;
	} while (reader.next < argc);
	if (!is_good || !arguments.request.source || !arguments.output == !arguments.name)
		return command_misused(&command_build);
	if (arguments.name && !store_name_is_good(arguments.name))
		return complain("%s: no name for an image: letters, digits and . _ : @ -", arguments.name);
	arguments.request.shows_progress = !arguments.is_quiet && isatty(STDERR_FILENO);
	return config_build(&arguments);
}

const struct command command_build = {
	.name = "build",
	.arguments = "[OPTIONS] [SOURCE] -o FILE|-t NAME",
	.summary = "make an image",
	.details =
		"SOURCE, one of the options for it or what it looks like: a directory or tar archive of a root, an OCI\n"
		"layout or archive, a docker archive, or a program of this host. \"-\" is an archive from standard input.",
	.options = options,
	.run = build_run,
};
