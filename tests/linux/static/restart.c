/*
 * Executes itself again and again, by execve, execveat and a script, and prints each time what of the process stayed
 * and what did not: descriptors, signals, stacks, names, ids. Argument 1 is the number of the stage.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whatever the process was started with. */
static void descriptors_prepare(void)
{
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	if (open("/proc/self/exe", O_RDONLY) != 3 || open("/", O_RDONLY | O_CLOEXEC) != 4 || dup(3) != 5 ||
	    fcntl(5, F_SETFD, FD_CLOEXEC) != 0 || lseek(3, 40, SEEK_SET) != 40)
		printf("descriptors: %s\n", strerror(errno));
}

static void handler(int signal)
{
	(void)signal;
}

static void signals_prepare(void)
{
	static char stack[1 << 16];
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	sigset_t set;
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, handler);
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_SETMASK, &set, NULL);
	raise(SIGUSR2);
	sigaltstack(&other, NULL);
}

static void process_prepare(void)
{
	descriptors_prepare();
	signals_prepare();
	prctl(PR_SET_NAME, "another name");
	prctl(PR_SET_KEEPCAPS, 1);
	prctl(PR_SET_PDEATHSIG, SIGHUP);
	umask(027);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	if (chdir("/proc") != 0)
		printf("chdir: %s\n", strerror(errno));
	mlockall(MCL_FUTURE);
}

static void process_report(void)
{
	struct sigaction ignored, caught;
	sigset_t blocked, pending;
	stack_t stack;
	char name[17] = "", cwd[64] = "";
	mode_t mask = umask(0);
	struct rlimit core;
	umask(mask);
	for (int fd = 3; fd < 6; fd++)
		printf("%d: flags %d position %ld\n", fd, fcntl(fd, F_GETFD), (long)lseek(fd, 0, SEEK_CUR));
	sigaction(SIGUSR1, NULL, &ignored);
	sigaction(SIGUSR2, NULL, &caught);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigpending(&pending);
	sigaltstack(NULL, &stack);
	printf("ignored %d, caught %d, blocked %d %d, pending %d, stack %d\n", ignored.sa_handler == SIG_IGN,
	       caught.sa_handler != SIG_DFL, sigismember(&blocked, SIGWINCH), sigismember(&blocked, SIGUSR2),
	       sigismember(&pending, SIGUSR2), stack.ss_flags != SS_DISABLE);
	prctl(PR_GET_NAME, name);
	int death = -1;
	prctl(PR_GET_PDEATHSIG, &death);
	getrlimit(RLIMIT_CORE, &core);
	printf("name %s, capabilities kept %d, signal of the parent's death %d, umask %#o, core %ld, directory %s\n",
	       name, prctl(PR_GET_KEEPCAPS), death, (unsigned)mask, (long)core.rlim_cur, getcwd(cwd, sizeof cwd));
}

static void arguments_report(int count, char **arguments)
{
	extern char **environ;
	for (int i = 0; i < count; i++)
		printf("[%d]: \"%s\"\n", i, strrchr(arguments[i], '/') ? strrchr(arguments[i], '/') + 1 : arguments[i]);
	for (char **variable = environ; *variable; variable++)
		if (strncmp(*variable, "STAGE", 5) == 0)
			printf("%s\n", *variable);
}

/* A script in a directory where everybody may write; only its name's end is printed by what it starts. */
static void script_execute(const char **environment)
{
	const char *parent = getenv("CONFORM_DIR");
	char path[256], self[256], text[600];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	self[length < 0 ? 0 : length] = '\0';
	snprintf(path, sizeof path, "%s/restart-script", parent ? parent : "/tmp");
	snprintf(text, sizeof text, "#!%s   4  words \n", self);
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || fchmod(fd, 0755) != 0 || write(fd, text, strlen(text)) < 0)
		printf("%s: %s\n", path, strerror(errno));
	close(fd);
	syscall(SYS_execve, path, (const char *[]){"lost", "kept", "", NULL}, environment);
	printf("script: %s\n", strerror(errno));
}

int main(int count, char **arguments)
{
	int stage = count > 1 ? atoi(arguments[1]) : 0;
	char conform[256];
	const char *environment[] = {"STAGE=a value", "STAGE_EMPTY=", conform, NULL};
	const char *directory = getenv("CONFORM_DIR");
	snprintf(conform, sizeof conform, "CONFORM_DIR=%s", directory ? directory : "/tmp");
	printf("stage %d\n", stage);
	arguments_report(stage ? count : 0, arguments);
	if (stage == 0)
		process_prepare();
	process_report();
	fflush(stdout);
	if (stage == 0)
		syscall(SYS_execve, "/proc/self/exe", (const char *[]){"again", "2", "", "a b", NULL}, environment);
	else if (stage == 2)
		syscall(SYS_execveat, 3, "", (const char *[]){"3", "3", NULL}, environment, AT_EMPTY_PATH);
	else if (stage == 3)
		script_execute(environment);
	else
		syscall(SYS_exit_group, 0x1234);
	printf("stage %d: %s\n", stage, strerror(errno));
	return 1;
}
