/* Who is killed is gone, wherever it was: groups whose members fork, writers of a pipe that is full. */
#include "torture.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITE_BYTES (1u << 20)
#define MEMBERS 6
/* A child that should have been killed ends by itself, and so can be told of. */
#define SURVIVOR_SECONDS 20

/* Leads a group whose members become more. */
static void group_lead(int ready)
{
	setpgid(0, 0);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (int i = 0; i < MEMBERS; i++) {
		if (fork() == 0)
			break;
		usleep(200);
	}
	alarm(SURVIVOR_SECONDS);
	for (;;)
		pause();
}

static void group_killed(unsigned round)
{
	int ends[2], status = 0;
	char byte;
	if (pipe(ends) != 0)
		complain("no pipe");
	pid_t leader = fork();
	if (leader == 0)
		group_lead(ends[1]);
	if (leader < 0 || read(ends[0], &byte, 1) != 1)
		complain("no leader of a group");
	usleep(round * 7919 % 2000);
	if (leader > 0)
		kill(-leader, SIGKILL);
	while (waitpid(-1, &status, 0) > 0)
		if (status != SIGKILL)
			complain("round %u: a member of the group ended with status %#x", round, status);
	close(ends[0]);
	close(ends[1]);
}

TORTURE(groups_that_fork, 300, 10000)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (unsigned i = 0; i < times; i++)
		group_killed(i);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static volatile int *caught;

static void count_caught(int signal)
{
	(void)signal;
	++*caught;
}

static pid_t writer_start(size_t bytes)
{
	static const char buffer[WRITE_BYTES];
	pid_t child = fork();
	while (child == 0)
		if (write(STDOUT_FILENO, buffer, bytes) < 0)
			_exit(1);
	return child;
}

/* Signals, each after the one before was taken, and SIGKILL in the end. */
static bool writer_is_signalled(size_t bytes, int times)
{
	int status = 0;
	pid_t child;
	*caught = 0;
	child = writer_start(bytes);
	for (int i = 0; i < times; i++) {
		kill(child, SIGUSR1);
		while (*caught <= i && waitpid(child, &status, WNOHANG) == 0)
			sched_yield();
	}
	kill(child, SIGKILL);
	return waitpid(child, &status, 0) == child && status == SIGKILL;
}

/* Not a test by itself: standard output is a pipe that nobody reads (--full-pipe). Does not end if a signal is lost. */
int pipe_fill(void)
{
	struct sigaction action = {.sa_handler = count_caught, .sa_flags = SA_RESTART};
	caught = memory_shared();
	sigaction(SIGUSR1, &action, NULL);
	for (int i = 0; i < 20; i++)
		if (!writer_is_signalled(i % 2 ? WRITE_BYTES : 4096, i * 10))
			return 1;
	return 0;
}
