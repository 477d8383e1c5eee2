/* tend build: makes an image file out of a root directory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/option.h"
#include "image/image.h"

#define CONFIG_BYTES_MAX (1u << 20)

/* The whole of a small file, NUL-terminated; the caller frees it. NULL after a complaint. */
static char *config_read(const char *path, size_t *size)
{
	char *text = malloc(CONFIG_BYTES_MAX + 1);
	FILE *file = fopen(path, "rb");

	if (!text || !file) {
		complain("%s: %s", path, strerror(errno));
	} else {
		*size = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
		if (!ferror(file) && *size <= CONFIG_BYTES_MAX) {
			text[*size] = 0;
			fclose(file);
			return text;
		}
		complain("%s: could not be read, or is larger than 1 MiB", path);
	}
	if (file)
		fclose(file);
	free(text);
	return NULL;
}

static int build(const char *root, const char *output, const char *config)
{
	struct image_options options = {0};
	struct image_report report;
	struct error error = {0};
	char *text = NULL;
	int result;

	if (config) {
		text = config_read(config, &options.config_bytes);
		if (!text)
			return 1;
		options.config = text;
	}
	result = image_build(root, output, &options, &report, &error);
	free(text);
	if (result < 0)
		return complain("%s", error.text);
	printf("%s: %lu bytes, %lu of them patches: %u of %u ELF files, %u system call sites patched, %u left to trap\n",
	       output, (unsigned long)report.file_bytes, (unsigned long)report.patch_bytes, report.objects,
	       report.elf_files, report.sites, report.left);
	return 0;
}

enum { OPTION_ROOT = 1, OPTION_OUTPUT, OPTION_CONFIG };

static const struct command_option options[] = {
	{OPTION_ROOT, 0, "root", "DIR", "the root directory to pack"},
	{OPTION_OUTPUT, 'o', "output", "FILE", "the image to make"},
	{OPTION_CONFIG, 0, "config", "FILE", "an OCI image configuration to put into it"},
	{0},
};

static int build_run(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_build, argc, argv);
	const char *root = NULL, *output = NULL, *config = NULL;
	int id;

	while ((id = option_next(&reader)) != 0) {
		if (id == OPTION_ROOT)
			root = reader.value;
		else if (id == OPTION_OUTPUT)
			output = reader.value;
		else
			config = reader.value;
	}
	if (reader.failed)
		return reader.status;
	if (!root || !output || reader.next != argc)
		return command_misused(&command_build);
	return build(root, output, config);
}

const struct command command_build = {
	.name = "build",
	.arguments = "--root DIR -o FILE [--config FILE]",
	.summary = "make an image out of a root directory",
	.options = options,
	.run = build_run,
};
