/* Guests with a name: see state.h. */
#define _GNU_SOURCE 1
#include "cli/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/state_files.h"

#define POLL_MS 10u

/* Makes the directory and those above it. */
static int path_make(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? complain("%s: %s", path, strerror(errno)) : 0;
}

/* Where the folder of all guests is, whether or not it is there. Returns 0, or -1 if nobody says so. */
static int folder_name(char *path, size_t size)
{
	const char *base = getenv("XDG_STATE_HOME"), *middle = "";

	if (!base || base[0] != '/') {
		base = getenv("HOME");
		middle = "/.local/state";
	}
	if (!base || base[0] != '/')
		return -1;
	return (size_t)snprintf(path, size, "%s%s/tend/guests", base, middle) < size ? 0 : -1;
}

int state_folder(char *path, size_t size)
{
	if (folder_name(path, size) < 0)
		return complain("no place for the names of guests: set XDG_STATE_HOME or HOME to a directory");
	return path_make(path);
}

static bool is_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	size_t length = strlen(text);

	return length > 0 && length <= STATE_NAME_MAX && text[strspn(text, allowed)] == '\0' && text[0] != '.' &&
	       text[0] != '-';
}

int state_name_check(const char *name)
{
	if (is_name(name))
		return 0;
	return complain("--name %s: it must be 1 to %d letters, digits, dots, dashes and underscores", name,
			STATE_NAME_MAX);
}

static void file_text(int directory, const char *file, char *text, size_t size)
{
	int fd = openat(directory, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	text[got < 0 ? 0 : got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

/* Whether somebody holds the lock: then it is the guest's front. */
static bool lock_is_held(int directory)
{
	int fd = openat(directory, STATE_LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;

	if (fd >= 0)
		close(fd);
	return held;
}

/* The second line of the status; a guest whose front was killed has none. */
static void status_read(struct state_guest *guest)
{
	char text[sizeof(guest->status)];
	int fd = openat(guest->directory, STATE_STATUS, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *line;

	if (fd >= 0)
		close(fd);
	text[got < 0 ? 0 : got] = '\0';
	line = strchr(text, '\n');
	snprintf(guest->status, sizeof(guest->status), "%s", line && line[1] ? line + 1 : "killed");
	guest->status[strcspn(guest->status, "\n")] = '\0';
}

static int guest_open(int folder, const char *name, struct state_guest *guest)
{
	char pid[16];

	*guest = (struct state_guest){0};
	guest->directory = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (guest->directory < 0)
		return -1;
	snprintf(guest->name, sizeof(guest->name), "%s", name);
	guest->is_running = lock_is_held(guest->directory);
	file_text(guest->directory, STATE_LOCK, pid, sizeof(pid));
	guest->pid = guest->is_running ? (pid_t)strtol(pid, NULL, 10) : 0;
	if (!guest->is_running)
		status_read(guest);
	return 0;
}

void state_close(struct state_guest *guest)
{
	close(guest->directory);
}

/* With the lock held, so that nobody takes the name meanwhile; who waits for it finds that the file lost its name. */
static void guest_remove(int folder, const struct state_guest *guest)
{
	static const char *const files[] = {STATE_LOG, STATE_STATUS, STATE_REMOVE, STATE_LOCK};
	int lock = openat(guest->directory, STATE_LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0) {
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			unlinkat(guest->directory, files[i], 0);
		unlinkat(folder, guest->name, AT_REMOVEDIR);
	}
	if (lock >= 0)
		close(lock);
}

/* What has ended and is not to be kept goes. */
static bool is_swept(int folder, const struct state_guest *guest)
{
	if (guest->is_running || (faccessat(guest->directory, STATE_REMOVE, F_OK, 0) < 0 &&
				  faccessat(guest->directory, STATE_LOG, F_OK, 0) == 0))
		return false;
	guest_remove(folder, guest);
	return true;
}

static int folder_open(void)
{
	char path[PATH_MAX];
	int fd;

	if (state_folder(path, sizeof(path)) != 0)
		return -1;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		complain("%s: %s", path, strerror(errno));
	return fd;
}

int state_open(const char *name, struct state_guest *guest)
{
	int folder, result;

	if (state_name_check(name) != 0)
		return 1;
	folder = folder_open();
	if (folder < 0)
		return 1;
	result = guest_open(folder, name, guest);
	if (result == 0 && is_swept(folder, guest)) {
		state_close(guest);
		result = -1;
	}
	close(folder);
	return result < 0 ? complain("%s: no such guest; tend ps -a lists them", name) : 0;
}

pid_t state_front(const char *name)
{
	struct state_guest guest = {0};
	char path[PATH_MAX];
	int folder;

	if (!is_name(name) || folder_name(path, sizeof(path)) < 0)
		return 0;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return 0;
	if (guest_open(folder, name, &guest) == 0)
		state_close(&guest);
	close(folder);
	return guest.pid;
}

int state_remove(const char *name)
{
	struct state_guest guest;
	int folder, result = 0;

	if (state_open(name, &guest) != 0)
		return 1;
	folder = folder_open();
	if (folder < 0)
		result = 1;
	else if (guest.is_running)
		result = complain("%s: it is running; tend stop ends it", name);
	else
		guest_remove(folder, &guest);
	if (folder >= 0)
		close(folder);
	state_close(&guest);
	return result;
}

bool state_wait(const struct state_guest *guest, unsigned milliseconds)
{
	for (unsigned waited = 0; lock_is_held(guest->directory); waited += POLL_MS) {
		if (waited >= milliseconds)
			return false;
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
	return true;
}

static int is_guest(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int state_each(int (*each)(const struct state_guest *guest, void *data), void *data)
{
	struct dirent **entries;
	int folder = folder_open(), result = 0, count;
	char path[32];

	if (folder < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", folder);
	count = scandir(path, &entries, is_guest, alphasort);
	for (int i = 0; i < count; i++) {
		struct state_guest guest;

		if (result == 0 && guest_open(folder, entries[i]->d_name, &guest) == 0) {
			if (!is_swept(folder, &guest) && each)
				result = each(&guest, data);
			state_close(&guest);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	close(folder);
	return result;
}
