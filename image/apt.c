/* apt with directories of its own: see apt.h. */
#define _GNU_SOURCE 1

#include "image/apt.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/child.h"
#include "image/store.h"

#define HOST_LISTS "/var/lib/apt/lists"
#define ARGUMENTS_FRONT 10u

/*
 * Nothing of the host's state but its sources and keys. No sandbox: it is for those who download as root, and its user
 * could not enter our directories. No locks of apt's: ours is held.
 */
static const char config_text[] = "Dir::State \"%1$s/state\";\n"
				  "Dir::State::status \"%1$s/status\";\n"
				  "Dir::State::Lists \"%2$s\";\n"
				  "Dir::Cache \"%1$s\";\n"
				  "Dir::Cache::archives \"archives\";\n"
				  "Debug::NoLocking \"true\";\n"
				  "APT::Sandbox::User \"root\";\n"
				  "APT::Architecture \"amd64\";\n"
				  "#clear APT::Architectures;\n"
				  "#clear APT::Update::Post-Invoke;\n"
				  "#clear APT::Update::Post-Invoke-Success;\n";

static int config_write(const char *path, const char *dir, const char *lists, struct error *error)
{
	FILE *file;
	bool failed;

	if (strpbrk(dir, "\"\\\n"))
		return error_set(error, "%s: apt takes no directory with such a name", dir);
	file = fopen(path, "we");
	if (!file)
		return error_set(error, "%s: could not be created: %s", path, strerror(errno));
	failed = fprintf(file, config_text, dir, lists) < 0;
	return fclose(file) != 0 || failed ? error_set(error, "%s: could not be written", path) : 0;
}

static int directories_make(const struct apt *apt, struct error *error)
{
	static const char *const names[] = {
		"state", "lists", "lists/partial", "archives", "archives/partial", "nothing", "nothing/partial"};
	char path[PATH_MAX + 32];
	int fd;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", apt->dir, names[i]);
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return error_set(error, "%s: could not be created: %s", path, strerror(errno));
	}
	/* Nothing is installed. */
	snprintf(path, sizeof(path), "%s/status", apt->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(error, "%s: could not be created: %s", path, strerror(errno));
	close(fd);
	return 0;
}

/* Whether the host has lists of packages. */
static bool host_has_lists(void)
{
	glob_t found;
	bool has = glob(HOST_LISTS "/*_Packages*", GLOB_NOSORT, NULL, &found) == 0;

	if (has)
		globfree(&found);
	return has;
}

/* Runs apt-get with some options and, if there are any, packages. */
static int apt_run(const struct apt *apt, const char *const *options, const char *packages, char **output,
		   struct error *error)
{
	char config[PATH_MAX + 32], *names = strdup(packages), *rest;
	const char **arguments = calloc(ARGUMENTS_FRONT + strlen(packages) + 1, sizeof(*arguments));
	unsigned count = 0;
	int result;

	if (!names || !arguments) {
		result = error_set(error, "out of memory");
	} else {
		snprintf(config, sizeof(config), "%s/apt.conf", apt->dir);
		arguments[count++] = "apt-get";
		arguments[count++] = "-c";
		arguments[count++] = config;
		while (*options)
			arguments[count++] = *options++;
		for (char *name = strtok_r(names, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest))
			arguments[count++] = name;
		result = child_run(arguments, "apt", output, error);
	}
	free(names);
	free(arguments);
	return result;
}

/* What is wanted is downloaded, and the files' names are known. */
static int packages_fetch(struct apt *apt, const char *packages, struct progress *progress, struct error *error)
{
	/* Files and users that every other package takes for granted come with them. */
	/* It does not name those whose files it has: so it sees none. */
	static const char *const name[] = {"-qq",
					   "--yes",
					   "--no-install-recommends",
					   "--print-uris",
					   "-oDir::Cache::archives=nothing",
					   "install",
					   "base-files",
					   "base-passwd",
					   NULL};
	static const char *const load[] = {
		"-qq",         "--yes", "--no-install-recommends", "--download-only", "install", "base-files",
		"base-passwd", NULL};
	char *text = NULL;
	int result;

	progress_stage(progress, 0, "resolving packages");
	if (apt_run(apt, name, packages, &text, error) < 0)
		return -1;
	result = apt_files_parse(text, &apt->files, &apt->count, error);
	free(text);
	if (result < 0)
		return -1;
	progress_stage(progress, 0, "downloading %u packages", apt->count);
	return apt_run(apt, load, packages, NULL, error);
}

static void files_free(struct apt *apt)
{
	for (uint32_t i = 0; i < apt->count; i++)
		free(apt->files[i]);
	free(apt->files);
	apt->files = NULL;
	apt->count = 0;
}

/* First with what the host knows; if that does not do, with lists of today. */
static int fetch(struct apt *apt, const char *packages, struct progress *progress, struct error *error)
{
	static const char *const update[] = {"-qq", "update", NULL};
	char config[PATH_MAX + 32], lists[PATH_MAX + 32];

	snprintf(config, sizeof(config), "%s/apt.conf", apt->dir);
	snprintf(lists, sizeof(lists), "%s/lists", apt->dir);
	if (host_has_lists()) {
		if (config_write(config, apt->dir, HOST_LISTS, error) < 0)
			return -1;
		if (packages_fetch(apt, packages, progress, error) == 0)
			return 0;
		files_free(apt);
	}
	progress_stage(progress, 0, "downloading lists of packages");
	if (config_write(config, apt->dir, lists, error) < 0 || apt_run(apt, update, "", NULL, error) < 0)
		return -1;
	return packages_fetch(apt, packages, progress, error);
}

static int names_check(const char *packages, struct error *error)
{
	if (!packages[strspn(packages, ", ")])
		return error_set(error, "no package is named");
	for (const char *name = packages + strspn(packages, ", "); *name; name += strspn(name, ", ")) {
		if (*name == '-')
			return error_set(error, "%s: no name of a package begins with a dash", name);
		name += strcspn(name, ", ");
	}
	return 0;
}

int apt_fetch(struct apt *apt, const char *packages, struct progress *progress, struct error *error)
{
	*apt = (struct apt){.lock = -1};
	if (names_check(packages, error) < 0 || store_path(apt->dir, "apt", error) < 0)
		return -1;
	if (mkdir(apt->dir, 0700) < 0 && errno != EEXIST)
		return error_set(error, "%s: could not be created: %s", apt->dir, strerror(errno));
	apt->lock = store_lock("apt.lock", LOCK_EX, error);
	if (apt->lock < 0)
		return -1;
	if (directories_make(apt, error) == 0 && fetch(apt, packages, progress, error) == 0) {
		snprintf(apt->archives, sizeof(apt->archives), "%.4000s/archives", apt->dir);
		return 0;
	}
	apt_close(apt);
	return -1;
}

void apt_close(struct apt *apt)
{
	files_free(apt);
	close(apt->lock);
}
