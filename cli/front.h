/* The processes in front of guests, as /proc shows them. */
#ifndef CLI_FRONT_H
#define CLI_FRONT_H

#include <stddef.h>
#include <sys/types.h>

struct front {
	pid_t pid;
	char name[80];     /* "" for one without */
	char image[256];   /* the image's path as its starter had it; cut if it is long */
	char command[256]; /* the program and its arguments, likewise */
};

/* Fills in what the process's command line says. 0, or -1 if it is not, or no longer, the front of a guest. */
int front_read(pid_t pid, struct front *front);

/* Calls the function for every front that the caller may look at, in the order of their pids. */
void front_each(void (*each)(const struct front *front, void *data), void *data);

#endif
