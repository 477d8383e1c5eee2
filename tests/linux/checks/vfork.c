/* vfork and posix_spawn: the child has its parent's memory, and the parent waits. */
#include "../family.h"
#include "../signals.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What is recorded: the C library's vfork makes the call itself. */
static pid_t vfork_made(pid_t child)
{
	record_made("vfork");
	return child;
}

CHECK(vfork_exit, "vfork,wait4")
{
	static volatile int word;
	volatile pid_t parent = getpid();
	word = 1;
	pid_t child = vfork_made(vfork());
	if (child == 0) {
		word = getppid() == parent ? 2 : 3; /* the parent's memory */
		usleep(20000);
		word += 10;
		_exit(4);
	}
	SHOW(word); /* the parent went on when the child was done */
	family_end("child", child);
}

CHECK(vfork_execute, "vfork,execve")
{
	pid_t child = vfork_made(vfork());
	if (child == 0) {
		part_execute("exit_with", "9");
		_exit(1);
	}
	QUIET(execve, NULL, NULL, NULL);
	family_end("child", child);
	volatile int error = 0;
	child = vfork();
	if (child == 0) {
		error = execve("/no/such/program", environ, environ) < 0 ? errno : 0;
		_exit(5);
	}
	NOTE("the error is in our memory: %s", strerrorname_np(error));
	family_end("failed", child);
}

PART(exit_with)
{
	return (int)strtol(arguments[0], NULL, 10);
}

CHECK(vfork_signals, "vfork,kill,rt_sigaction")
{
	static volatile int word;
	struct sigaction action = {.sa_handler = SIG_IGN}, old;
	word = 0;
	signal_handle(SIGUSR1, signal_count);
	QUIET(rt_sigaction, SIGUSR1, NULL, NULL, 8);
	pid_t child = vfork_made(vfork());
	if (child == 0) {
		sigaction(SIGUSR2, &action, NULL); /* the child's own */
		kill(getppid(), SIGUSR1);          /* waits until the parent runs */
		word = signals_caught;
		QUIET(kill, getpid(), SIGKILL);
	}
	SHOW(word);
	SHOW(signals_caught);
	QUIET(kill, getpid(), 0);
	family_end("child", child);
	sigaction(SIGUSR2, NULL, &old);
	EXPECT(old.sa_handler == SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
}

CHECK(vfork_descriptors, "vfork,close,fcntl")
{
	int fd = open("file", O_RDWR | O_CREAT, 0644);
	pid_t child = vfork_made(vfork());
	if (child == 0) {
		close(fd); /* its table is its own */
		_exit(0);
	}
	family_end("child", child);
	CALL(fcntl, fd, F_GETFD);
	CALL(close, fd);
}

/* The child of a vfork may fork, and that child's memory is a copy. */
CHECK(vfork_and_fork, "vfork,fork")
{
	static volatile int word, status;
	word = status = 0;
	pid_t child = vfork_made(vfork());
	if (child == 0) {
		word = 1;
		long inner = syscall(SYS_fork);
		if (inner == 0) {
			word = 2;
			syscall(SYS_exit_group, getppid() == 0);
		}
		int ended = 0;
		syscall(SYS_wait4, inner, &ended, 0, NULL);
		status = ended;
		_exit(0);
	}
	record_made("fork");
	SHOW(word);
	SHOW(status);
	family_end("child", child);
}

static void spawn_end(const char *what, int error, const pid_t *spawned)
{
	pid_t child = *spawned;
	if (error)
		NOTE("%s: %s", what, strerrorname_np(error));
	else
		family_end(what, child);
}

CHECK(posix_spawn_actions, "clone,execve")
{
	static char conform[] = "conform", part[] = "--part", spawned[] = "spawned";
	char *arguments[] = {conform, part, spawned, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set;
	pid_t child = 0;
	record_made("clone");
	record_made("execve");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 40, "made", O_RDWR | O_CREAT, 0640);
	posix_spawn_file_actions_adddup2(&actions, 40, 41);
	posix_spawn_file_actions_addclose(&actions, 40);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	posix_spawnattr_setsigdefault(&attributes, &set);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigmask(&attributes, &set);
	signal(SIGHUP, SIG_IGN);
	spawn_end("spawned", posix_spawn(&child, "/proc/self/exe", &actions, &attributes, arguments, environ), &child);
	spawn_end("not there", posix_spawn(&child, "/not/there", NULL, NULL, arguments, environ), &child);
	spawn_end("not to be executed", posix_spawn(&child, "made", NULL, NULL, arguments, environ), &child);
	posix_spawn_file_actions_addopen(&actions, 42, "/not/there", O_RDONLY, 0);
	spawn_end("an action fails", posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ), &child);
	EXPECT(wait(NULL) < 0 && errno == ECHILD);
	signal(SIGHUP, SIG_DFL);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
}

PART(spawned)
{
	struct sigaction action;
	uint64_t mask = 0;
	EXPECT(getpgrp() == getpid());
	CALL(fcntl, 40, F_GETFD);
	CALL(fcntl, 41, F_GETFD);
	sigaction(SIGHUP, NULL, &action);
	EXPECT(action.sa_handler == SIG_DFL);
	QUIET(rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
	SHOW_HEX(mask);
	return 3;
}

/* From a parent with much memory, and threads of it going on meanwhile. */
CHECK(posix_spawn_from_large, "clone,mmap")
{
	size_t bytes = 256L << 20;
	char *memory = MAP(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char conform[] = "conform", part[] = "--part", exit_with[] = "exit_with", six[] = "6";
	char *arguments[] = {conform, part, exit_with, six, NULL};
	pid_t child = 0;
	REQUIRE(memory);
	memset(memory, 1, bytes);
	record_made("clone");
	for (int i = 0; i < 3; i++)
		spawn_end("spawned", posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ), &child);
	long sum = 0;
	for (size_t at = 0; at < bytes; at += PAGE)
		sum += memory[at];
	EXPECT(sum == (long)bytes / PAGE);
	munmap(memory, bytes);
}
