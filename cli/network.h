/* The network options of `tend run`: what the tender is told, and the helper that --net user takes. */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include <stdbool.h>

#define NETWORK_PUBLISHED_MAX 64

/* What the options said. Strings are the caller's argv. */
struct network_arguments {
	const char *net; /* NULL: not given */
	const char *ip;
	const char *ip6;
	const char *gateway;
	const char *mtu;
	const char *mac;
	bool has_name_servers;
	const char *published[NETWORK_PUBLISHED_MAX];
	int published_count;
	int ready_fd; /* of a helper that was started; else -1 */
};

/* Passes "--NAME=VALUE" to the tender. Returns 0, or 1 after a complaint. */
typedef int network_option_add(void *tender, const char *name, const char *value);

/* A port to publish. Returns 0, or 1 after a complaint. */
int network_publish(struct network_arguments *arguments, const char *text);

/*
 * Starts the helper if it takes one, and passes on what the options mean. The tender inherits the helper's socket, so
 * that the helper ends with it. Returns 0, or 1 after a complaint.
 */
int network_start(struct network_arguments *arguments, network_option_add *add, void *tender);

/* Waits until the helper is ready. Returns 0, or 1 when it has complained. */
int network_wait(const struct network_arguments *arguments);

#endif
