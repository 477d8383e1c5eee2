/* Command line parsing: see options.h. The options of a device stand in the device's own file. */
#include "tender/options.h"

#include <string.h>

#include "abi/solo5_spt.h"
#include "tender/devices/block.h"
#include "tender/devices/net.h"

static int parse_mem(struct options *options, struct mft *mft, const char *value, struct error *error)
{
	uint64_t mib;

	(void)mft;
	if (!option_number(value, UINT64_MAX >> 21, &mib) || mib == 0)
		return error_set(error, "Malformed argument to --mem");
	options->mem_bytes = mib << 20;
	return 0;
}

static const struct option core_options[] = {
	{"--mem=", "    --mem=N (guest memory in MiB, default 512)", true, parse_mem},
};

struct option_group {
	const struct option *options;
	size_t count;
};

static struct option_group option_group(size_t index)
{
	switch (index) {
	case 0:
		return (struct option_group){core_options, sizeof(core_options) / sizeof(core_options[0])};
	case 1:
		return (struct option_group){target_options, target_option_count};
	case 2:
		return (struct option_group){net_options, NET_OPTION_COUNT};
	case 3:
		return (struct option_group){block_options, BLOCK_OPTION_COUNT};
	default:
		return (struct option_group){NULL, 0};
	}
}

static const char *const usage_head[] = {
	"KERNEL is the filename of the unikernel to run.",
	"ARGS are optional arguments passed to the unikernel.",
	"Options:",
	"    --help (display this help)",
	"    --version (display version and ABI version)",
};
#define USAGE_HEAD_COUNT (sizeof(usage_head) / sizeof(usage_head[0]))

const char *options_usage_line(size_t line)
{
	struct option_group group;

	if (line < USAGE_HEAD_COUNT)
		return usage_head[line];
	line -= USAGE_HEAD_COUNT;
	for (size_t i = 0; (group = option_group(i)).options; i++) {
		if (line < group.count)
			return group.options[line].usage;
		line -= group.count;
	}
	return NULL;
}

static bool is_option(const char *argument)
{
	return argument && argument[0] == '-';
}

enum options_request options_scan(int argc, char *const *argv, int *kernel_index)
{
	int i = 1;

	for (; i < argc && is_option(argv[i]); i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (strcmp(argv[i], "--help") == 0)
			return OPTIONS_HELP;
		if (strcmp(argv[i], "--version") == 0)
			return OPTIONS_VERSION;
	}
	*kernel_index = i;
	return i < argc ? OPTIONS_RUN : OPTIONS_NO_KERNEL;
}

static const struct option *option_find(const char *argument, const char **value)
{
	struct option_group group;

	for (size_t g = 0; (group = option_group(g)).options; g++) {
		for (size_t i = 0; i < group.count; i++) {
			const struct option *option = &group.options[i];
			size_t length = strlen(option->prefix);

			if (strncmp(argument, option->prefix, length) != 0)
				continue;
			if (!option->has_value && argument[length])
				continue;
			*value = argument + length;
			return option;
		}
	}
	return NULL;
}

static int option_is_invalid(const char *argument, struct error *error)
{
	error->option = argument;
	error->usage = true;
	return -1;
}

int options_parse(int argc, char *const *argv, struct mft *mft, struct options *options, struct error *error)
{
	int i = 1;

	options->mem_bytes = (uint64_t)SPT_MEM_DEFAULT_MIB << 20;
	for (; i < argc && is_option(argv[i]); i++) {
		const char *value;
		const struct option *option;

		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		option = option_find(argv[i], &value);
		if (!option)
			return option_is_invalid(argv[i], error);
		if (option->parse(options, mft, value, error) < 0)
			return error->usage ? option_is_invalid(argv[i], error) : -1;
	}
	options->kernel = argv[i];
	options->args = argv + i + 1;
	options->arg_count = argc - i - 1;
	return 0;
}
