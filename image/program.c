/*
 * A program of this host as a source: the files of its package and of all that this depends on, the libraries that its
 * loader would find, and of scripts the same for the interpreter. Each file keeps its path, so that what the program
 * looks for is where it is on the host.
 */
#define _GNU_SOURCE 1

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/child.h"
#include "image/host_files.h"
#include "image/interpreter.h"
#include "image/libraries.h"
#include "image/library_search.h"
#include "image/made_config.h"
#include "image/packages.h"
#include "image/program_accounts.h"
#include "image/source.h"

/* Scripts' interpreters may be scripts. */
#define DEPTH_MAX 4u

struct program {
	struct source *source;
	struct packages packages;
	bool has_packages; /* else this is no Debian, and the closure of libraries must do */
};

/* dpkg knows files by the paths of their packages, which may be those from before directories were merged. */
static void owners_want(struct program *program, const char *path)
{
	bool is_merged = strncmp(path, "/usr/", 5) == 0;
	const char *const arguments[] = {"dpkg-query", "--search", path, is_merged ? path + 4 : NULL, NULL};
	struct error ignored = {0};
	struct child child;
	char text[8192];
	ssize_t got = 0, more;

	if (!program->has_packages || child_start(&child, arguments, "dpkg", &ignored) < 0)
		return;
	while ((more = read(child.output, text + got, sizeof(text) - 1 - (size_t)got)) > 0)
		got += more;
	text[got] = '\0';
	/* It fails if one of the two paths is unknown. */
	child_end(&child, &ignored);
	packages_owners_parse(&program->packages, text);
}

/* An ELF program's loader, if it is one that the system has: else it could name any file of the caller's. */
static int loader_add(struct program *program, const char *path, const char *loader, struct error *error)
{
	struct libraries libraries;
	int result;

	if (!loader_is_known(loader))
		return error_set(error, "%s: its loader is %s, which is unknown here: build a root directory", path,
				 loader);
	if (libraries_find(path, loader, &libraries, error) < 0)
		return -1;
	result = host_file_add(&program->source->scan, loader, error);
	for (uint32_t i = 1; i < libraries.count && result == 0; i++) {
		char *real = realpath(libraries.all[i].path, NULL);

		result = host_file_add(&program->source->scan, libraries.all[i].path, error);
		if (real)
			owners_want(program, real);
		free(real);
	}
	libraries_free(&libraries);
	return result;
}

/* The program itself and what runs it. */
static int executable_add(struct program *program, const char *path, unsigned depth, struct error *error)
{
	struct interpreter interpreter;
	char *real = realpath(path, NULL);
	int result;

	if (!real)
		return error_set(error, "%s: %s", path, strerror(errno));
	result = host_file_add(&program->source->scan, path, error);
	owners_want(program, real);
	if (result == 0)
		result = interpreter_find(real, &interpreter, error);
	if (result == 0 && interpreter.is_script && depth == DEPTH_MAX)
		result = error_set(error, "%s: interpreters more than %u deep", path, DEPTH_MAX);
	if (result == 0 && interpreter.path[0])
		result = interpreter.is_script ? executable_add(program, interpreter.path, depth + 1, error)
					       : loader_add(program, real, interpreter.path, error);
	if (result == 0 && interpreter.command[0])
		result = executable_add(program, interpreter.command, depth + 1, error);
	free(real);
	return result;
}

/* Compiled Python modules, which packages do not list: without them, each start would compile anew. */
static int compiled_add(struct scan *scan, const char *directory, struct error *error)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s/__pycache__", directory) >= sizeof(path) || access(path, F_OK) < 0)
		return 0;
	return host_directory_add(scan, path, ".pyc", error);
}

/* What dpkg-query --listfiles printed: a path in each line, and words on diversions. */
static int list_add(struct program *program, char *text, struct error *error)
{
	struct scan *scan = &program->source->scan;
	char *line, *rest, last[PATH_MAX] = "";
	int result = 0;

	for (line = strtok_r(text, "\n", &rest); line && result == 0; line = strtok_r(NULL, "\n", &rest)) {
		const char *slash = strrchr(line, '/');

		if (line[0] != '/' || !line[1])
			continue;
		result = host_file_add(scan, line, error);
		if (result == 0 && strcmp(slash + strlen(slash) - (strlen(slash) > 3 ? 3 : 0), ".py") == 0 &&
		    strncmp(last, line, (size_t)(slash - line) + 1) != 0) {
			snprintf(last, sizeof(last), "%.*s/", (int)(slash - line), line);
			*(char *)(uintptr_t)slash = '\0';
			result = compiled_add(scan, line, error);
		}
	}
	return result;
}

static int packages_add(struct program *program, struct error *error)
{
	const char **arguments = calloc(program->packages.count + 3, sizeof(*arguments));
	uint32_t count = 2;
	char *text = NULL;
	int result = 0;

	if (!arguments)
		return error_set(error, "out of memory");
	arguments[0] = "dpkg-query";
	arguments[1] = "--listfiles";
	for (uint32_t i = 0; i < program->packages.count; i++) {
		if (program->packages.all[i].wanted)
			arguments[count++] = program->packages.all[i].name;
	}
	progress_stage(program->source->progress, 0, "collecting %u packages", count - 2);
	if (count > 2)
		result = child_run(arguments, "dpkg", &text, error);
	if (result == 0 && text)
		result = list_add(program, text, error);
	free(text);
	free(arguments);
	return result;
}

/* What programs look for, and what no package has. */
static int common_add(struct scan *scan, struct error *error)
{
	static const char *const paths[] = {
		"/bin",
		"/sbin",
		"/lib",
		"/lib64",
		"/etc",
		"/etc/ld.so.cache",
		"/etc/nsswitch.conf",
		"/etc/localtime",
		"/etc/ssl/certs/ca-certificates.crt",
		"/tmp",
		"/var/tmp",
		"/root",
		"/run",
	};
	int result = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && result == 0; i++)
		result = host_file_add(scan, paths[i], error);
	return result < 0 ? -1 : program_accounts_add(scan, error);
}

static int all_add(struct program *program, const char *path, struct error *error)
{
	if (common_add(&program->source->scan, error) < 0 || executable_add(program, path, 0, error) < 0)
		return -1;
	if (!program->has_packages)
		return 0;
	packages_want(&program->packages, "base-files");
	return packages_add(program, error);
}

int source_program(struct source *source, const char *path, struct error *error)
{
	struct program program = {.source = source};
	struct error ignored;
	char *absolute = NULL;
	int result;

	if (scan_open(&source->scan, &source->root, "/", error) < 0)
		return -1;
	source->has_scan = true;
	source->scan.is_partial = true;
	if (path[0] != '/')
		absolute = realpath(path, NULL);
	path = absolute ? absolute : path;
	progress_stage(source->progress, 0, "asking dpkg");
	program.has_packages = packages_read(&program.packages, &ignored) == 0;
	result = all_add(&program, path, error);
	if (result == 0)
		result = made_config_set(source, "Entrypoint", path, error);
	if (program.has_packages)
		packages_free(&program.packages);
	free(absolute);
	return result;
}
