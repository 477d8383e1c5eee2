/* Names taken, and guests started in the background: see state.h. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/state.h"
#include "cli/state_files.h"

#define NAME_BYTES 6 /* of a name made up, in hexadecimal */
#define LOG_BYTES_SHOWN 4096
#define STARTING_PAUSE_NS 500000L
#define LOCK_ATTEMPTS 5
#define STATUS_BYTES 4096
#define LOCK_PAUSE_NS 2000000L

static int name_make(struct run_options *options)
{
	static char name[2 * NAME_BYTES + 1];
	unsigned char random[NAME_BYTES];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return complain("no randomness: %s", strerror(errno));
	for (unsigned i = 0; i < NAME_BYTES; i++)
		snprintf(name + 2 * i, 3, "%02x", random[i]);
	options->name = name;
	return 0;
}

static void pause_ns(long nanoseconds)
{
	nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

static int running_complain(const struct run_options *options, int lock)
{
	char pid[16] = "";

	if (pread(lock, pid, sizeof(pid) - 1, 0) > 0)
		pid[strcspn(pid, "\n")] = '\0';
	return complain("--name %s: a guest of that name is running (process %s)", options->name, pid);
}

/*
 * Takes the lock of the directory for this process and those it becomes. Returns 0, or 1 after a complaint; or -1 if
 * what a former guest left was tidied up meanwhile, the directory with it.
 */
static int lock_take(const struct run_options *options, int directory, int *lock)
{
	struct stat status;

	*lock = openat(directory, STATE_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (*lock < 0)
		return errno == ENOENT ? -1 : complain("--name %s: %s", options->name, strerror(errno));
	/* Those who only look hold it for a moment. */
	for (unsigned i = 0; flock(*lock, LOCK_EX | LOCK_NB) < 0; i++) {
		if (i == LOCK_ATTEMPTS)
			return running_complain(options, *lock);
		pause_ns(LOCK_PAUSE_NS);
	}
	if (fstat(*lock, &status) == 0 && status.st_nlink > 0)
		return 0;
	close(*lock);
	return -1;
}

/* What the front will say has to find room: who started it waits for that. Not every file system can be asked. */
static int status_open(int directory)
{
	int fd = openat(directory, STATE_STATUS, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	if (fd >= 0 && fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, STATUS_BYTES) < 0 && errno != EOPNOTSUPP) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int files_make(const struct run_options *options, int directory, struct word_list *tender)
{
	int status, marker = 0;

	/* What a former guest of that name left. */
	unlinkat(directory, STATE_LOG, 0);
	unlinkat(directory, STATE_REMOVE, 0);
	status = status_open(directory);
	if (status >= 0 && options->remove)
		marker = openat(directory, STATE_REMOVE, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (status < 0 || marker < 0)
		return complain("--name %s: %s", options->name, strerror(errno));
	if (options->remove)
		close(marker);
	return word_print(tender, "--name=%s", options->name) || word_print(tender, "--status-fd=%d", status);
}

static int directory_open(const struct run_options *options)
{
	char path[PATH_MAX];
	size_t length;
	int fd = -1;

	if (state_folder(path, sizeof(path)) != 0)
		return -1;
	length = strlen(path);
	if ((size_t)snprintf(path + length, sizeof(path) - length, "/%s", options->name) >= sizeof(path) - length)
		errno = ENAMETOOLONG;
	else if (mkdir(path, 0700) == 0 || errno == EEXIST)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		complain("%s: %s", path, strerror(errno));
	return fd;
}

/* The front's pid is this process's, or that of whom it starts in the background. Returns 0, or 1 after a complaint. */
static int pid_write(const struct run_options *options, int lock)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	/* At the beginning, over the parent's, whose place in the file is this one's too. */
	if (ftruncate(lock, 0) < 0 || pwrite(lock, text, (size_t)length, 0) != length)
		return complain("--name %s: the guest's process could not be noted: %s", options->name,
				strerror(errno));
	return 0;
}

static int lock_fd = -1;
static int directory_fd = -1;

int state_begin(struct run_options *options, struct word_list *tender)
{
	int result;

	if (!options->name && !options->detach)
		return 0;
	if (options->name ? state_name_check(options->name) != 0 : name_make(options) != 0)
		return 1;
	do {
		directory_fd = directory_open(options);
		if (directory_fd < 0)
			return 1;
		result = lock_take(options, directory_fd, &lock_fd);
	} while (result < 0);
	if (result != 0)
		return 1;
	return pid_write(options, lock_fd) || files_make(options, directory_fd, tender);
}

/* In the child: a session of its own, no input, and the log for output. */
static int background_enter(const struct run_options *options)
{
	int null = open("/dev/null", O_RDONLY);
	int log = openat(directory_fd, STATE_LOG, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);

	if (null < 0 || log < 0 || setsid() < 0)
		return complain("could not go into the background: %s", strerror(errno));
	if (pid_write(options, lock_fd) != 0)
		return 1;
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	if (log > STDERR_FILENO)
		close(log);
	return 0;
}

/* A guest that did not come up: what it said, and its status. */
static int failure_show(int status)
{
	char text[LOG_BYTES_SHOWN];
	int log = openat(directory_fd, STATE_LOG, O_RDONLY | O_CLOEXEC);
	ssize_t got = log < 0 ? 0 : read(log, text, sizeof(text));

	if (got > 0)
		fwrite(text, 1, (size_t)got, stderr);
	if (log >= 0)
		close(log);
	unlinkat(directory_fd, STATE_LOG, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Until the front says that its guest runs, or has ended without. */
static int start_wait(const struct run_options *options, pid_t child)
{
	struct stat file;
	int status = 0;
	bool ended = false;

	for (;;) {
		if (fstatat(directory_fd, STATE_STATUS, &file, 0) == 0 && file.st_size > 0) {
			puts(options->name);
			return output_end(0);
		}
		if (ended)
			return failure_show(status);
		/* Once more, as it may have spoken in between. */
		ended = waitpid(child, &status, WNOHANG) == child;
		pause_ns(STARTING_PAUSE_NS);
	}
}

int state_detach(const struct run_options *options, int (*become)(struct start *start), struct start *start)
{
	pid_t child = fork();

	if (child < 0)
		return complain("could not go into the background: %s", strerror(errno));
	if (child == 0)
		_exit(background_enter(options) != 0 ? 1 : become(start));
	close(lock_fd);
	return start_wait(options, child);
}
