/* Tells people how far long work has come. */
#ifndef IMAGE_PROGRESS_H
#define IMAGE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool is_shown;    /* lines that replace each other, on standard error */
	char stage[96];   /* what is being done */
	uint64_t done;    /* bytes */
	uint64_t total;   /* 0: not known */
	uint64_t next_ns; /* when to tell again */
	bool is_told;
};

/* Shown on a terminal, once the work takes longer than half a second. */
void progress_start(struct progress *progress, bool is_shown);

__attribute__((format(printf, 3, 4))) void progress_stage(struct progress *progress, uint64_t total, const char *format,
							  ...);
void progress_add(struct progress *progress, uint64_t bytes);

/* Clears the line: before anything else is written to the terminal. */
void progress_end(struct progress *progress);

#endif
