/* Fuzz target: the lines of the input are the arguments of a tender whose guest declares some devices. */
#include <stdbool.h>
#include <string.h>

#include "tender/options.h"
#include "tests/fuzz/fuzz.h"

#define ARGUMENTS_MAX 32

static const struct mft declared = {
	.version = MFT_VERSION,
	.entries = 5,
	.e = {{.type = MFT_RESERVED_FIRST},
	      {.name = "service", .type = MFT_DEV_NET_BASIC},
	      {.name = "storage", .type = MFT_DEV_BLOCK_BASIC},
	      {.name = "n", .type = MFT_DEV_NET_BASIC},
	      {.name = "n", .type = MFT_DEV_BLOCK_BASIC}},
};

/* Cuts the text into lines, which become argv[1...]; returns argc. */
static int arguments_split(char *text, char **argv)
{
	static char program[] = "fuzz";
	int argc = 0;

	argv[argc++] = program;
	while (argc < ARGUMENTS_MAX) {
		argv[argc++] = text;
		text = strchr(text, '\n');
		if (!text)
			break;
		*text++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

static void device_check(const struct device_options *device, uint32_t type)
{
	if (type == MFT_DEV_NET_BASIC)
		FUZZ_CHECK(!device->block_bytes);
	else
		FUZZ_CHECK(!device->has_mac);
	if (type == MFT_RESERVED_FIRST)
		FUZZ_CHECK(!device->attach && !device->block_bytes);
	FUZZ_CHECK(!device->attach || device->attach[0]);
	FUZZ_CHECK(device->block_bytes == 0 || (device->block_bytes >= 512 && device->block_bytes <= 32768));
	FUZZ_CHECK((device->block_bytes & (device->block_bytes - 1)) == 0);
}

static void options_check(const struct options *options, int argc, char *const *argv, int kernel_index)
{
	FUZZ_CHECK(options->kernel == argv[kernel_index]);
	FUZZ_CHECK(options->args == argv + kernel_index + 1 && options->arg_count == argc - kernel_index - 1);
	FUZZ_CHECK(options->mem_bytes >= 1 << 20 && options->mem_bytes % (1 << 20) == 0);
	for (unsigned i = 0; i < declared.entries; i++)
		device_check(&options->devices[i], declared.e[i].type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *argv[ARGUMENTS_MAX + 1];
	struct mft mft = declared;
	struct options options = {0};
	struct error error = {0};
	int kernel_index;
	int argc;

	FUZZ_CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	argc = arguments_split(text, argv);
	if (options_scan(argc, argv, &kernel_index) == OPTIONS_RUN) {
		if (options_parse(argc, argv, &mft, &options, &error) < 0)
			fuzz_error_check(&error);
		else
			options_check(&options, argc, argv, kernel_index);
	}
	free(text);
	return 0;
}
