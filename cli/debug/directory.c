/* Temporary directories and the programs that use them: see directory.h. */
#define _GNU_SOURCE /* asprintf, nftw */
#include "cli/debug/directory.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"

#define DESCRIPTORS_MAX 16

char *directory_make(struct error *error)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/";
	const char *base = getenv("TMPDIR");
	char *path;

	if (!base || base[0] != '/' || base[strspn(base, harmless)])
		base = "/tmp";
	if (asprintf(&path, "%s/tend-XXXXXX", base) < 0) {
		error_set(error, "out of memory");
		return NULL;
	}
	if (mkdtemp(path))
		return path;
	error_set(error, "%s: %s", path, strerror(errno));
	free(path);
	return NULL;
}

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	remove(path);
	return 0;
}

void directory_remove(const char *path)
{
	nftw(path, entry_remove, DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS);
}

int program_run(const char *const *argv)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	pid_t pid;
	int status;

	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	pid = fork();
	if (pid == 0) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		complain("%s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (pid < 0)
		return complain("%s: %s", argv[0], strerror(errno));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
