/* What /proc says of a guest's processes: see process.h. */
#include "cli/debug/process.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/state.h"

#define TENDER_NAME "tend-linux"
#define HOSTNAME_OPTION "--hostname="
/* In the guest's pid namespace: init is 1, the service process 2, the first one with an application this. */
#define FIRST_PID 3
/* A guest has no descriptors behind these. */
#define GUEST_DESCRIPTORS 32

/* A process id, or -1. */
static pid_t number_read(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	return isdigit((unsigned char)text[0]) && *end == '\0' && number > 0 && number <= INT_MAX ? (pid_t)number : -1;
}

/* A file of /proc/PID: a stream, or NULL. */
static FILE *process_file(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return fopen(path, "re");
}

/* The number behind `key` at the beginning of a line of /proc/PID/status, the last one if there are several; or -1. */
static int status_number(pid_t pid, const char *key)
{
	FILE *file = process_file(pid, "status");
	char line[256];
	int number = -1;

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, key, strlen(key)) == 0)
			number = number_read(strrchr(line, '\t') + 1);
	}
	if (file)
		fclose(file);
	return number;
}

static bool is_tender(pid_t pid)
{
	char path[64], target[PATH_MAX];
	ssize_t length;
	const char *slash;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	slash = strrchr(target, '/');
	return slash && strncmp(slash + 1, TENDER_NAME, strlen(TENDER_NAME)) == 0;
}

/* The process that the user started: all others of the guest have parents of the same kind. */
static bool is_front(pid_t pid)
{
	return is_tender(pid) && !is_tender(status_number(pid, "PPid:"));
}

/* Those of others have the same names; root, who may look at them, gives a pid. */
static bool is_own(pid_t pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return stat(path, &status) == 0 && status.st_uid == geteuid();
}

/* Calls `found` with every process there is until it returns true: that process, or -1. */
static pid_t process_search(bool (*found)(pid_t pid, const void *argument), const void *argument)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	pid_t result = -1;

	while (directory && result < 0 && (entry = readdir(directory)) != NULL) {
		pid_t pid = number_read(entry->d_name);

		if (pid > 0 && found(pid, argument))
			result = pid;
	}
	if (directory)
		closedir(directory);
	return result;
}

/* The first process of the front `argument` points to: its init's child. */
static bool is_first_of(pid_t pid, const void *argument)
{
	const pid_t *front = argument;

	return is_tender(pid) && status_number(pid, "NSpid:") == FIRST_PID &&
	       status_number(status_number(pid, "PPid:"), "PPid:") == *front;
}

static bool is_front_named(pid_t pid, const void *argument)
{
	FILE *file = is_own(pid) ? process_file(pid, "cmdline") : NULL;
	bool found = false;
	char *word = NULL;
	size_t size = 0;

	/* Up to the program, whose own arguments may look alike. */
	while (file && !found && getdelim(&word, &size, '\0', file) > 0 && strcmp(word, "--") != 0)
		found = strncmp(word, HOSTNAME_OPTION, strlen(HOSTNAME_OPTION)) == 0 &&
			strcmp(word + strlen(HOSTNAME_OPTION), argument) == 0;
	free(word);
	if (file)
		fclose(file);
	return found && is_front(pid);
}

/* The front of a guest that was given a name, of the user's own by `tend run`, or a host name; or -1 with *error. */
static pid_t front_find(const char *name, struct error *error)
{
	pid_t pid = state_front(name);

	if (pid <= 0)
		pid = process_search(is_front_named, name);
	if (pid < 0)
		error_set(error, "%s: no guest has this name or host name; give the pid of tend or of a guest process",
			  name);
	return pid;
}

pid_t guest_process_find(const char *guest, struct error *error)
{
	pid_t pid = number_read(guest);
	pid_t first;

	if (pid < 0)
		pid = front_find(guest, error);
	if (pid < 0)
		return -1;
	if (!is_tender(pid))
		return error_set(error, "%s: not a process of a guest, or one of another user", guest);
	if (status_number(pid, "NSpid:") > 1 && !is_front(pid))
		return pid;
	first = process_search(is_first_of, &pid);
	return first > 0 ? first : error_set(error, "%s: the guest has no process", guest);
}

