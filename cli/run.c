/* tend run: a Linux program or a unikernel, whichever the first operand is. */
#include "cli/linux.h"
#include "cli/unikernel.h"

static int run(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_run, argc, argv);
	struct run_options options = {0};
	int operand;

	if (unikernel_is_meant(&reader, &operand))
		return unikernel_run(&reader, operand);
	if (run_options_read(&reader, &options) != 0)
		return reader.status;
	return linux_run(&command_run, argc, argv, &options, NULL);
}

const struct command command_run = {
	.name = "run",
	.arguments = "[OPTIONS] IMAGE|DIRECTORY|/PATH/TO/PROGRAM|FILE.spt|FILE.hvt [ARGS...]",
	.summary = "run a Linux program or a unikernel in a sandbox",
	.details =
		"IMAGE is an image file or the name of an image (tend image ls), DIRECTORY a root directory or an OCI\n"
		"layout. A program of this host runs with the files of its packages. A FILE.spt or FILE.hvt is a unikernel,\n"
		"whose options are solo5-spt's or solo5-hvt's (solo5-spt --help).",
	.shared = run_options_table,
	.run = run,
};
