/* tend completion: what a shell is to know of the commands and their options, made from their table. */
#include <stdio.h>
#include <string.h>

#include "cli/option.h"

typedef void row_printer(const struct command *command, const struct command_option *row);

static void rows_print(const struct command *command, row_printer *print)
{
	const struct command_option *tables[] = {command->options, command->shared};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct command_option *row = tables[i]; row && row->name; row++)
			print(command, row);
	}
}

static void bash_row(const struct command *command, const struct command_option *row)
{
	(void)command;
	printf(" --%s", row->name);
	if (row->letter)
		printf(" -%c", row->letter);
}

/* Options whose next word is a value: there, files are completed. */
static void bash_value_row(const struct command *command, const struct command_option *row)
{
	if (row->value)
		printf("|%s:--%s", command->name, row->name);
	if (row->value && row->letter)
		printf("|%s:-%c", command->name, row->letter);
}

static void bash_print(void)
{
	printf("# bash completion of tend: source <(tend completion bash)\n"
	       "_tend() {\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}\n"
	       "\tlocal options=\n"
	       "\tif ((COMP_CWORD == 1)); then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; commands[i]; i++)
		printf("%s ", commands[i]->name);
	printf("help --help --version' -- \"$word\")\n"
	       "\t\treturn\n"
	       "\tfi\n"
	       "\tcase $command:$before in\n"
	       "\tnone");
	for (size_t i = 0; commands[i]; i++)
		rows_print(commands[i], bash_value_row);
	printf(") ;;\n"
	       "\t*) case $command in\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("\t\t%s) options='--help", commands[i]->name);
		rows_print(commands[i], bash_row);
		printf("' ;;\n");
	}
	printf("\t\tesac ;;\n"
	       "\tesac\n"
	       "\tif [[ $word == -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
	       "\telse\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
	       "\tfi\n"
	       "}\n"
	       "complete -o filenames -F _tend tend\n");
}

/* In single quotes of a shell: the one in "shell's" ends them for a moment. */
static void quoted_print(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else
			putchar(*text);
	}
}

static void zsh_row(const struct command *command, const struct command_option *row)
{
	(void)command;
	if (row->letter)
		printf("\t\t\t'-%c", row->letter);
	for (int is_name = !row->letter; is_name < 2; is_name++) {
		if (is_name)
			printf("\t\t\t'--%s%s", row->name, row->value ? "=" : "");
		printf("[");
		/* A bracket would end the description, a colon the message. */
		for (const char *c = row->help; *c; c++) {
			if (strchr("[]:", *c))
				printf("\\%c", *c);
			else
				quoted_print((char[]){*c, '\0'});
		}
		printf("]%s' \\\n", row->value ? ":value:_files" : "");
	}
}

static void zsh_print(void)
{
	/* The last line: zsh loads the file as the function, or somebody has sourced it. */
	printf("#compdef tend\n"
	       "# zsh completion of tend: source <(tend completion zsh)\n"
	       "_tend() {\n"
	       "\tif ((CURRENT == 2)); then\n"
	       "\t\tlocal -a names=(\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("\t\t\t'%s:", commands[i]->name);
		quoted_print(commands[i]->summary);
		printf("'\n");
	}
	printf("\t\t)\n"
	       "\t\t_describe command names\n"
	       "\t\treturn\n"
	       "\tfi\n"
	       "\tlocal command=$words[2]\n"
	       "\tshift words\n"
	       "\t((CURRENT--))\n"
	       "\tcase $command in\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("\t%s)\n\t\t_arguments -s \\\n", commands[i]->name);
		rows_print(commands[i], zsh_row);
		printf("\t\t\t'*:file:_files' ;;\n");
	}
	printf("\tesac\n"
	       "}\n"
	       "if [[ $funcstack[1] == _tend ]]; then _tend \"$@\"; else compdef _tend tend; fi\n");
}

static void fish_row(const struct command *command, const struct command_option *row)
{
	printf("complete -c tend -n '__fish_seen_subcommand_from %s' -l %s", command->name, row->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	printf("%s -d '", row->value ? " -r" : "");
	for (const char *c = row->help; *c; c++)
		printf(*c == '\'' ? "\\'" : "%c", *c);
	printf("'\n");
}

static void fish_print(void)
{
	printf("# fish completion of tend: tend completion fish | source\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("complete -c tend -n __fish_use_subcommand -a %s -d \"%s\"\n", commands[i]->name,
		       commands[i]->summary);
		rows_print(commands[i], fish_row);
	}
}

static int completion(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_completion, argc, argv);

	if (option_next(&reader) == 0 && reader.failed)
		return reader.status;
	if (reader.next + 1 != argc)
		return command_misused(&command_completion);
	if (strcmp(argv[reader.next], "bash") == 0)
		bash_print();
	else if (strcmp(argv[reader.next], "zsh") == 0)
		zsh_print();
	else if (strcmp(argv[reader.next], "fish") == 0)
		fish_print();
	else
		return command_misused(&command_completion);
	return output_end(0);
}

const struct command command_completion = {
	.name = "completion",
	.arguments = "bash|zsh|fish",
	.summary = "print what that shell completes tend's command line with",
	.run = completion,
};
