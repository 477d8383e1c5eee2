/*
 * The commands of `tend`: one file each, which holds its entry of the table. Help, completion and parsing come from
 * there: `tend --help`, `tend COMMAND --help`, `tend completion`, option_next of option.h.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct command_option {
	int id;            /* what the command's own code knows it by; above 0 */
	char letter;       /* 0: it has none */
	const char *name;  /* without its dashes */
	const char *value; /* what its value is called; NULL: it takes none */
	const char *help;  /* one line, as all help begins: in small letters, without a full stop */
};

struct command {
	const char *name;
	const char *arguments; /* what follows the name, for people */
	const char *summary;   /* likewise one line */
	const char *details;   /* more lines for the command's own help, or NULL */
	/* Both end with a row without name; NULL: none. What two commands share stands in `shared`. */
	const struct command_option *options;
	const struct command_option *shared;
	/* argv[0] is the command's name. Returns the process's exit status. */
	int (*run)(int argc, char **argv);
};

/* In the order in which people read of them; ends with NULL. */
extern const struct command *const commands[];

extern const struct command command_run, command_trace, command_stat, command_build, command_image, command_inspect,
	command_elf, command_completion, command_ps, command_logs, command_stop, command_rm, command_doctor,
	command_gdb, command_perf;

/* Prints the command's help to standard output. Returns the exit status. */
int command_help(const struct command *command);
/* Complains of a command line that fits none of the command's forms; returns 1. */
int command_misused(const struct command *command);

/* The name messages begin with: "tend" or "solo5-elftool". Set by main. */
extern const char *program_name;
/* The whole command line, as main was given it. */
extern char **program_arguments;

/* Prints "PROGRAM: text" to stderr; returns 1, the exit status that goes with it. */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);
/* What was printed has gone out: returns the result, or 1 after a complaint. */
int output_end(int result);

#endif
