/* tend build: makes an image file out of a root directory. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "image/image.h"

#define CONFIG_BYTES_MAX (1u << 20)

static const char usage[] = "usage: tend build --root DIR -o FILE [--config FILE]";

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

int command_build(int argc, char **argv)
{
	static const struct option options[] = {
		{"root", required_argument, NULL, 'r'},
		{"output", required_argument, NULL, 'o'},
		{"config", required_argument, NULL, 'c'},
		{0},
	};
	const char *root = NULL, *output = NULL, *config = NULL;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (option == 'r')
			root = optarg;
		else if (option == 'o')
			output = optarg;
		else if (option == 'c')
			config = optarg;
		else
			return complain("%s", usage);
	}
	if (!root || !output || optind != argc)
		return complain("%s", usage);
	return build(root, output, config);
}
