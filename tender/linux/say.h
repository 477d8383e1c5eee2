/* Text out of the processes of a tender: each is its own main, and none has libc. */
#ifndef TENDER_LINUX_SAY_H
#define TENDER_LINUX_SAY_H

#include <stdbool.h>
#include <stddef.h>

/* As snprintf, but returns the length that was written; see freestanding/format.h for what it knows. */
__attribute__((format(printf, 3, 4))) size_t text_make(char *out, size_t size, const char *format, ...);

/* One line on standard error, the program's name in front and the newline added. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/*
 * From now on say gives up what standard error does not take within PATIENCE_NS (say.c): the guest writes there, too, and
 * if it has filled a pipe that nobody reads, a message must not keep front or init from ending it. For both.
 */
void say_without_waiting(void);

/* Whether standard error may be a terminal that makes no new line out of a line feed. */
void say_to_raw_terminal(bool is_raw);

#endif
