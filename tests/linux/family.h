/* For checks with several processes and threads: making them, waiting until they are where they should be, their
 * end. */
#ifndef TESTS_LINUX_FAMILY_H
#define TESTS_LINUX_FAMILY_H

#include "conform.h"

#include <sys/types.h>

/* fork. A child that is forgotten ends by SIGALRM after 20 seconds, unless it is stopped. */
pid_t family_fork(void);
/* The child's wait status, -1 without one. */
int family_wait(pid_t child);
/* The same, with further flags of wait4, for one that may be stopped: if it stays so for a minute it is killed, and a
 * line says so, since no alarm ends it. It asks again and again; that waiting sleeps and wakes, others look at. */
int family_wait_stopped(pid_t child, int flags);
/* Waits and writes down how it ended: "what: exit 3", "what: killed by INT". */
void family_end(const char *what, pid_t child);
void family_status(const char *what, int status);
/* Kills it and waits for it. */
void family_kill(pid_t child);

/* The letter in /proc/PID/stat; 0 if there is no such process. tid 0: the process's first thread. */
char family_state(pid_t pid, pid_t tid);
/* Waits until the state is one of those, at most ten seconds; whether it is. */
bool family_state_is(pid_t pid, const char *states);
/* The same for any thread of the process. */
bool family_thread_is(pid_t pid, pid_t tid, const char *states);
/* Waits, at most ten seconds, until the word has the value; whether it has. */
bool family_word_is(const volatile int *word, int value);

/* Waits, at most ten seconds, until joined threads of this process are gone altogether; whether they are. */
bool family_is_alone(void);

/* A page of shared memory, zero. */
int *family_memory(void);

/* A pipe on which a process waits until another one tells it to go on. */
struct gate {
	int ends[2];
};
struct gate gate_make(void);
void gate_open(struct gate *gate); /* for one who waits */
void gate_wait(struct gate *gate);

/* A program to be executed by a check: this one, and in it a part. */
struct part {
	const char *name;
	int (*run)(char **arguments);
};
#define PART(id)                                                                                                       \
	static int part_##id(char **arguments);                                                                        \
	static const struct part part_entry_##id                                                                       \
		__attribute__((section("parts"), used, aligned(8))) = {#id, part_##id};                                \
	static int part_##id(char **arguments __attribute__((unused)))
/* execve of the part; returns the error. */
long part_execute(const char *name, const char *argument);
/* For main: the exit status of the part, arguments[0]. */
int part_run(char **arguments);

#endif
