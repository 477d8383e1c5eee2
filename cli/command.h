/* The commands of `tend`: one file each, one table that is also the help text. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	/* argv[0] is the command's name. Returns the process's exit status. */
	int (*run)(int argc, char **argv);
};

int command_run(int argc, char **argv);
int command_build(int argc, char **argv);
int command_inspect(int argc, char **argv);
int command_elf(int argc, char **argv);
int command_gdb(int argc, char **argv);
int command_perf(int argc, char **argv);
int command_stat(int argc, char **argv);
int command_trace(int argc, char **argv);

/* The name messages begin with: "tend" or "solo5-elftool". Set by main. */
extern const char *program_name;
/* The whole command line, as main was given it. */
extern char **program_arguments;

/* Prints "PROGRAM: text" to stderr; returns 1, the exit status that goes with it. */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);

#endif
