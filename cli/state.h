/*
 * Guests with a name: a directory each, $XDG_STATE_HOME/tend/guests/NAME or ~/.local/state/tend/guests/NAME.
 *
 *   lock     held (flock) by the guest's front as long as it runs; holds the front's pid
 *   log      what a guest in the background wrote
 *   status   what the front says: "running", then "exited N"; nothing more if it was killed
 *   remove   the guest was started with --rm
 *
 * Nobody has to be alive to tidy up: what --rm marked, and what has no log, goes when somebody next looks.
 */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cli/run_options.h"

struct start;

#define STATE_NAME_MAX 64

struct state_guest {
	char name[STATE_NAME_MAX + 1];
	int directory; /* of its own */
	bool is_running;
	pid_t pid;       /* of the front, while it runs */
	char status[64]; /* of one that has ended, for people */
};

/* Takes the name, if there is one or the guest is to run in the background. Returns 0, or 1 after a complaint. */
int state_begin(struct run_options *options, struct word_list *tender);

/* Starts the guest in the background by the function, which does not return unless it failed; prints the name. */
int state_detach(const struct run_options *options, int (*become)(struct start *start), struct start *start);

/* Opens the guest of that name. Returns 0, or 1 after a complaint. */
int state_open(const char *name, struct state_guest *guest);
void state_close(struct state_guest *guest);

/* The front of the guest of that name, or 0 if none runs. Says nothing and changes nothing. */
pid_t state_front(const char *name);

/* Forgets a guest that has ended. Returns 0, or 1 after a complaint. */
int state_remove(const char *name);

/* Waits until it has ended, at most so long. Returns whether it has. */
bool state_wait(const struct state_guest *guest, unsigned milliseconds);

/* Calls the function, unless it is NULL, for every guest in the order of their names, having removed what is to go. */
int state_each(int (*each)(const struct state_guest *guest, void *data), void *data);

#endif
