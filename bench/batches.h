/*
 * How calls are timed, the same in a unikernel and in a host program: in batches that last about a millisecond, several
 * per operation. Every batch is one line, "NAME NANOSECONDS" per call, so that the reader sees the spread.
 * A run is short: the harness alternates between the programs it compares.
 */
#ifndef BENCH_BATCHES_H
#define BENCH_BATCHES_H

#include <stddef.h>
#include <stdint.h>

#define BATCH_COUNT 10
#define BATCH_NS 1000000u

struct batches {
	uint64_t (*clock_ns)(void);
	void (*output)(const char *text, size_t length);
};

struct operation {
	const char *name;
	void (*call)(void);
};

/* One that has the name of its function. */
#define OPERATION(function)                                                                                            \
	{                                                                                                              \
#function, function                                                                                    \
	}

__attribute__((noinline)) static uint64_t batch_ns(const struct batches *batches, const struct operation *operation,
						   uint64_t calls)
{
	uint64_t begin = batches->clock_ns();

	for (uint64_t i = 0; i < calls; i++)
		operation->call();
	return batches->clock_ns() - begin;
}

/* Calls for one batch. Finding them out also warms everything up. */
static uint64_t batch_calls(const struct batches *batches, const struct operation *operation)
{
	uint64_t calls = 1;

	while (batch_ns(batches, operation, calls) < BATCH_NS)
		calls *= 2;
	return calls;
}

/* Decimal digits, at least `digits`, in front of `end`; returns where they begin. */
static char *number_format(char *end, uint64_t number, unsigned digits)
{
	for (; number || digits; number /= 10) {
		*--end = (char)('0' + number % 10);
		digits -= digits > 0;
	}
	return end;
}

static void batch_report(const struct batches *batches, const char *name, uint64_t picoseconds)
{
	char line[96];
	char *end = line + sizeof(line);
	char *begin = end;
	size_t length = 0;

	*--begin = '\n';
	begin = number_format(begin, picoseconds % 1000, 3);
	*--begin = '.';
	begin = number_format(begin, picoseconds / 1000, 1);
	*--begin = ' ';
	while (name[length])
		length++;
	while (length && begin > line)
		*--begin = name[--length];
	batches->output(begin, (size_t)(end - begin));
}

static void batches_run(const struct batches *batches, const struct operation *operations, size_t count)
{
	for (const struct operation *operation = operations; operation < operations + count; operation++) {
		uint64_t calls = batch_calls(batches, operation);

		for (unsigned i = 0; i < BATCH_COUNT; i++)
			batch_report(batches, operation->name, batch_ns(batches, operation, calls) * 1000 / calls);
	}
}

#endif
