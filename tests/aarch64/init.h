/*
 * What the files of the test machine's process 1 know of each other.
 * Functions that fail where no test can go on end in panic(): process 1 stops, the kernel panics, the run fails.
 */
#ifndef TESTS_AARCH64_INIT_H
#define TESTS_AARCH64_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ARGUMENTS_MAX 80
#define OUTPUT_MAX (256 << 10)

#define TENDER "/solo5-spt"
#define GUEST(name) "/guests/" name ".spt"
/* The same guests without the mark of Tend's bindings: they get what the Solo5 ABI has and no more. */
#define SOLO5_GUEST(name) "/solo5-guests/" name ".spt"

/* A status as wait gives it, without the core dump bit. */
#define EXITED(code) ((code) << 8)
#define KILLED(signal) (signal)

_Noreturn void panic(const char *what);

/* process.c: a child with its output, standard error included. */
struct process {
	pid_t pid;
	int output_fd;
	size_t length;
	char output[OUTPUT_MAX]; /* NUL-terminated */
};

/* Starts argv[0]; every descriptor of this process that is not close-on-exec is inherited. */
void process_start(struct process *process, const char *const *argv);
/* Reads until the text appears in the output; with NULL until the output ends. False: neither came in time. */
bool process_read(struct process *process, const char *text);
/* Waits for its end; one whose output has not ended is killed first. The status is EXITED() or KILLED(). */
int process_end(struct process *process);
/* All three. */
int process_run(struct process *process, const char *const *argv);
/* Runs argv and counts its host calls of that number between start and end; -1 if it does not exit with 0. */
long process_count_calls(const char *const *argv, long number);

/* tap.c: one test point; the details, if any, are printed below a failed one. */
void tap_result(bool passed, const char *name, const char *details);
void tap_plan(void);

/* net.c: an interface tap0 for guests, and one that answers pings there. */
void module_load(const char *path);
void net_prepare(void);
void ping_test(const char *name, const char *tender, const char *guest);

/* The tests. */
void test_devices(void);
void test_lockdown(void);
void test_net(void);

#endif
