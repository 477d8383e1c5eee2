/* How far the work is: see progress.h. */
#include "image/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define FIRST_NS 500000000u
#define EVERY_NS 100000000u
#define MIB (1u << 20)

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void progress_start(struct progress *progress, bool is_shown)
{
	*progress = (struct progress){.is_shown = is_shown};
	progress->next_ns = now_ns() + FIRST_NS;
}

static void tell(struct progress *progress)
{
	uint64_t now = now_ns();

	if (now < progress->next_ns)
		return;
	progress->next_ns = now + EVERY_NS;
	progress->is_told = true;
	fprintf(stderr, "\r\033[K%s: %lu", progress->stage, (unsigned long)(progress->done / MIB));
	if (progress->total)
		fprintf(stderr, " of %lu", (unsigned long)(progress->total / MIB));
	fprintf(stderr, " MiB");
	fflush(stderr);
}

void progress_stage(struct progress *progress, uint64_t total, const char *format, ...)
{
	va_list args;

	if (!progress->is_shown)
		return;
	va_start(args, format);
	vsnprintf(progress->stage, sizeof(progress->stage), format, args);
	va_end(args);
	progress->done = 0;
	progress->total = total;
	tell(progress);
}

void progress_add(struct progress *progress, uint64_t bytes)
{
	if (!progress->is_shown)
		return;
	progress->done += bytes;
	tell(progress);
}

void progress_end(struct progress *progress)
{
	if (progress->is_told)
		fprintf(stderr, "\r\033[K");
	progress->is_told = false;
}
