/* tend rm: forgets guests that have ended, and what they wrote. */
#include <stdio.h>

#include "cli/option.h"
#include "cli/state.h"

static int rm(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_rm, argc, argv);
	int result = 0;

	if (option_next(&reader) == 0 && reader.failed)
		return reader.status;
	if (reader.next == argc)
		return command_misused(&command_rm);
	for (int i = reader.next; i < argc; i++) {
		int failed = state_remove(argv[i]);

		result |= failed;
		if (!failed)
			puts(argv[i]);
	}
	return output_end(result);
}

const struct command command_rm = {
	.name = "rm",
	.arguments = "NAME...",
	.summary = "forget guests that have ended, with what they wrote",
	.run = rm,
};
