/* NETLINK_ROUTE: the network as rtnetlink(7) shows it. It can be looked at, not changed. */
#ifndef KERNEL_NET_NETLINK_ROUTE_H
#define KERNEL_NET_NETLINK_ROUTE_H

#include "kernel/net/netlink_message.h"

/*
 * Answers all requests of one datagram by reply->deliver; port, deliver and to are set. Takes the network's lock for
 * moments.
 */
void netlink_route_serve(const uint8_t *data, size_t bytes, struct netlink_reply *reply);

/* Parts of it: 0 or -errno; they put the messages of their kind. `dump`: all there are. */
int netlink_links_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply);
int netlink_addresses_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply);
int netlink_routes_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply);
int netlink_rules_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply);
int netlink_neighbours_get(const struct netlink_request *request, bool dump, struct netlink_reply *reply);

#endif
