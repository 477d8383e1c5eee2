/*
 * Torture of threads, processes and signals: each program part does one thing very often and must come back, with
 * everything as it was before. A part runs natively and in a guest; it prints nothing but complaints.
 */
#ifndef TESTS_TORTURE_TORTURE_H
#define TESTS_TORTURE_TORTURE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <sys/types.h>

struct torture {
	const char *name;
	unsigned quick, full; /* how often: in every run of the tests, and with --full */
	void (*run)(unsigned times);
};

#define TORTURE(id, quick_times, full_times)                                                                           \
	static void torture_##id(unsigned times);                                                                      \
	static const struct torture entry_##id                                                                         \
		__attribute__((section("tortures"), used, aligned(8))) = {#id, quick_times, full_times, torture_##id}; \
	static void torture_##id(unsigned times)

/* Says so and makes the part fail; the first ones are printed. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* waitpid, which must find the child ended with this status (as wait has it). */
void child_expect(pid_t child, int status, const char *what);
/* This program again, at its part for those who are executed: it ends at once with the exit status. */
void execute_exit(int status);
/* For the runner: a family to be killed from outside; as many processes as there may be (the exit status). */
void family_stand(void);
int bomb_explode(void);
/* Processes that write to standard output, a pipe that nobody reads, are signalled and killed: 0. */
int pipe_fill(void);
/*
 * For step.c: a child that waits for signals and says "caught", and its parent, which sends one for each byte it reads.
 */
int sleeper_serve(void);
/* A page of memory that children share. */
volatile int *memory_shared(void);

#endif
