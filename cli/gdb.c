/*
 * tend gdb: attaches gdb to a process of a running guest, with the symbols of the library kernel and of the ELF files
 * that the process has mapped out of the image. gdb is given copies of those, and a script that says where they lie.
 */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/kernel.h"
#include "cli/command.h"
#include "cli/debug/directory.h"
#include "cli/debug/symbols.h"

/* cli/debug/stubs.py */
extern const char stubs_script[];
extern const uint64_t stubs_script_bytes;
__asm__(".pushsection .rodata\n"
	".globl stubs_script, stubs_script_bytes\n"
	"stubs_script: .incbin \"cli/debug/stubs.py\"\n"
	"0: .balign 8\n"
	"stubs_script_bytes: .quad 0b - stubs_script\n"
	".popsection");

/* The host signals that are nothing but the library kernel's business. */
static const char preamble[] = "set confirm off\n"
			       "handle SIGSYS nostop noprint pass\n"
			       "handle " KERNEL_KICK_NAME " nostop noprint pass\n"
			       "set debug-file-directory /usr/lib/debug:%s/usr/lib/debug\n";

static void script_add_file(void *argument, const char *path, uint64_t bias)
{
	fprintf(argument, "add-symbol-file \"%s\" -o 0x%lx\n", path, (unsigned long)bias);
}

static void script_add_stubs(void *argument, uint64_t start, uint64_t end)
{
	fprintf(argument, "STUBS.append((0x%lx, 0x%lx))\n", (unsigned long)start, (unsigned long)end);
}

static FILE *script_create(const char *directory, const char *name, char **path)
{
	if (asprintf(path, "%s/%s", directory, name) < 0)
		return NULL;
	return fopen(*path, "wxe");
}

/* Writes both scripts; the paths are to be freed. Returns 0 or -1 with *error. */
static int scripts_write(struct symbols *symbols, const char *directory, char *paths[2], struct error *error)
{
	FILE *script = script_create(directory, "commands", &paths[0]);
	FILE *stubs = script_create(directory, "stubs.py", &paths[1]);
	int result = -1;

	if (script && stubs) {
		fprintf(script, preamble, directory);
		result = symbols_each(symbols, directory, script_add_file, script, error);
		fwrite(stubs_script, 1, stubs_script_bytes, stubs);
		symbols_each_stubs(symbols, script_add_stubs, stubs);
	} else {
		error_set(error, "%s: %s", directory, strerror(errno));
	}
	if (script && fclose(script) != 0)
		result = error_set(error, "%s: %s", paths[0], strerror(errno));
	if (stubs && fclose(stubs) != 0)
		result = error_set(error, "%s: %s", paths[1], strerror(errno));
	return result;
}

/*
 * Nothing is loaded or run because a file says so: the files are the guest's. The scripts come in front of the user's
 * own commands, behind the attach.
 */
static int gdb_run(pid_t pid, char *const scripts[2], int argc, char **argv)
{
	static const char *const first[] = {
		"gdb", "-q", "-iex", "set auto-load no", "-iex", "set print thread-events off"};
	const char **command = calloc((size_t)argc + 16, sizeof(*command));
	char number[16];
	size_t count = 0;
	int status;

	if (!command)
		return complain("out of memory");
	snprintf(number, sizeof(number), "%d", pid);
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		command[count++] = first[i];
	command[count++] = "-p";
	command[count++] = number;
	for (unsigned i = 0; i < 2; i++) {
		command[count++] = "-x";
		command[count++] = scripts[i];
	}
	for (int i = 0; i < argc; i++)
		command[count++] = argv[i];
	status = program_run(command);
	free(command);
	return status;
}

static int gdb_attach(struct symbols *symbols, int argc, char **argv, struct error *error)
{
	char *directory = directory_make(error);
	char *scripts[2] = {NULL, NULL};
	int status = -1;

	if (!directory)
		return -1;
	if (scripts_write(symbols, directory, scripts, error) == 0)
		status = gdb_run(symbols->pid, scripts, argc, argv);
	directory_remove(directory);
	free(scripts[0]);
	free(scripts[1]);
	free(directory);
	return status;
}

static int gdb(int argc, char **argv)
{
	struct error error = {0};
	struct symbols symbols;
	pid_t pid;
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return command_help(&command_gdb);
	if (argc < 2 || argv[1][0] == '-')
		return command_misused(&command_gdb);
	pid = guest_process_find(argv[1], &error);
	if (pid < 0 || symbols_open(&symbols, pid, &error) < 0)
		return complain("%s", error.text);
	status = gdb_attach(&symbols, argc - 2, argv + 2, &error);
	symbols_close(&symbols);
	return status < 0 ? complain("%s", error.text) : status;
}

const struct command command_gdb = {
	.name = "gdb",
	.arguments = "GUEST [GDB-OPTION...]",
	.summary = "attach gdb to a running Linux guest, with symbols",
	.run = gdb,
};
