/* tend: the command people use. Under the name solo5-elftool it is that tool. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/linux.h"

static const struct command commands[] = {
	{"run", "[OPTIONS] FILE.spt|FILE.hvt [ARGS...]", "run a unikernel; the options are solo5-spt's or solo5-hvt's",
	 command_run},
	{"run", LINUX_OPTIONS_USAGE, "run a Linux program in a root directory or image", command_run},
	{"build", "--root DIR -o FILE [--config FILE]", "make an image out of a root directory", command_build},
	{"trace", "[-o FILE] --root ...", "run a Linux program, with the same options, and show its system calls",
	 command_trace},
	{"stat", "[-o FILE] --root ...", "run a Linux program, with the same options, and count what it cost",
	 command_stat},
	{"gdb", "GUEST [GDB-OPTION...]", "attach gdb to a running Linux guest, with symbols", command_gdb},
	{"perf", "record [-o FILE] [PERF-OPTION...] -- RUN-OPTIONS...", "profile a Linux guest with perf",
	 command_perf},
	{"inspect", "--policy [--format text|json|markdown] [--guest solo5|tend|hvt|strict|standard]",
	 "show which host calls a guest may make, and why", command_inspect},
	{"elf", "gen-manifest|query-manifest|query-abi ...", "work with a unikernel's notes (also: solo5-elftool)",
	 command_elf},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fprintf(out, "usage: tend COMMAND ...\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %s %s\n        %s\n", commands[i].name, commands[i].arguments, commands[i].summary);
	fprintf(out, "\n  --help, --version\n");
}

char **program_arguments;

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	program_arguments = argv;
	if (argc > 0 && strcmp(last_component(argv[0]), "solo5-elftool") == 0) {
		program_name = "solo5-elftool";
		return command_elf(argc, argv);
	}
	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("tend %s\n", TEND_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	return complain("%s: no such command; tend --help lists them", argv[1]);
}
