/* What debuggers look at: `target MODE`. Every mode but the last three ticks on standard output while it lives. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned long sink;

/* Deep enough for a backtrace that is worth the name. */
__attribute__((noinline)) static void compute_inner(unsigned long rounds)
{
	for (unsigned long i = 0; i < rounds; i++)
		sink += i * i;
}

__attribute__((noinline)) static void compute_outer(unsigned long rounds)
{
	compute_inner(rounds);
	sink++;
}

__attribute__((noinline)) static void call_inner(void)
{
	for (int i = 0; i < 1000; i++)
		sink += (unsigned long)getppid();
}

__attribute__((noinline)) static void wait_inner(int fd)
{
	char byte;

	if (read(fd, &byte, 1) == 1)
		printf("got %c\n", byte);
	sink++;
}

static void *computer(void *unused)
{
	for (;;)
		compute_outer(100000);
	return unused;
}

static void *caller(void *unused)
{
	for (;;)
		call_inner();
	return unused;
}

static void *sleeper(void *unused)
{
	for (;;)
		usleep(500);
	return unused;
}

static void thread_start(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL) != 0)
		exit(2);
}

_Noreturn static void tick(void (*work)(void))
{
	for (unsigned long i = 0;; i++) {
		work();
		if (i % 20 == 0)
			puts("tick");
	}
}

static void fork_and_wait(void)
{
	pid_t child = fork();

	if (child == 0) {
		usleep(5000); /* what a fork takes is little beside it: who looks meets the parent waiting */
		_exit(0);
	}
	if (waitpid(child, NULL, 0) != child)
		exit(3);
}

static void rest(void)
{
	usleep(1000);
}

__attribute__((noinline)) static void crash_inner(volatile int *at)
{
	*at = 1;
}

__attribute__((noinline)) static void crash_outer(void)
{
	crash_inner((int *)12);
	sink++;
}

/* As a child with a limit of its own: prints how it ended. */
static void crash_in_child(void)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	int status;

	setrlimit(RLIMIT_CORE, &limit);
	if (fork() == 0)
		abort();
	wait(&status);
	printf("signal %d, core %d\n", WTERMSIG(status), WCOREDUMP(status) != 0);
	execlp("cat", "cat", "core", NULL);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	setlinebuf(stdout);
	if (strcmp(mode, "blocked") == 0) {
		puts("ready");
		for (;;)
			wait_inner(0);
	} else if (strcmp(mode, "threads") == 0) {
		thread_start(computer);
		thread_start(caller);
		thread_start(sleeper);
		tick(rest);
	} else if (strcmp(mode, "forking") == 0) {
		tick(fork_and_wait);
	} else if (strcmp(mode, "profile") == 0) {
		compute_outer(300000000);
	} else if (strcmp(mode, "crash") == 0) {
		thread_start(sleeper);
		usleep(20000);
		crash_outer();
	} else if (strcmp(mode, "crash-in-child") == 0) {
		crash_in_child();
	}
	return 1;
}
