/* What the checks of inotify share. */
#ifndef TESTS_LINUX_WATCH_H
#define TESTS_LINUX_WATCH_H

#include "matrix.h"

#include <sys/inotify.h>

/* Writes down all events that are in the queue now. */
void events_show(long queue, const char *after);
/* Makes the directory "d" and a queue that is told of what happens in it. */
long watched_directory(uint32_t mask);
/* Opens a file, made if it is not there, and writes so many zeroes into it. */
long file_made(const char *name, long bytes);

/* Makes a call and shows what it was told. */
#define AFTER(name, ...)                                                                                               \
	do {                                                                                                           \
		CALL_OK(name, __VA_ARGS__);                                                                            \
		events_show(queue, #name);                                                                             \
	} while (0)

#endif
