/* Processes: made, executed, waited for, in all ways, from programs with and without threads. */
#include "torture.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

TORTURE(fork_exit, 1000, 20000)
{
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit((int)(i % 256));
		child_expect(child, (int)(i % 256) << 8, "fork");
	}
}

TORTURE(fork_execute, 500, 10000)
{
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0) {
			execute_exit((int)(i % 256));
			_exit(99);
		}
		child_expect(child, (int)(i % 256) << 8, "fork and execve");
	}
}

static volatile int error;

static pid_t vfork_one(bool good)
{
	error = 0;
	pid_t child = vfork();
	if (child == 0) {
		if (good)
			execute_exit(7);
		else
			execl("/not/there", "none", NULL);
		error = errno;
		_exit(8);
	}
	return child;
}

/* Every third one cannot be executed. */
TORTURE(vfork_execute, 600, 10000)
{
	for (unsigned i = 0; i < times; i++) {
		pid_t child = vfork_one(i % 3);
		child_expect(child, i % 3 ? 7 << 8 : 8 << 8, "vfork and execve");
		if (i % 3 == 0 && error != ENOENT)
			complain("vfork: the error is %d", error);
	}
}

static int spawn_program(pid_t *child, const char *path)
{
	static char name[] = "torture", option[] = "--exit", status[] = "5";
	char *const arguments[] = {name, option, status, NULL};
	return posix_spawn(child, path, NULL, NULL, arguments, environ);
}

static void spawns(unsigned times)
{
	char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	program[length < 0 ? 0 : length] = '\0';
	for (unsigned i = 0; i < times; i++) {
		pid_t child = -1;
		int failed = spawn_program(&child, i % 4 ? program : "/not/there");
		if (i % 4 == 0 && failed != ENOENT)
			complain("posix_spawn of nothing: %d", failed);
		if (i % 4)
			child_expect(failed ? -1 : child, 5 << 8, "posix_spawn");
	}
}

TORTURE(spawn, 600, 10000)
{
	spawns(times);
}

struct crowd {
	pthread_t threads[8];
	volatile bool stop;
	pthread_mutex_t mutex;
	int ends[2];
	long turns;
};

/* Allocates, locks, writes to a pipe, and changes mappings. */
static void *working_thread(void *data)
{
	struct crowd *crowd = data;
	char byte = 0;
	while (!crowd->stop) {
		char *block = malloc(200000);
		pthread_mutex_lock(&crowd->mutex);
		memset(block, 1, 200000);
		crowd->turns++;
		pthread_mutex_unlock(&crowd->mutex);
		free(block);
		if (write(crowd->ends[1], "", 1) != 1 || read(crowd->ends[0], &byte, 1) != 1)
			complain("a pipe that does not work");
	}
	return NULL;
}

static void crowd_start(struct crowd *crowd, int count)
{
	*crowd = (struct crowd){.mutex = PTHREAD_MUTEX_INITIALIZER};
	if (pipe(crowd->ends) != 0)
		complain("no pipe");
	for (int i = 0; i < count; i++)
		if (pthread_create(&crowd->threads[i], NULL, working_thread, crowd) != 0)
			complain("no thread");
}

static void crowd_stop(struct crowd *crowd, int count)
{
	crowd->stop = true;
	for (int i = 0; i < count; i++)
		pthread_join(crowd->threads[i], NULL);
	close(crowd->ends[0]);
	close(crowd->ends[1]);
}

/* The C library's locks are whole in the child: it allocates. */
TORTURE(fork_under_load, 200, 3000)
{
	struct crowd crowd;
	crowd_start(&crowd, 4);
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0) {
			free(malloc(300000));
			if (i % 2)
				execute_exit(3);
			_exit(3);
		}
		child_expect(child, 3 << 8, "fork under load");
	}
	crowd_stop(&crowd, 4);
}

TORTURE(spawn_under_load, 200, 3000)
{
	struct crowd crowd;
	crowd_start(&crowd, 4);
	spawns(times);
	crowd_stop(&crowd, 4);
}