/* A family that is being collected. */
struct family {
	pid_t front;
	FILE *list;
	size_t count;
};

/* Adds the process to the family if it is a guest's, of that front. Never what is searched for: all are looked at. */
static bool family_add(pid_t pid, const void *argument)
{
	struct family *family = *(struct family *const *)argument;
	pid_t above = pid;

	/* Init, the front's child, is left out: it sleeps. */
	if (!is_tender(pid) || status_number(pid, "NSpid:") <= 1)
		return false;
	while (is_tender(above) && above != family->front)
		above = status_number(above, "PPid:");
	if (above == family->front && pid != above)
		fprintf(family->list, "%s%d", family->count++ ? "," : "", pid);
	return false;
}

char *guest_processes_find(const char *guest, struct error *error)
{
	struct family family = {0}, *argument = &family;
	char *text = NULL;
	size_t size;

	if (number_read(guest) > 0)
		return strdup(guest);
	family.front = front_find(guest, error);
	if (family.front < 0)
		return NULL;
	family.list = open_memstream(&text, &size);
	if (family.list) {
		process_search(family_add, &argument);
		fclose(family.list);
	}
	if (family.count)
		return text;
	free(text);
	error_set(error, "%s: the guest has no process", guest);
	return NULL;
}

/* A line of /proc/PID/maps: "START-END PERMISSIONS OFFSET DEVICE INODE PATH". False if it is of no file. */
static bool mapping_parse(char *line, struct mapping *mapping)
{
	char *at = line;

	mapping->start = strtoull(at, &at, 16);
	mapping->end = strtoull(at + 1, &at, 16);
	if (strlen(at) < 6)
		return false;
	mapping->is_executable = at[3] == 'x';
	mapping->offset = strtoull(at + 6, &at, 16);
	at = strchr(at + 1, ' ');
	mapping->inode = at ? strtoull(at, &at, 10) : 0;
	if (mapping->inode == 0)
		return false;
	at += strspn(at, " ");
	mapping->path = strndup(at, strcspn(at, "\n"));
	return mapping->path != NULL;
}

static bool mapping_add(struct mappings *mappings, const struct mapping *mapping)
{
	struct mapping *larger = reallocarray(mappings->list, mappings->count + 1, sizeof(*larger));

	if (!larger)
		return false;
	mappings->list = larger;
	mappings->list[mappings->count++] = *mapping;
	return true;
}

int process_mappings_read(pid_t pid, struct mappings *mappings, struct error *error)
{
	FILE *file = process_file(pid, "maps");
	struct mapping mapping;
	char *line = NULL;
	size_t size = 0;

	*mappings = (struct mappings){0};
	while (file && getline(&line, &size, file) > 0) {
		if (mapping_parse(line, &mapping) && !mapping_add(mappings, &mapping))
			free(mapping.path);
	}
	free(line);
	if (file)
		fclose(file);
	return mappings->count ? 0 : error_set(error, "process %d: its mappings cannot be read: is it yours?", pid);
}

void process_mappings_free(struct mappings *mappings)
{
	for (size_t i = 0; i < mappings->count; i++)
		free(mappings->list[i].path);
	free(mappings->list);
	*mappings = (struct mappings){0};
}

/* Opens a file for reading if it is the one of that inode. */
static int inode_open(const char *path, uint64_t inode)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd >= 0 && (fstat(fd, &status) < 0 || status.st_ino != inode)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int process_mapping_open(pid_t pid, const struct mapping *mapping)
{
	int result = inode_open(mapping->path, mapping->inode);
	char path[64];

	for (int fd = 0; result < 0 && fd < GUEST_DESCRIPTORS; fd++) {
		struct stat status;

		/* Opened only when it is known to be the one: others may be pipes. */
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		if (stat(path, &status) == 0 && status.st_ino == mapping->inode)
			result = inode_open(path, mapping->inode);
	}
	return result;
}
