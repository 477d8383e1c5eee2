/* tend: the command people use. Under the name solo5-elftool it is that tool. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/elf.h"

char **program_arguments;

static void usage(FILE *out)
{
	fprintf(out, "usage: tend COMMAND ...\n\n");
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-12s%s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\ntend COMMAND --help tells more. tend --version prints the version.\n");
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	}
	return NULL;
}

static int help(int argc, char **argv)
{
	const struct command *command = argc > 2 ? command_find(argv[2]) : NULL;

	if (command)
		return command_help(command);
	usage(stdout);
	return output_end(0);
}

int main(int argc, char **argv)
{
	const struct command *command;

	program_arguments = argv;
	if (argc > 0 && strcmp(last_component(argv[0]), "solo5-elftool") == 0) {
		program_name = "solo5-elftool";
		return elf_run(argc, argv);
	}
	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return help(argc, argv);
	if (strcmp(argv[1], "--version") == 0) {
		printf("tend %s\n", TEND_VERSION);
		return output_end(0);
	}
	command = command_find(argv[1]);
	if (!command)
		return complain("%s: no such command; tend --help lists them", argv[1]);
	return command->run(argc - 1, argv + 1);
}