static void *forking_thread(void *data)
{
	for (unsigned i = 0; i < *(unsigned *)data; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit(2);
		child_expect(child, 2 << 8, "fork of a thread");
	}
	return NULL;
}

/* Several threads fork and wait at once. */
TORTURE(forks_of_threads, 100, 2000)
{
	pthread_t threads[6];
	for (int i = 0; i < 6; i++)
		if (pthread_create(&threads[i], NULL, forking_thread, &times) != 0)
			complain("no thread");
	for (int i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
}

static void *busy_thread(void *data)
{
	for (;;)
		__asm__ volatile("pause");
	return data;
}

static void *blocked_thread(void *data)
{
	for (;;)
		pause();
	return data;
}

static void *executing_thread(void *data)
{
	execute_exit(6);
	_exit(99);
	return data;
}

static void child_with_threads(int busy, int blocked, void *(*last)(void *))
{
	pthread_t thread;
	for (int i = 0; i < busy + blocked; i++)
		pthread_create(&thread, NULL, i < busy ? busy_thread : blocked_thread, NULL);
	if (last)
		pthread_create(&thread, NULL, last, NULL);
}

TORTURE(execve_of_thread, 200, 3000)
{
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0) {
			child_with_threads((int)(i % 3), (int)(i % 4), executing_thread);
			if (i % 5 == 0)
				pthread_exit(NULL);
			if (i % 5 == 1) /* two at once */
				executing_thread(NULL);
			blocked_thread(NULL);
		}
		child_expect(child, 6 << 8, "execve of a thread");
	}
}

/* exit_group, a signal, and being killed, with threads that compute and threads that wait. */
TORTURE(exits_with_threads, 600, 10000)
{
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0) {
			child_with_threads((int)(i % 3), (int)(i % 4), NULL);
			if (i % 3 == 0)
				_exit(4);
			if (i % 3 == 1)
				raise(SIGTERM);
			blocked_thread(NULL);
		}
		if (i % 3 == 2)
			kill(child, SIGKILL);
		child_expect(child, i % 3 == 0 ? 4 << 8 : i % 3 == 1 ? SIGTERM : SIGKILL, "an end with threads");
	}
}

/* Children that end while their parents do. */
TORTURE(orphans, 60, 3000)
{
	for (unsigned i = 0; i < times; i++) {
		pid_t child = fork();
		if (child == 0) {
			for (int k = 0; k < 3; k++)
				if (fork() == 0)
					_exit(0);
			_exit(1);
		}
		child_expect(child, 1 << 8, "a parent");
		while (waitpid(-1, NULL, WNOHANG) > 0) /* we may be the first process */
			;
	}
}

/* Not a test by itself: a family of every kind of member, for those who kill it from outside (--family). */
void family_stand(void)
{
	for (int i = 0; i < 3; i++) {
		if (fork() != 0)
			continue;
		child_with_threads(i == 1, 2, NULL);
		while (i == 2) {
			if (fork() == 0)
				_exit(0);
			wait(NULL);
		}
		blocked_thread(NULL);
	}
	dprintf(STDOUT_FILENO, "ready\n");
	busy_thread(NULL);
}

/* Likewise: as many processes as there may be, then what is left works (--bomb). */
int bomb_explode(void)
{
	static pid_t children[100000];
	int count = 0, status = -1;
	pid_t child = 1;
	while (count < 100000 && (child = fork()) > 0)
		children[count++] = child;
	if (child == 0)
		blocked_thread(NULL);
	dprintf(STDOUT_FILENO, "%s\n", count < 100000 ? strerrorname_np(errno) : "no limit");
	for (int i = 0; i < count; i++)
		kill(children[i], SIGKILL);
	for (int i = 0; i < count; i++)
		waitpid(children[i], NULL, 0);
	child = fork();
	if (child == 0)
		_exit(3);
	waitpid(child, &status, 0);
	return status == 3 << 8 ? 0 : 1;
}
