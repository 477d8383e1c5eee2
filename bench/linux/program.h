/*
 * What the programs here have in common: `PROGRAM [NAME...]` measures the operations of those names, or all, in batches
 * (bench/batches.h). The same static program runs natively and in a guest.
 */
#ifndef BENCH_LINUX_PROGRAM_H
#define BENCH_LINUX_PROGRAM_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/batches.h"

static void check(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void output(const char *text, size_t length)
{
	check(write(STDOUT_FILENO, text, length) == (ssize_t)length, "write");
}

/* An operation is wanted if it is named, or none is. */
static bool is_wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++) {
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

/* What an operation needs besides it, around its batches: a thread to talk to, for example. Either may be NULL. */
struct measured {
	struct operation operation;
	void (*begin)(void);
	void (*end)(void);
};

static void measured_run(const struct measured *all, size_t count, char **names)
{
	static const struct batches batches = {now_ns, output};

	for (const struct measured *one = all; one < all + count; one++) {
		if (!is_wanted(one->operation.name, names))
			continue;
		if (one->begin)
			one->begin();
		batches_run(&batches, &one->operation, 1);
		if (one->end)
			one->end();
	}
}

#endif
