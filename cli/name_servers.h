/* The host's name servers, for guests that are to use the same. */
#ifndef CLI_NAME_SERVERS_H
#define CLI_NAME_SERVERS_H

#include "cli/network.h"

/*
 * Passes those that a guest can reach to the tender as --dns. One on the host's loopback it cannot: systemd-resolved
 * then says which ones are behind it. None is no error, but is said. Returns 0, or 1 after a complaint.
 */
int name_servers_add(network_option_add *add, void *tender);

#endif
