/*
 * The host's side of a guest's tap: making one that lives as long as its descriptor, and what keeps the guest behind it
 * to its own addresses. Needs CAP_NET_ADMIN.
 */
#ifndef TENDER_LINUX_TAP_NEW_H
#define TENDER_LINUX_TAP_NEW_H

#include "tender/devices/tap.h"
#include "tender/linux/network.h"

/*
 * A new interface (tend0, tend1, ...; its name goes to options->interface), up, in the bridge or with the gateway's
 * addresses, hardened and guarded. The MAC must be known. Returns its descriptor, or -1 with *error.
 */
long tap_new(struct network_options *options, struct tap_link *link, struct error *error);

/* Fails with *error if the host itself has the guest's address or, for a new tap, a network of the same addresses. */
int host_conflict_check(const struct network_options *options, struct error *error);

/* The host believes no router behind the interface, nor senders of other networks. Where it is not permitted, not. */
void host_side_harden(const char *interface);

/* Why /dev/net/tun cannot be used: to open it, or to make an interface by it. Returns -1. */
int tap_device_error(const char *value, long result, struct error *error);

/* Gives the host's interface an address. 0 or -errno. */
long tap_address_set(const char *interface, const struct kernel_net_address *address, uint32_t prefix);
long tap_address6_set(int interface_index, const struct kernel_net_address *address, uint32_t prefix);

/*
 * Installs a filter on what comes out of the guest: frames from its MAC, IPv4, IPv6 and ARP from its addresses where
 * they are known. 0 or -errno. It goes with the interface.
 */
long tap_guard(int interface_index, const struct kernel_net *net);

#endif
