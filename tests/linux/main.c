/* conform: runs the checks that are linked into it, one after another in one process. */
#include "conform.h"
#include "family.h"

#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

extern const struct check __start_checks[], __stop_checks[];

static char base[PATH_MAX], work[PATH_MAX + 16];

const char *work_directory(void)
{
	return work;
}

void work_return(void)
{
	if (chdir(work) != 0) {
		fprintf(stderr, "conform: %s: %s\n", work, strerror(errno));
		_exit(1);
	}
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

static void descriptors_close(void)
{
	if (close_range(3, ~0u, 0) != 0)
		for (int fd = 3; fd < 1024; fd++)
			close(fd);
}

/* Each declared call must have been made, or --list claims too much. */
static void declaration_check(const struct check *check)
{
	for (const char *name = check->calls; *name;) {
		size_t length = strcspn(name, ",");
		if (!record_call_was_made(name, length))
			record_line("EXPECT FAILED %.*s is declared and never called", (int)length, name);
		name += length + (name[length] == ',');
	}
}

static bool check_run(const struct check *check)
{
	if (mkdir(work, 0755) != 0) {
		fprintf(stderr, "conform: %s: %s\n", work, strerror(errno));
		return false;
	}
	work_return();
	printf("check %s\n", check->name);
	fflush(stdout);
	record_calls_reset();
	check->run();
	declaration_check(check);
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD)
		record_line("EXPECT FAILED no child is left behind");
	printf("end %s\n", check->name);
	fflush(stdout);
	umask(022);
	prctl(PR_SET_DUMPABLE, 1); /* a change of users takes it away */
	descriptors_close();
	if (chdir(base) != 0 || nftw(work, entry_remove, 16, FTW_DEPTH | FTW_PHYS) != 0) {
		fprintf(stderr, "conform: cannot remove %s after %s: %s\n", work, check->name, strerror(errno));
		return false;
	}
	return true;
}

static const struct check *check_find(const char *name)
{
	for (const struct check *check = __start_checks; check < __stop_checks; check++)
		if (strcmp(check->name, name) == 0)
			return check;
	return NULL;
}

static bool checks_run(char **names)
{
	bool fine = true;
	for (const struct check *check = __start_checks; !*names && check < __stop_checks && fine; check++)
		fine = check_run(check);
	for (; *names && fine; names++) {
		const struct check *check = check_find(*names);
		if (!check)
			fprintf(stderr, "conform: no check %s\n", *names);
		fine = check && check_run(check);
	}
	return fine;
}

int main(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], "--list") == 0) {
		for (const struct check *check = __start_checks; check < __stop_checks; check++)
			printf("%s %s\n", check->name, check->calls);
		return 0;
	}
	if (count > 2 && strcmp(arguments[1], "--part") == 0)
		return part_run(arguments + 2);
	const char *parent = getenv("CONFORM_DIR");
	snprintf(base, sizeof base, "%s/conform.XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(base)) {
		fprintf(stderr, "conform: %s: %s\n", base, strerror(errno));
		return 1;
	}
	snprintf(work, sizeof work, "%s/work", base);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	umask(022);
	descriptors_close();
	bool fine = checks_run(arguments + 1);
	if (chdir("/") != 0 || rmdir(base) != 0)
		fine = false;
	return fine ? 0 : 1;
}
