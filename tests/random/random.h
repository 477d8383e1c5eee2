/*
 * Random sequences of calls, made by a few processes in turn. What comes out of them depends on nothing but the seed:
 * no call waits, and before the next one everybody has seen what the last one led to. So two kernels can be compared
 * (tests/random/run).
 */
#ifndef TESTS_RANDOM_RANDOM_H
#define TESTS_RANDOM_RANDOM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>
#include <sys/types.h>

#define ACTORS_MAX 5
#define FD_FIRST 3
#define FD_COUNT 16
#define LINE_BYTES 2048

/* Of the controller's, shared by all: who has which id, and who never started. */
struct cast {
	volatile pid_t pids[ACTORS_MAX];
};
extern struct cast *cast;

/* Which actor has the process id, -1: none; and the reverse. */
int actor_by_pid(pid_t pid);

/* Numbers for the call that is made; the same everywhere for the same command. */
void random_seed(uint64_t seed);
uint32_t random_below(uint32_t limit);
int random_fd(void);

/* What is said of the call, in one line. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "name(arguments) = 5" or "= EBADF"; returns the result. The arguments are said before with tell. */
long tell_result(long result);

/* A process: makes calls as it is told. Never returns. */
struct command {
	uint64_t seed;
	int32_t next; /* the actor that a fork makes; -1: it may make none */
	int32_t ping; /* only to be answered */
};
_Noreturn void actor_run(int index, const int commands[][2], const int replies[][2]);
/* For a child that the actor made: it is the next one, once its call has been answered. */
void actor_become(int index);
extern int actor_index, actor_next;

void call_descriptors(void);
void call_files(void);
void call_messages(void);
void call_processes(void);
void call_signals(void);
void call_memory(void);

/* Memory for call_memory, before the first actor is made. */
void memory_prepare(void);
/* Signals that handlers saw are told in front of the next call: by then all have come. */
void signals_prepare(void);
void signals_tell(void);

#endif
